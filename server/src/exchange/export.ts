/** A policy in other people's formats, and what they cannot hold. */
import type { Policy } from "../policy/policy.ts";
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
export function exportPolicy(format: ExportFormat, policy: Policy, uri: string): Exported {
  const report = new Report();
  const text = WRITERS[format](policy, uri, report);
  return { text, notes: report.notes };
}

const WRITERS: Readonly<Record<ExportFormat, (policy: Policy, uri: string, report: Report) => string>> = {
  "nsx-policy": (policy, _, report) => nsxPolicyJson(nsxTree(policy, report)),
  "nsxv-xml": (policy, _, report) => nsxvText(policy, report),
  getrules: (policy, _, report) => getrulesText(policy, report),
  terraform: (policy, uri, report) => terraform(nsxTree(policy, report), { file: uri, line: 1 }, report),
};
