/** Every regular expression of the program, of the TextMate grammar and of what the editor does at a key, as `recheck` can read it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "@swc/core";

const ROOT = join(import.meta.dirname, "../..");
const GRAMMAR = "syntaxes/iochain.tmLanguage.json";

export interface Pattern {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** The literals of a folder's TypeScript, and where one is made from a text instead. */
export function patternsOf(folder: string): { readonly literals: Pattern[]; readonly made: string[] } {
  const literals: Pattern[] = [];
  const made: string[] = [];
  for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".ts")) continue;
    const file = `${folder}/${name.replaceAll("\\", "/")}`;
    const program = parseSync(readFileSync(join(ROOT, file), "utf8"), { syntax: "typescript", target: "esnext" });
    for (const node of nodesOf(program)) {
      // A lexer asks at one place of the text, and there only.
      if (node.type === "RegExpLiteral" && typeof node.pattern === "string")
        literals.push({ file, source: node.pattern, flags: `${node.flags}${name.endsWith("tokens.ts") ? "y" : ""}` });
      const callee = node.callee as { readonly type?: string; readonly value?: string } | undefined;
      if (callee?.type === "Identifier" && callee.value === "RegExp") made.push(file);
    }
  }
  return { literals, made };
}

/**
 * The grammar's, which Oniguruma runs over one line at a time. JavaScript has no possessive quantifiers: what is linear
 * without them is so with them.
 */
export function grammarPatterns(): Pattern[] {
  const grammar: unknown = JSON.parse(readFileSync(join(ROOT, GRAMMAR), "utf8"));
  return nodesOf(grammar).flatMap((node) =>
    ["match", "begin", "end", "while"].flatMap((key) => {
      const source = node[key];
      return typeof source === "string"
        ? [{ file: GRAMMAR, source: source.replace(/([*+?}])\+/g, "$1"), flags: "" }]
        : [];
    }),
  );
}

const CONFIGURATION = "language-configuration.json";

/** What VS Code asks of a line when a key is pressed in it: where a word ends, what is indented. */
export function configurationPatterns(): Pattern[] {
  const configuration: unknown = JSON.parse(readFileSync(join(ROOT, CONFIGURATION), "utf8"));
  const keys = [
    "wordPattern",
    "increaseIndentPattern",
    "decreaseIndentPattern",
    "beforeText",
    "afterText",
    "start",
    "end",
  ];
  return nodesOf(configuration).flatMap((node) =>
    keys.flatMap((key) => {
      const source = node[key];
      return typeof source === "string" ? [{ file: CONFIGURATION, source, flags: "" }] : [];
    }),
  );
}

type Node = Readonly<Record<string, unknown>>;
function nodesOf(value: unknown): Node[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(nodesOf);
  return Array.isArray(value) ? below : [value as Node, ...below];
}
