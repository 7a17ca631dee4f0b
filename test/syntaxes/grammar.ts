/** The grammar as VS Code runs it: vscode-textmate over Oniguruma. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
// Both are CommonJS, which Node gives no names of.
import oniguruma from "vscode-oniguruma";
import textmate, { type IGrammar, type IToken } from "vscode-textmate";

const grammarFile = path.join(import.meta.dirname, "../../syntaxes/iochain.tmLanguage.json");

export async function loadGrammar(): Promise<IGrammar> {
  await oniguruma.loadWASM(
    await readFile(createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm")),
  );
  const registry = new textmate.Registry({
    onigLib: Promise.resolve(oniguruma),
    loadGrammar: async () => textmate.parseRawGrammar(await readFile(grammarFile, "utf8"), grammarFile),
  });
  const grammar = await registry.loadGrammar("source.iochain");
  if (!grammar) throw new Error("the grammar did not load");
  return grammar;
}

/** The tokens of each line. */
export function tokenize(grammar: IGrammar, lines: readonly string[]): IToken[][] {
  let state = textmate.INITIAL;
  return lines.map((line) => {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    return result.tokens;
  });
}
