/** Hover on a rule: what it resolves to, in a table, and where it stands. */

import type { Code } from "../check/codes.ts";
import type { Rule } from "../policy/policy.ts";
import { topOf } from "../syntax/statements.ts";
import type { RuleStatement, Statement } from "../syntax/tree.ts";
import { describeEndpoints, describeServices, describeVnics, ruleOf } from "./describe.ts";
import { KEYWORD_NOTES } from "./keywordNotes.ts";
import { code, count, docMarkdown, escapeMarkdown, paragraphs, table } from "./markdown.ts";
import type { Part } from "./parts.ts";
import { declarationsOfKey, keyOf } from "./symbols.ts";
import type { View } from "./view.ts";

/** `part`: the rule's id, in the rule or in an expectation; undefined on the word `rule`. */
export function hoverRule(
  view: View,
  statement: Statement,
  part: (Part & { readonly kind: "rule-id" }) | undefined,
): string | undefined {
  if (part === undefined || part.declared) return statement.kind === "rule" ? ruleText(view, statement) : undefined;
  const key = keyOf(statement, part);
  if (key === undefined) return undefined;
  const rules = declarationsOfKey(view.program, key).map((declared) => declared.statement as RuleStatement);
  if (rules.length === 0) return `No block of this policy has a rule ${part.id.value}.`;
  const shown = rules.slice(0, 3).map((rule) => ruleText(view, rule));
  return [...shown, rules.length > 3 ? `… and ${rules.length - 3} more blocks have a rule ${part.id.value}.` : ""]
    .filter((text) => text !== "")
    .join("\n\n---\n\n");
}

export function ruleText(view: View, statement: RuleStatement): string {
  const top = topOf(statement);
  const blockName = "name" in top && top.name ? top.name.text : "";
  const found = ruleOf(view.policy(), statement);
  const doc = statement.doc && docMarkdown(statement.doc);
  const head = `### Rule ${statement.id?.text ?? "?"}${statement.title ? ` · ${escapeMarkdown(statement.title.text)}` : ""}`;
  if (found === undefined)
    return paragraphs(
      head,
      `In ${code(`${top.kind} ${blockName}`)}. It has a mistake, or its block is hidden by another of its name, so it is left out.`,
      doc,
    );
  const { rule, place, of } = found;
  const section = rule.section;
  const tags = section && [
    section.ethernet ? "ethernet" : section.category,
    section.stateless && "stateless",
    section.tcpStrict && "tcp-strict",
  ];
  return paragraphs(
    head,
    `${actionText(rule)}${rule.disabled ? " — **disabled: it is skipped**" : ""}`,
    table(
      ["", ""],
      [
        ["From", rule.from ? describeEndpoints(rule.from) : "anything"],
        ["To", rule.to ? describeEndpoints(rule.to) : "anything"],
        ["Service", rule.services ? describeServices(rule.services) : "anything"],
        ["Direction", directionText(rule)],
        ...(rule.family === undefined ? [] : [["Family", `IPv${rule.family} only`]]),
        ["Exists at", rule.appliedTo ? describeVnics(rule.appliedTo) : "every vNIC of the chains that run the block"],
        [
          "Place",
          `${place} of ${count(of, "rule")} in ${code(`${top.kind} ${blockName}`)}${section ? `, section ${escapeMarkdown(section.name)} (${tags?.filter(Boolean).join(", ")})` : ""}`,
        ],
        ...(rule.log ? [["Log", "matches are logged"]] : []),
      ],
    ),
    ...troubles(view, statement),
    doc,
  );
}

/** What covers the rule, or why it takes no packet: the findings at it, with the rules that they name. */
function troubles(view: View, statement: Statement): string[] {
  const found = [...(view.findings?.(statement) ?? [])].filter(({ code: c }) => COVERS.has(c));
  return found.map(({ message, related }) => {
    const others = (related ?? []).map((other) => escapeMarkdown(other.message));
    return `⚠ ${escapeMarkdown(message)}${others.length > 0 ? ` See: ${others.slice(0, 5).join("; ")}.` : ""}`;
  });
}
const COVERS: ReadonlySet<Code> = new Set<Code>([
  "rule-shadowed",
  "rule-redundant",
  "rule-never-matches",
  "applied-to-misses",
  "one-sided-allow",
  "redirect-never-reached",
]);

function actionText(rule: Rule): string {
  if (rule.mark) return `**mark** ${rule.mark.field} ${rule.mark.value}, and go on with the next rule`;
  const word = `**${rule.action}**${rule.key ? ` with key ${code(rule.key.name)} (id ${rule.key.id})` : ""}`;
  const note = KEYWORD_NOTES.get(rule.action);
  return note === undefined ? word : `${word}: ${note.text.split(/(?<=\.) /)[0]}`;
}

const directionText = (rule: Rule): string =>
  rule.direction === undefined
    ? "both"
    : rule.direction === "in"
      ? "in: packets to the VM (vSphere traffic filtering: *egress*)"
      : "out: packets from the VM (vSphere traffic filtering: *ingress*)";
