/** The grammar as VS Code runs it: vscode-textmate over Oniguruma. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { createOnigScanner, createOnigString, loadWASM } from "vscode-oniguruma";
import { type IGrammar, INITIAL, type IToken, parseRawGrammar, Registry } from "vscode-textmate";

const grammarFile = path.join(import.meta.dirname, "../../syntaxes/iochain.tmLanguage.json");

export async function loadGrammar(): Promise<IGrammar> {
  await loadWASM(await readFile(createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm")));
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: async () => parseRawGrammar(await readFile(grammarFile, "utf8"), grammarFile),
  });
  const grammar = await registry.loadGrammar("source.iochain");
  if (!grammar) throw new Error("the grammar did not load");
  return grammar;
}

/** The tokens of each line. */
export function tokenize(grammar: IGrammar, lines: readonly string[]): IToken[][] {
  let state = INITIAL;
  return lines.map((line) => {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    return result.tokens;
  });
}
