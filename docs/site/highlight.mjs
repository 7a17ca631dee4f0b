// Policies in the pages are coloured by the grammar that colours them in VS Code.
import { loadGrammar, tokenize } from "../../test/syntaxes/grammar.ts";

/** Scopes by their first word; the style sheet has a colour for each. */
const COLOURED = new Set(["comment", "string", "constant", "keyword", "storage", "entity", "variable", "support"]);

/** Code and its language to HTML; empty for languages other than ours, which Markdown then shows plainly. */
export async function highlighter() {
  const grammar = await loadGrammar();
  return (code, language) => {
    if (language !== "iochain") return "";
    const lines = code.trimEnd().split("\n");
    return tokenize(grammar, lines)
      .map((tokens, index) => tokens.map((token) => span(lines[index], token)).join(""))
      .join("\n");
  };
}

function span(line, { startIndex, endIndex, scopes }) {
  const text = line.slice(startIndex, endIndex).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const scope = scopes.map((name) => name.split(".")[0]).findLast((name) => COLOURED.has(name));
  return scope ? `<span class="${scope}">${text}</span>` : text;
}
