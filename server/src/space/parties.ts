/**
 * Who can send and who can receive, as sets of addresses: vNICs that meet the same blocks together, and the outside. No
 * state, everything up.
 *
 * Choices where the language leaves room: nobody has an unspecified, multicast or broadcast address. A vNIC whose
 * address is unknown sends from what is bound to it where SpoofGuard is on, else from what its segment's subnets hold
 * (or anything) that no vNIC declares; nothing is sent to it, since nobody knows where it is.
 */
import { isLinkLocal, NO_ADDRESSES } from "../policy/addresses.ts";
import type { Binding, Chain, Ip, Swsec, Vnic } from "../policy/policy.ts";
import { normalizeRanges, type Ranges, subtractRanges, unionRanges } from "../policy/ranges.ts";
import type { Values } from "./box.ts";
import { fold, isUnknown } from "./meaning.ts";
import type { Places } from "./places.ts";

export type Addresses = { readonly 4: Values; readonly 6: Values };

export interface Party {
  /** Undefined: the outside, or vNICs without a chain. */
  readonly chain?: Chain;
  readonly outside: boolean;
  /** None of the outside. */
  readonly vnics: readonly Vnic[];
  /** vNICs that a firewall excludes skip its slot. */
  readonly excluded: boolean;
  readonly addresses: Addresses;
  /** Sending: those of the addresses that SpoofGuard does not approve. */
  readonly refused: Addresses;
}

const NOBODY: Addresses = { 4: [], 6: [] };

export class Parties {
  readonly #places: Places;
  readonly senders: readonly Party[];
  readonly receivers: readonly Party[];

