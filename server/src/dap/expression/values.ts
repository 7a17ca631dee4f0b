/** What an expression can be worth, and how it is shown. */
import type { Expression, RuleName } from "./tree.ts";

export type Value =
  /** The packet has no such field, the flow no connection: every comparison with it is false. */
  | {
      readonly kind: "absent";
      readonly why: string;
      /** Of a thing with parts: those that it would have. */
      readonly parts?: readonly string[];
    }
  | { readonly kind: "number"; readonly value: number; readonly shown?: string }
  | { readonly kind: "boolean"; readonly value: boolean; readonly shown?: string }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "ip"; readonly value: number | bigint; readonly shown: string }
  | { readonly kind: "mac"; readonly value: number; readonly shown: string }
  | { readonly kind: "octets"; readonly value: Uint8Array; readonly shown: string }
  /** A thing with parts: a connection, a rule. Compared with a text, it is its summary. */
  | {
      readonly kind: "record";
      readonly summary: string;
      /** Shorter, for where the expression itself stands before it. */
      readonly brief?: string;
      readonly holds?: boolean;
      readonly members: ReadonlyMap<string, Value>;
    };

/** A name of the policy, or an address block, as a set of addresses; a service as a set of ports. */
export interface Members {
  has(value: Value): boolean;
  readonly shown: string;
}

export type PortProtocol = "tcp" | "udp" | "sctp";
/** The protocol whose ports a field holds. */
export const portProtocol = (field: string): PortProtocol | undefined =>
  /^(tcp|udp|sctp)\.(?:src|dst)?port$/.exec(field)?.[1] as PortProtocol | undefined;

/** What the names of an expression stand for, where the packet is now. */
export interface Environment {
  /** The values of a field, in order (`ip.addr` has two), none when the packet lacks it; undefined: no such field. */
  field(name: string): readonly Value[] | undefined;
  /** `slot`, `verdict`, `state` …; undefined: no such word. */
  word(name: string): Value | undefined;
  /** A group, VM, vNIC or segment; undefined: no such name. */
  members(name: string): Members | undefined;
  /** The ports that a service has on the answering side; undefined: no such service, or none of its ports is this protocol's. */
  ports(protocol: PortProtocol, service: string): Members | undefined;
  /** Every service that has ports of the protocol. */
  services(protocol: PortProtocol): readonly string[];
  /** Of `rule(N)` and `matches(N)`. A rule that is not there is told by an `ExpressionError` at its place. */
  rule(name: RuleName): Value;
  matches(name: RuleName): Value;
  /** What a word, or a field that has few values, can be worth; undefined where that cannot be told. */
  values(name: string): readonly string[] | undefined;
  /** Every rule that `rule(…)` can name here. */
  rules(): readonly string[];
  /** Every name that would do, for "did you mean" and completion. */
  names(): readonly { readonly name: string; readonly kind: "field" | "word" | "members" | "function" }[];
}

export const show = (value: Value): string => {
  switch (value.kind) {
    case "absent":
      return value.why;
    case "number":
      return value.shown ?? String(value.value);
    case "boolean":
      return value.shown ?? String(value.value);
    case "text":
      return value.value;
    case "ip":
    case "mac":
    case "octets":
      return value.shown;
    case "record":
      return value.summary;
  }
};

/** Whether a value, as a condition, holds: a field that is there, a flag that is set, a number that is not 0. */
export const holds = (value: Value, from: Expression): boolean => {
  switch (value.kind) {
    case "absent":
      return false;
    case "boolean":
      return value.value;
    case "number":
      return from.kind === "name" || value.value !== 0;
    case "record":
      return value.holds ?? true;
    default:
      return true;
  }
};

export const text = (value: string): Value => ({ kind: "text", value });
export const number = (value: number, shown?: string): Value => ({
  kind: "number",
  value,
  ...(shown === undefined ? {} : { shown }),
});
