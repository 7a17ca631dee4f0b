/** Feature: code lenses. Run and debug above a scenario; how often a declaration is used, counted when it is shown. */
import type { CodeLens } from "vscode-languageserver-types";
import { count } from "./markdown.ts";
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

export function codeLenses(view: View): CodeLens[] {
  const { document } = view;
  const out: CodeLens[] = [];
  for (const statement of document.tree.statements) {
    if (out.length >= MOST_LENSES) break;
    const range = document.rangeOf(statement.chunk, statement.keyword);
    if (statement.kind === "scenario" && statement.title) {
      const argument = { uri: document.uri, scenario: statement.title.text };
      out.push({ range, command: { title: "▷ Run", command: "iochain.runScenario", arguments: [argument] } });
      out.push({ range, command: { title: "Debug", command: "iochain.debugScenario", arguments: [argument] } });
    } else if (COUNTED.has(statement.kind)) {
      const part = partsOf(statement).find(({ kind }) => kind === "declares");
      const key = part && keyOf(statement, part);
      if (key !== undefined && declarationsOfKey(view.program, key)[0]?.statement === statement)
        out.push({ range, data: { uri: document.uri, key } satisfies LensData });
    }
  }
  return out;
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
