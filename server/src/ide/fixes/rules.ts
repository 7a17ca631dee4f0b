/** Fixes of rules: ids, rules that change nothing, defaults, the order of sections, DHCP. */

import type { Range } from "vscode-languageserver-types";
import { CATEGORIES } from "../../policy/blocks.ts";
import type { Source } from "../../policy/policy.ts";
import { statementsOf, topOf } from "../../syntax/statements.ts";
import type { BlockDeclaration, RuleStatement, SectionStatement, Statement } from "../../syntax/tree.ts";
import {
  documentOf,
  type FileEdit,
  insertBefore,
  insertLast,
  movable,
  removeRange,
  removeStatement,
  reorder,
  replaceSpan,
  textIn,
} from "../edits.ts";
import type { View } from "../view.ts";
import { dataOf, type Fixer, isNumber } from "./fix.ts";

export const nextFreeId: Fixer = (view, finding, together) => {
  const { at, span } = finding.place;
  let free = dataOf(finding, "free", isNumber);
  if (free === undefined) return [];
  if (together !== undefined) {
    const block = topOf(at.statement);
    const taken = together.get(block) ?? idsOf(block);
    together.set(block, taken);
    while (taken.has(free)) free += 1;
    taken.add(free);
  }
  return [
    {
      title: `Change the id to ${free}, the next free one`,
      edits: [replaceSpan(view, at, span, String(free))],
      preferred: true,
    },
  ];
};

export const removeRule: Fixer = (view, { place }) => [
  { title: "Remove the rule", edits: [removeStatement(view, place.at)], preferred: true },
];

export const addDefault: Fixer = (view, { place }) => {
  const { uri, statement } = place.at;
  if (statement.kind !== "dfw") return [];
  const add = (action: string) => [
    insertLast(view, { uri, statement: statement as BlockDeclaration }, `default ${action}`),
  ];
  return [
    { title: "Say what it does: default allow", edits: add("allow"), preferred: true },
    { title: "Close it: default drop log", edits: add("drop log") },
  ];
};

/** Sections change places until the categories stand as they are tried; ethernet sections stay where they are. */
export function sectionsInOrder(view: View, { uri, statement }: Source<BlockDeclaration>): readonly FileEdit[] {
  const sections = statement.children.filter(
    (child): child is SectionStatement => child.kind === "section" && !child.ethernet && child.close !== undefined,
  );
  const rank = (section: SectionStatement) =>
    CATEGORIES.findIndex((category) => category === (section.category?.text ?? "application"));
  const document = documentOf(view, { uri, statement });
  const ranges = movable(document, sections);
  const sorted = sections
    .map((section, index) => ({ rank: rank(section), text: textIn(document, ranges[index] as Range) }))
    .sort((a, b) => a.rank - b.rank);
  return reorder(
    view,
    uri,
    sections,
    sorted.map(({ text }) => text),
  );
}

export const sortSections: Fixer = (view, { place }) => {
  const statement = topOf(place.at.statement);
  if (statement.kind !== "dfw") return [];
  const edits = sectionsInOrder(view, { uri: place.at.uri, statement });
  return edits.length === 0
    ? []
    : [{ title: "Put the sections in the order in which they are tried", edits, preferred: true }];
};

/** The clause that names the wrong vNICs goes: the rule's own, or its section's. */
export const dropAppliedTo: Fixer = (view, { place }) => {
  const { uri } = place.at;
  const rule = place.at.statement as RuleStatement;
  const document = documentOf(view, place.at);
  const clause = rule.kind === "rule" ? rule.clauses.find(({ kind }) => kind === "applied-to") : undefined;
  const section = rule.parent;
  if (section?.kind === "section" && section.appliedTo !== undefined) {
    const word = section.chunk.text.lastIndexOf("applied-to", section.appliedTo.start);
    const span = { start: word, end: section.appliedTo.end };
    const edit = removeRange(document, document.rangeOf(section.chunk, span));
    return [{ title: "Remove applied-to from the section", edits: [{ uri, edit }], preferred: true }];
  }
  if (clause === undefined) return [];
  const edit = removeRange(document, document.rangeOf(rule.chunk, clause));
  return [{ title: "Remove applied-to", edits: [{ uri, edit }], preferred: true }];
};

function idsOf(block: Statement): Set<number> {
  const ids = new Set<number>();
  const inside = "children" in block ? statementsOf(block.children) : [];
  for (const statement of inside) if (statement.kind === "rule" && statement.id) ids.add(statement.id.value);
  return ids;
}

/** A section of infrastructure that allows DHCP, ahead of what is tried after it. */
export const allowDhcp: Fixer = (view, { place }) => {
  const { uri } = place.at;
  const dfw = topOf(place.at.statement);
  if (dfw.kind !== "dfw") return [];
  const ids = idsOf(dfw);
  let id = 1;
  while (ids.has(id)) id += 1;
  const text = `section "DHCP" category infrastructure {\n  rule ${id} "Leases" allow service dhcp\n}`;
  const later: Statement | undefined = dfw.children.find(
    (child) => child.kind === "section" && !child.ethernet && child.category?.text !== "emergency",
  );
  const before = later ?? place.at.statement;
  return [{ title: "Allow DHCP", edits: [insertBefore(view, { uri, statement: before }, text)], preferred: true }];
};
