/**
 * Findings about sets of packets: rules that take none, allow rules that the other end stops, redirects that the
 * firewall makes pointless. Exact, by `space/`: never by sampling, never pair by pair. A question too large for its
 * bound gives no finding and is reported as undecided.
 */
import type { Policy, Rule } from "../policy/policy.ts";
import type { Statement } from "../syntax/tree.ts";
import type { Finding } from "./finding.ts";
import { blocksOf, KeptSets, listsOf, type Search, searchOf } from "./sets/kept.ts";
import { oneSided } from "./sets/oneSided.ts";
import { redirectFindings } from "./sets/redirects.ts";
import { unusedRules } from "./sets/unused.ts";

export interface SetOptions {
  /** Whether a finding of severity error stands in a statement; by default, whether its syntax is broken. */
  readonly hasError?: (statement: Statement) => boolean;
  /** Ends the search; what was found until then is returned. */
  readonly signal?: { readonly aborted: boolean };
  /** Told of each finding as it is found. */
  readonly onFinding?: (finding: Finding) => void;
  /** Told of each rule that a question was given up for. */
  readonly onUndecided?: (rule: Rule) => void;
}
/** What the search says on its way; undefined is a place to breathe. */
export type SetEvent = Finding | { readonly undecided: Rule } | undefined;

/** All set findings of a policy, at once. */
export function checkSets(policy: Policy, options: SetOptions = {}): Finding[] {
  const findings: Finding[] = [];
  for (const event of setFindings(policy, options.hasError)) {
    if (options.signal?.aborted) break;
    if (event === undefined) continue;
    if ("undecided" in event) options.onUndecided?.(event.undecided);
    else {
      findings.push(event);
      options.onFinding?.(event);
    }
  }
  return findings;
}

/** The same, step by step: each step is short, so that a caller can stop, or let others have their turn. */
export function* setFindings(
  policy: Policy,
  hasError: (statement: Statement) => boolean = (statement) => statement.broken,
  kept: KeptSets = new KeptSets(),
): Generator<SetEvent, void> {
  const edited = yield* kept.after(policy, hasError);
  const search = edited ?? searchOf(policy, hasError);
  yield* findingsOf(search);
  if (edited === undefined) kept.keep(search);
}

function* findingsOf(search: Search): Generator<SetEvent, void> {
  const { policy } = search.places;
  /** Rules of which it is settled that they take no packet. */
  const unused = new Set<Rule>();
  for (const block of blocksOf(policy))
    for (const rules of listsOf(block)) yield* unusedRules(search, block, rules, unused);
  for (const block of blocksOf(policy)) yield* oneSided(search, block, unused);
  yield* redirectFindings(search, unused);
}
