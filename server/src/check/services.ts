/** Findings about partner services and encryption; `sets.ts` has those about packets. */
import { vnicsOf } from "../policy/endpoints.ts";
import type { Chain, Encryption, EndpointSet, Key, Policy, Rule, Source, Vnic } from "../policy/policy.ts";
import { type Finding, finding, listed, related } from "./finding.ts";

/** A slot or an appliance that lets everything pass while it is down. */
export function checkFailure(at: Source, findings: Finding[]): void {
  const { statement } = at;
  if (statement.kind === "fail" && statement.value?.text === "open") {
    const name = statement.parent?.kind === "appliance" ? statement.parent.name?.text : undefined;
    const message = `While the appliance "${name ?? ""}" is down, all that is redirected to it passes uninspected.`;
    findings.push(finding("fail-open", at, statement.value, message));
  } else if (statement.kind === "slot" && statement.fail?.text === "open") {
    const message = `While "${statement.block?.text ?? ""}" is down, slot ${statement.number?.text} passes every packet unchecked.`;
    findings.push(finding("fail-open", at, statement.fail, message));
  }
}

// ---- keys -------------------------------------------------------------------------------------------------------

/** Where a vNIC's packets are sealed and opened: its chain and that chain's encryption block, if it has one. */
interface End {
  readonly chain?: Chain;
  readonly block?: Encryption;
}
const hasKey = (end: End | undefined, id: number): boolean => {
  for (const key of end?.block?.keys.values() ?? []) if (key.id === id) return true;
  return false;
};

/**
 * A rule that seals packets between two vNICs needs its key at both chains: without it there, the receiver cannot open
 * what was sealed, or gets in clear what it wants sealed. Keys are the same where their ids are.
 */
export function checkKeys(policy: Policy): Finding[] {
  const ends = new Map<Vnic, End>();
  for (const chain of policy.chains) {
    const slot = [...chain.slots.values()].find(({ block }) => block?.module === "encryption");
    const end: End = { chain, block: slot?.block as Encryption | undefined };
    for (const vnic of chain.vnics) ends.set(vnic, end);
  }
  const all = [...policy.vnics.values()];
  const picked = new Map<EndpointSet | undefined, readonly Vnic[]>();
  const pick = (set: EndpointSet | undefined): readonly Vnic[] => {
    let vnics = picked.get(set);
    if (vnics === undefined) {
      vnics = set === undefined ? all : [...vnicsOf(set, all)];
      picked.set(set, vnics);
    }
    return vnics;
  };
  const findings: Finding[] = [];
  const told = new Set<Key>();
  for (const block of policy.blocks.values()) {
    if (block.module !== "encryption") continue;
    for (const rule of block.rules) {
      if (rule.key === undefined || rule.disabled || told.has(rule.key)) continue;
      const lacking = lackingEnd(rule, rule.key, block, ends, pick);
      if (lacking === undefined) continue;
      told.add(rule.key);
      findings.push(oneSided(rule, rule.key, lacking, ends.get(lacking)));
    }
  }
  return findings;
}

/** A vNIC at the other end of one that has the rule's block, whose chain lacks the key. */
function lackingEnd(
  rule: Rule,
  key: Key,
  block: Encryption,
  ends: ReadonlyMap<Vnic, End>,
  pick: (set: EndpointSet | undefined) => readonly Vnic[],
): Vnic | undefined {
  const here = (vnic: Vnic) => ends.get(vnic)?.block === block && (rule.appliedTo?.has(vnic) ?? true);
  const lacks = (vnic: Vnic) => !hasKey(ends.get(vnic), key.id);
  const find = (near: readonly Vnic[], far: readonly Vnic[]) => (near.some(here) ? far.find(lacks) : undefined);
  const senders = pick(rule.from);
  const receivers = pick(rule.to);
  const outward = rule.direction === "in" ? undefined : find(senders, receivers);
  return outward ?? (rule.direction === "out" ? undefined : find(receivers, senders));
}

function oneSided(rule: Rule, key: Key, vnic: Vnic, end: End | undefined): Finding {
  const { chain } = end ?? {};
  const where =
    chain === undefined
      ? `no chain covers ${vnic.id}`
      : end?.block === undefined
        ? `the chain "${chain.name}" of ${vnic.id} has no encryption`
        : `"${end.block.name}", which the chain "${chain.name}" of ${vnic.id} has, knows no key of id ${key.id}`;
  const message = `The key "${key.name}" (id ${key.id}) is at one end only: ${where}, so what rule ${listed([String(rule.id)])} seals cannot be opened there.`;
  const there = [
    related(rule.source, "The rule that seals.", rule.source.statement.action ?? rule.source.statement.keyword),
    ...(chain === undefined ? [] : [related(chain.source, "The chain at the other end.")]),
  ];
  return finding("key-one-sided", key.source, key.source.statement.name ?? key.source.statement, message, {
    related: there,
  });
}
