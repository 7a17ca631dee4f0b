/**
 * Feature: code lenses. Run, debug and show the trips of a scenario; how often a declaration is used, counted when it is
 * shown; above a rule what takes its packets, and after a replay how many packets it decided.
 */

import type { CodeLens } from "vscode-languageserver-types";
import type { Code } from "../check/codes.ts";
import type { Finding } from "../check/finding.ts";
import { statementsOf, topOf } from "../syntax/statements.ts";
import type { RuleStatement, ScenarioStatement, Statement } from "../syntax/tree.ts";
import { count, someOf } from "./markdown.ts";
import { partsOf } from "./parts.ts";
import { declarationsOfKey, isDeclaration, keyOf, occurrencesOf, type SymbolKey } from "./symbols.ts";
import type { View } from "./view.ts";

/** What a lens needs to be counted later. */
export interface LensData {
  readonly uri: string;
  readonly key: SymbolKey;
}

const COUNTED: ReadonlySet<string> = new Set(["group", "service", "segment", "appliance"]);
/** Beyond this nobody reads them, and counting is not free. */
const MOST_LENSES = 2000;

/** `trips`: whether the editor can show documents that the server writes. */
export function codeLenses(view: View, { trips }: { readonly trips: boolean }): CodeLens[] {
  const out: CodeLens[] = [];
  const taken = takenRules(view);
  const firsts = new Map<SymbolKey, Statement | undefined>();
  for (const statement of statementsOf(view.document.tree.statements)) {
    if (out.length >= MOST_LENSES) break;
    if (statement.kind === "scenario") out.push(...scenarioLenses(view, statement, trips));
    else if (statement.kind === "rule") out.push(...ruleLenses(view, statement, taken.get(statement)));
    else if (COUNTED.has(statement.kind)) out.push(...countLens(view, statement, firsts));
  }
  return out;
}

const lens = (
  { document }: View,
  statement: Statement,
  title: string,
  command: string,
  argument?: object,
): CodeLens => ({
  range: document.rangeOf(statement.chunk, statement.keyword),
  command: { title, command, ...(argument && { arguments: [argument] }) },
});

function scenarioLenses(view: View, statement: ScenarioStatement, trips: boolean): CodeLens[] {
  if (statement.title === undefined) return [];
  const argument = { uri: view.document.uri, scenario: statement.title.text };
  return [
    lens(view, statement, "▷ Run", "iochain.runScenario", argument),
    lens(view, statement, "Debug", "iochain.debugScenario", argument),
    ...(trips ? [lens(view, statement, "Trips", "iochain.showTrips", argument)] : []),
  ];
}

/** Findings that say that other rules take all that a rule matches. */
const TAKEN: Partial<Readonly<Record<Code, string>>> = {
  "rule-shadowed": "Shadowed by",
  "rule-redundant": "Made redundant by",
};

function takenRules(view: View): ReadonlyMap<Statement, Finding> {
  const out = new Map<Statement, Finding>();
  for (const finding of view.findings?.() ?? [])
    if (TAKEN[finding.code] !== undefined) out.set(finding.place.at.statement, finding);
  return out;
}

/** Their commands are empty: the editor shows them as text. */
function ruleLenses(view: View, statement: RuleStatement, taken: Finding | undefined): CodeLens[] {
  const out: CodeLens[] = [];
  if (taken?.related?.length) {
    const rules = taken.related.flatMap(({ at }) =>
      at.statement.kind === "rule" && at.statement.id ? [`rule ${at.statement.id.value}`] : [],
    );
    if (rules.length > 0) out.push(lens(view, statement, `${TAKEN[taken.code]} ${someOf(rules, 4)}`, ""));
  }
  if (view.hits !== undefined && statement.id !== undefined) {
    const block = topOf(statement);
    const name = "name" in block ? block.name?.text : undefined;
    const hits = view.hits[`${name}.${statement.id.value}`] ?? 0;
    if (name !== undefined) out.push(lens(view, statement, count(hits, "hit"), ""));
  }
  return out;
}

/** `firsts`: the declarations that hold, as far as they were asked for; thousands may have one name. */
function countLens(
  { document, program }: View,
  statement: Statement,
  firsts: Map<SymbolKey, Statement | undefined>,
): CodeLens[] {
  const part = partsOf(statement).find(({ kind }) => kind === "declares");
  const key = part && keyOf(statement, part);
  if (key === undefined) return [];
  if (!firsts.has(key)) firsts.set(key, declarationsOfKey(program, key)[0]?.statement);
  if (firsts.get(key) !== statement) return [];
  const range = document.rangeOf(statement.chunk, statement.keyword);
  return [{ range, data: { uri: document.uri, key } satisfies LensData }];
}

/** The title of a lens that counts uses. Its command is empty: the editor shows it as text. */
export function resolveCodeLens(views: readonly View[], lens: CodeLens): CodeLens {
  const { key } = (lens.data ?? {}) as Partial<LensData>;
  if (typeof key !== "string") return lens;
  const places = new Set<string>();
  for (const { program } of views)
    for (const occurrence of occurrencesOf(program, key))
      if (!isDeclaration(occurrence))
        places.add(`${occurrence.uri} ${occurrence.statement.chunk.line} ${occurrence.part.span.start}`);
  return { ...lens, command: { title: count(places.size, "reference"), command: "" } };
}
