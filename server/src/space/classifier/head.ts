/**
 * The first rules of a list, for packets that find theirs there: read one after the other, but for those of which two
 * numbers say that they want another protocol or port. Quicker than any index where the first rules take most packets.
 */
import type { Rule } from "../../policy/policy.ts";
import { BY, portsByProtocol } from "./clauses.ts";

export class Head {
  /** Behind the last of them. */
  readonly end: number;
  private readonly rules: readonly Rule[];
  /** Of each rule the protocol and the lowest and highest destination port that it may take. */
  private readonly wanted: Int32Array;
  /** The rules for packets with ports: without their services, where those numbers say all that these ask for. */
  private readonly rests: readonly Rule[];

  constructor(rules: readonly Rule[], end: number) {
    this.rules = rules.slice(0, end);
    this.end = this.rules.length;
    this.wanted = Int32Array.from(this.rules.flatMap(wantedBy));
    this.rests = this.rules.map((rule) => (asksForPortsOnly(rule) ? { ...rule, services: undefined } : rule));
  }

  /** The first rule from `from` on that `matches` what is asked about; -1 where none does. `port`: where there is one. */
  first<A>(
    protocol: number,
    port: number | undefined,
    from: number,
    matches: (rule: Rule, asked: A) => boolean,
    asked: A,
  ): number {
    const { rules, wanted, rests } = this;
    const list = port === undefined ? rules : rests;
    const known = port ?? 0;
    for (let index = from; index < list.length; index++) {
      const at = 3 * index;
      const one = wanted[at] as number;
      if (one !== protocol && one !== ANY) continue;
      if (known < (wanted[at + 1] as number) || known > (wanted[at + 2] as number)) if (port !== undefined) continue;
      if (matches(list[index] as Rule, asked)) return index;
    }
    return -1;
  }
}
const ANY = -1;
const NONE = -2;

function wantedBy(rule: Rule): [protocol: number, low: number, high: number] {
  const services = BY.services(rule);
  if (services === null) return [NONE, 0, 0];
  const all = services === undefined ? [] : [...portsByProtocol(services)];
  const [only] = all;
  if (only === undefined || all.length > 1) return [ANY, 0, 0xffff];
  const [protocol, ports] = only;
  return [protocol, ports[0] ?? 0, ports.at(-1) ?? 0xffff];
}

/** Of one protocol, and for one range of destination ports. */
function asksForPortsOnly({ services }: Rule): boolean {
  const [service] = services ?? [];
  if (service === undefined || services?.length !== 1 || !("ports" in service)) return false;
  return service.ports?.length === 2 && service.sourcePorts === undefined;
}