  /** `places`: of a meaning in which nothing is learned. */
  constructor(places: Places) {
    this.#places = places;
    const vnics = [...places.allVnics];
    const outside = this.#outside();
    this.senders = [...this.#parties(vnics, true), outside];
    this.receivers = [...this.#parties(vnics, false), outside];
  }

  #outside(): Party {
    const { meaning, allVnics } = this.#places;
    const taken = declared(this.#places, allVnics);
    const addresses: Addresses = {
      4: subtractRanges<number | bigint>(meaning.hosts[4], unionRanges(taken[4], this.#broadcasts())),
      6: subtractRanges<number | bigint>(meaning.hosts[6], taken[6]),
    };
    return { outside: true, vnics: [], excluded: false, addresses, refused: NOBODY };
  }

  /** The last address of each segment's subnets: what is sent to it is for all. */
  #broadcasts(): Ranges<number> {
    const { segments } = this.#places.policy;
    const last: number[] = [];
    for (const { subnets } of segments.values())
      for (let i = 0; i < subnets.v4.length; i += 2) {
        const high = subnets.v4[i + 1] as number;
        if (high !== subnets.v4[i]) last.push(high, high);
      }
    return normalizeRanges(last);
  }

  /** vNICs that meet the same blocks, together. */
  #parties(vnics: readonly Vnic[], sending: boolean): Party[] {
    const groups = new Map<string, { chain?: Chain; excluded: boolean; vnics: Vnic[] }>();
    for (const vnic of vnics) {
      const chain = this.#places.chainOf(vnic);
      const excluded = [...(chain?.slots.values() ?? [])].some(
        ({ block }) => block?.module === "dfw" && block.exclude.has(vnic),
      );
      const key = `${excluded} ${chain?.name ?? ""}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { chain, excluded, vnics: [vnic] });
      else group.vnics.push(vnic);
    }
    return [...groups.values()].map(({ chain, excluded, vnics: members }) => ({
      chain,
      excluded,
      vnics: members,
      outside: false,
      addresses: sending ? this.#sends(members) : declared(this.#places, members),
      refused: sending ? this.#refuses(chain, members) : NOBODY,
    }));
  }

  /** What they send from: declared addresses, and on their planes what those of unknown address may have. */
  #sends(vnics: readonly Vnic[]): Addresses {
    const known = declared(this.#places, vnics);
    const { meaning } = this.#places;
    let sends = known;
    for (const [index, members] of meaning.planes.entries())
      for (const vnic of members) {
        if (!vnics.includes(vnic)) continue;
        const may = this.mayHave(vnic);
        const on = (layer: 4 | 6) =>
          unionRanges(sends[layer], may[layer].map((ip) => fold(ip, index + 1)) as Ranges<number | bigint>);
        sends = { 4: on(4), 6: on(6) };
      }
    return sends;
  }

  /** The addresses that a vNIC of unknown address may have, for as long as nothing is learned. */
  mayHave(vnic: Vnic): Addresses {
    const { meaning, allVnics, policy } = this.#places;
    const guard = guardOf(this.#places.chainOf(vnic));
    if (guard !== undefined) {
      return asSets(bindingsOf(guard, vnic).flatMap(({ ips }) => ips));
    }
    const subnets = vnic.segment === undefined ? undefined : policy.segments.get(vnic.segment)?.subnets;
    const { v4, v6 } = subnets ?? NO_ADDRESSES;
    const anywhere = v4.length === 0 && v6.length === 0;
    const taken = declared(this.#places, allVnics);
    return {
      4: subtractRanges((anywhere ? meaning.hosts[4] : v4) as Values, taken[4]),
      6: subtractRanges((anywhere ? meaning.hosts[6] : v6) as Values, taken[6]),
    };
  }

  /** Declared addresses from which SpoofGuard lets nothing pass. */
  #refuses(chain: Chain | undefined, vnics: readonly Vnic[]): Addresses {
    const guard = guardOf(chain);
    if (guard === undefined) return NOBODY;
    const refused: Ip[] = [];
    for (const vnic of vnics) {
      const approves = approver(guard, vnic);
      for (const ip of this.#places.meaning.declared(vnic)) if (!approves(ip)) refused.push(ip);
    }
    return asSets(refused);
  }
}

const asSets = (ips: readonly Ip[]): Addresses => ({
  4: normalizeRanges(ips.flatMap((ip) => (typeof ip === "number" ? [ip, ip] : []))),
  6: normalizeRanges(ips.flatMap((ip) => (typeof ip === "bigint" ? [ip, ip] : []))),
});
const declared = (places: Places, vnics: Iterable<Vnic>): Addresses =>
  asSets([...vnics].flatMap((vnic) => (isUnknown(vnic) ? [] : places.meaning.declared(vnic))));

const securityOf = (chain: Chain | undefined): Swsec | undefined => {
  for (const { block } of chain?.slots.values() ?? []) if (block?.module === "swsec") return block;
  return undefined;
};
const guardOf = (chain: Chain | undefined): Swsec | undefined => {
  const security = securityOf(chain);
  return security?.spoofguard.mode === "off" ? undefined : security;
};

/** A vNIC may be bound on several lines: all of them hold. */
const bindingsOf = (guard: Swsec, vnic: Vnic): readonly Binding[] =>
  guard.bindings.filter((binding) => binding.vnic === vnic);

/** Which of its declared addresses a vNIC may send from at the start of a scenario. */
function approver(guard: Swsec, vnic: Vnic): (ip: Ip) => boolean {
  const bindings = bindingsOf(guard, vnic);
  const macs = bindings.flatMap(({ mac }) => mac ?? []);
  if (macs.length > 0 && (vnic.mac === undefined || !macs.includes(vnic.mac))) return () => false;
  const approved = new Set<Ip>(bindings.flatMap(({ ips }) => ips));
  if (guard.spoofguard.mode === "tofu" && guard.discover.methods.has("tools"))
    for (const family of ["number", "bigint"]) {
      const first = vnic.ips.find((ip) => typeof ip === family);
      if (first !== undefined) approved.add(first);
    }
  return (ip) => approved.has(ip) || (guard.allowLocal && isLinkLocal(ip));
}
