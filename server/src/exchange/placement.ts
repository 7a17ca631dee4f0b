/** Where blocks are tried, for formats that have no chains: at every vNIC, or at some, which their rules then name. */
import type { Block, Chain, Policy, Rule, Vnic } from "../policy/policy.ts";
import { type DraftEndpoint, type DraftEndpoints, listed } from "./draft.ts";
import type { PolicyDraft } from "./policyDraft.ts";
import { NoWords, type Report } from "./report.ts";

export interface Placement<B extends Block> {
  readonly block: B;
  /** Undefined: at every vNIC. */
  readonly only?: {
    readonly vnics: ReadonlySet<Vnic>;
    /** As its chains say it; else one vNIC or machine after the other, as they are now. */
    readonly scope: DraftEndpoints;
    readonly chains: readonly Chain[];
    readonly listed: boolean;
  };
}

/** Blocks of a module that chains have, each once. Where there are no chains, all blocks of it, at every vNIC. */
export function placements<M extends Block["module"]>(
  module: M,
  policy: Policy,
  draft: PolicyDraft,
): Placement<Extract<Block, { module: M }>>[] {
  type B = Extract<Block, { module: M }>;
  const isOf = (block: Block | undefined): block is B => block?.module === module;
  const found = new Map<B, Chain[]>();
  for (const chain of policy.chains)
    for (const { block } of chain.slots.values())
      if (isOf(block)) found.set(block, [...(found.get(block) ?? []).filter((one) => one !== chain), chain]);
  if (policy.chains.length === 0) for (const block of policy.blocks.values()) if (isOf(block)) found.set(block, []);
  return [...found].map(([block, chains]) => {
    const vnics = new Set(chains.flatMap((chain) => [...chain.vnics]));
    const everywhere =
      chains.some(({ source }) => source.statement.appliedTo === undefined) ||
      (chains.length === policy.chains.length && policy.vnics.size === 0);
    if (everywhere || vnics.size === policy.vnics.size) return { block };
    const said = chains.flatMap(({ source: { statement } }) =>
      statement.appliedTo === undefined ? [] : [draft.endpoints(statement.appliedTo)],
    );
    const isPlain = said.every(
      ({ items, except }) => except === undefined && items.every(({ kind }) => kind !== "any"),
    );
    const scope = isPlain ? { items: said.flatMap(({ items }) => items) } : listOf(policy, vnics);
    return { block, only: { vnics, scope, chains, listed: !isPlain } };
  });
}

/** What a rule of a placed block applies to, where it says so itself: of that, what its chains have. */
export function within(
  { only }: Placement<Block>,
  rule: Rule,
  endpoints: DraftEndpoints,
  policy: Policy,
): DraftEndpoints {
  const own = rule.appliedTo;
  if (only === undefined || own === undefined || [...own].every((vnic) => only.vnics.has(vnic))) return endpoints;
  return listOf(policy, new Set([...own].filter((vnic) => only.vnics.has(vnic))));
}

/**
 * The scope that the rules of a placed block get, as `write` says it; `lost`: why there is none, and they are to be
 * written disabled. Undefined where every vNIC has the block.
 */
export function scopeOf<T>(
  { block, only }: Placement<Block>,
  draft: PolicyDraft,
  report: Report,
  write: (items: readonly DraftEndpoint[], chains: string) => T,
): { readonly scope: T } | { readonly lost: string } | undefined {
  if (only === undefined) return undefined;
  const at = draft.placeOf((only.chains[0] ?? block).source);
  const names = only.chains.map(({ name }) => name).join(", ");
  if (only.listed)
    report.inexpressible(at, `chain ${names}: what it takes out has no words; written as the machines it has now`);
  try {
    return { scope: write(only.scope.items, `chain ${names}`) };
  } catch (error) {
    if (!(error instanceof NoWords)) throw error;
    report.inexpressible(at, `chain ${names}: ${error.message}; the rules of ${block.name} are written disabled`);
    return { lost: `the machines of chain ${names}` };
  }
}

/** vNICs one by one, machines where it is all of theirs. */
function listOf(policy: Policy, vnics: ReadonlySet<Vnic>): DraftEndpoints {
  const items = new Map<string, DraftEndpoint>();
  for (const vnic of vnics) {
    const all = policy.vms.get(vnic.vm)?.vnics.every((one) => vnics.has(one)) === true;
    if (all) items.set(vnic.vm, { kind: "ref", key: vnic.vm });
    else items.set(vnic.id, { kind: "vnic", vm: vnic.vm, vnic: vnic.name });
  }
  return listed([...items.values()]);
}
