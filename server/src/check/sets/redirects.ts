/**
 * Redirect rules whose work is wasted. Leaving a VM, slot 2 comes before the partner slots: what it drops is never
 * redirected. Entering, it comes after them: what it drops was inspected for nothing.
 */
import type { Dfw, Redirect, Rule, Vnic } from "../../policy/policy.ts";
import { subtractRanges } from "../../policy/ranges.ts";
import { type Box, SOURCE, type Values } from "../../space/box.ts";
import { budget, type Condition, findPacket } from "../../space/find.ts";
import { unfold } from "../../space/meaning.ts";
import { between, type Places, type Way } from "../../space/places.ts";
import { packetText, readableWitness } from "../../space/witness.ts";
import type { Statement } from "../../syntax/tree.ts";
import type { Finding } from "../finding.ts";
import type { SetEvent } from "../sets.ts";
import { lets, partsOf, passes, sameVnic } from "./oneSided.ts";
import { nameOf, placeOf } from "./places.ts";

/** vNICs that have both the redirect and this firewall, or the redirect alone. */
interface Place {
  readonly firewall?: Dfw;
  readonly vnics: ReadonlySet<Vnic>;
}

export function* redirectFindings(
  places: Places,
  hasError: (statement: Statement) => boolean,
  unused: ReadonlySet<Rule>,
): Generator<SetEvent, void> {
  const firewalls = partsOf(places, "dfw") as readonly Place[];
  for (const block of places.policy.blocks.values()) {
    if (block.module !== "redirect") continue;
    const where = places.where(block);
    const here = firewalls.flatMap(({ firewall, vnics, ...part }) => {
      const filter = (part as { filter?: Dfw }).filter ?? firewall;
      const both = new Set([...vnics].filter((vnic) => where.has(vnic)));
      return both.size === 0 ? [] : [{ firewall: filter, vnics: both }];
    });
    if (here.length === 0) continue;
    for (const [i, rule] of block.rules.entries()) {
      yield;
      if (rule.action !== "redirect" || rule.disabled || unused.has(rule) || hasError(rule.source.statement)) continue;
      const never = neverReached(places, block, i, rule, here);
      if (never === "undecided") yield { undecided: rule };
      else if (never !== undefined) yield never;
      const wasted = inspectedForNothing(places, block, i, rule, here);
      if (wasted === "undecided") yield { undecided: rule };
      else if (wasted !== undefined) yield wasted;
    }
  }
}
