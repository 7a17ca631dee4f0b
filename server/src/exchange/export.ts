/** A policy in other people's formats, and what they cannot hold. */
import type { Policy } from "../policy/policy.ts";
import type { Steps } from "../syntax/steps.ts";
import type { ExportFormat } from "./formats.ts";
import { getrulesText } from "./getrulesExport.ts";
import { nsxPolicyJson } from "./nsxPolicyExport.ts";
import { nsxTree } from "./nsxTree.ts";
import { nsxvText } from "./nsxvExport.ts";
import { type Note, Report } from "./report.ts";
import { terraform } from "./terraform.ts";

export interface Exported {
  readonly text: string;
  /** At lines of the policy. */
  readonly notes: readonly Note[];
}

/** `uri`: the policy's file. */
export function* exportPolicy(format: ExportFormat, policy: Policy, uri: string): Steps<Exported> {
  const report = new Report();
  const text = yield* WRITERS[format](policy, uri, report);
  return { text, notes: report.notes };
}

const WRITERS: Readonly<Record<ExportFormat, (policy: Policy, uri: string, report: Report) => Steps<string>>> = {
  *"nsx-policy"(policy, _, report) {
    return nsxPolicyJson(yield* nsxTree(policy, report));
  },
  // biome-ignore lint/correctness/useYield: it is written at once.
  *"nsxv-xml"(policy, _, report) {
    return nsxvText(policy, report);
  },
  getrules: (policy, _, report) => getrulesText(policy, report),
  *terraform(policy, uri, report) {
    return terraform(yield* nsxTree(policy, report), { file: uri, line: 1 }, report);
  },
};
