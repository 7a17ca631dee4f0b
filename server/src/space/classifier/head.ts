/**
 * The first rules of a list, for packets that find theirs there: read one after the other, but for those of which a few
 * numbers say that they want another protocol, port or address. Quicker than any index where the first rules take most
 * packets.
 */
import type { Ip } from "../../policy/addresses.ts";
import type { EndpointSet, Rule } from "../../policy/policy.ts";
import { BY, isWritten, portsByProtocol } from "./clauses.ts";

export class Head {
  /** Behind the last of them. */
  readonly end: number;
  private readonly rules: readonly Rule[];
  /** Of each rule `WIDTH` numbers: the protocol; the lowest and highest port, source and destination that it may take. */
  private readonly wanted: Float64Array;
  /** The rules for IPv4 packets with ports: without the clauses of which those numbers say all. */
  private readonly rests: readonly Rule[];

  constructor(rules: readonly Rule[], end: number) {
    this.rules = rules.slice(0, end);
    this.end = this.rules.length;
    this.wanted = Float64Array.from(
      this.rules.flatMap((rule) => [...servicesOf(rule), ...addressesOf(rule.from), ...addressesOf(rule.to)]),
    );
    this.rests = this.rules.map((rule) => ({
      ...rule,
      services: asksForOneRange(rule) ? undefined : rule.services,
      from: isOneRange(rule.from) ? undefined : rule.from,
      to: isOneRange(rule.to) ? undefined : rule.to,
    }));
  }

  /** The first rule from `from` on that `matches` what is asked about; -1 where none does. `port`: where there is one. */
  first<A>(
    { protocol, src, dst }: { readonly protocol: number; readonly src: Ip; readonly dst: Ip },
    port: number | undefined,
    from: number,
    matches: (rule: Rule, asked: A) => boolean,
    asked: A,
  ): number {
    const { end, rules, wanted, rests } = this;
    if (port === undefined || typeof src === "bigint" || typeof dst === "bigint") {
      for (let index = from; index < end; index++) if (matches(rules[index] as Rule, asked)) return index;
      return -1;
    }
    for (let index = from; index < end; index++) {
      const at = WIDTH * index;
      const only = wanted[at] as number;
      if (only !== protocol && only !== ANY) continue;
      if (port < (wanted[at + 1] as number) || port > (wanted[at + 2] as number)) continue;
      if (src < (wanted[at + 3] as number) || src > (wanted[at + 4] as number)) continue;
      if (dst < (wanted[at + 5] as number) || dst > (wanted[at + 6] as number)) continue;
      if (matches(rests[index] as Rule, asked)) return index;
    }
    return -1;
  }
}
const WIDTH = 7;
const ANY = -1;
const NONE = -2;

function servicesOf(rule: Rule): [protocol: number, low: number, high: number] {
  const services = BY.services(rule);
  if (services === null) return [NONE, 0, 0];
  const all = services === undefined ? [] : [...portsByProtocol(services)];
  const [only] = all;
  if (only === undefined || all.length > 1) return [ANY, 0, 0xffff];
  const [protocol, ports] = only;
  return [protocol, ports[0] ?? 0, ports.at(-1) ?? 0xffff];
}

function addressesOf(set: EndpointSet | undefined): [low: number, high: number] {
  if (set === undefined || set.any || !isWritten(set)) return [0, 0xffff_ffff];
  const { v4 } = set.addresses;
  return [v4[0] ?? 1, v4.at(-1) ?? 0];
}

/** Of one protocol, and for one range of destination ports. */
function asksForOneRange({ services }: Rule): boolean {
  const [service] = services ?? [];
  if (service === undefined || services?.length !== 1 || !("ports" in service)) return false;
  return service.ports?.length === 2 && service.sourcePorts === undefined;
}

const isOneRange = (set: EndpointSet | undefined): boolean =>
  set === undefined || set.any || (isWritten(set) && set.addresses.v4.length === 2);
