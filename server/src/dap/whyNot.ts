/** Why a rule matches the packet or does not, as the debugger tells it: `chain/explain.ts` has the answer. */
import { type ClauseAnswer, explainRule } from "../chain/explain.ts";
import type { Direction } from "../chain/trace.ts";
import type { Rule } from "../policy/policy.ts";
import type { Debuggee } from "./debuggee.ts";
import { text, type Value } from "./expression/values.ts";
import { type Span, spanWithin } from "./frames.ts";

/**
 * The clauses that the rule has, in the order in which they are asked, each with what came of it; undefined where there is
 * no packet to ask about.
 */
function verdicts(
  rule: Rule,
  { packet, place, world, loaded, moment }: Debuggee,
  at: { readonly vnic: string; readonly direction: Direction } | undefined = place,
): readonly ClauseAnswer[] | undefined {
  const vnic = at && loaded.policy.vnics.get(at.vnic);
  const asked = moment?.kind === "finished" ? moment.packet : packet;
  if (!asked || !vnic) return undefined;
  return explainRule(world, rule, asked, vnic, at.direction).clauses.map((answer) =>
    answer.statement === rule.source.statement ? answer : { ...answer, wanted: `${answer.wanted} (the section's)` },
  );
}

/** `matches(N)`: holds or not, and the clauses as its parts. */
export function whyNot(rule: Rule, debuggee: Debuggee): Value {
  if (!debuggee.packet || !debuggee.place)
    return { kind: "absent", why: "the packet is in no chain yet: step into a slot" };
  const all = verdicts(rule, debuggee) ?? [];
  const failed = all.filter((verdict) => !verdict.holds);
  const holds = failed.length === 0 && !rule.disabled;
  const why = rule.disabled ? "it is disabled" : failed.map(shortly).join("; ");
  return {
    kind: "record",
    summary: holds ? `rule ${rule.id} matches` : `rule ${rule.id} does not match: ${why}`,
    brief: holds ? "match" : `no match: ${why}`,
    holds,
    members: new Map([
      ...(rule.disabled ? [["disabled", text("the rule is skipped")] as const] : []),
      ...all.map(
        (v) =>
          [
            v.clause,
            text(`${v.holds ? "holds" : "does not hold"}: wants ${v.wanted}, the packet has ${v.got}`),
          ] as const,
      ),
    ]),
  };
}
const WORDS: Readonly<Partial<Record<ClauseAnswer["clause"], string>>> = {
  from: "source",
  to: "destination",
  family: "address family",
};
const shortly = ({ clause, wanted, got }: ClauseAnswer): string => `${clause} is ${wanted}, not ${got}`;

/**
 * The clauses that keep a rule from matching at a vNIC, each in half a sentence; none when it matches. Undefined where
 * that cannot be told.
 */
export function failing(
  rule: Rule,
  debuggee: Debuggee,
  vnic: string,
  direction: Direction,
): readonly string[] | undefined {
  return verdicts(rule, debuggee, { vnic, direction })
    ?.filter((verdict) => !verdict.holds)
    .map(({ clause, wanted, got }) => {
      return `its ${WORDS[clause] ?? clause} is ${wanted} and the packet's is ${got}`;
    });
}

/**
 * The places at which a clause by clause step stops: the rule itself, then its clauses in the order in which they are
 * asked, up to the first that does not hold.
 */
export function clausesOf(rule: Rule, debuggee: Debuggee): readonly Span[] {
  const spans: Span[] = [spanWithin(rule.source.statement, rule.source.statement)];
  for (const { statement, span, holds } of verdicts(rule, debuggee) ?? []) {
    if (span && statement === rule.source.statement) spans.push(spanWithin(statement, span));
    if (!holds) break;
  }
  return spans;
}
