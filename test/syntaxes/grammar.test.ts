import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { IToken } from "vscode-textmate";
import { loadGrammar, tokenize } from "./grammar.ts";

const grammar = await loadGrammar();
const cases = path.join(import.meta.dirname, "cases");
const samples = path.join(import.meta.dirname, "../../samples");
const assertion = /^\s*\/\/ *(\^+|<+) (!?)([\w.-]+)$/;

describe("scopes", () => {
  for (const file of readdirSync(cases)) {
    it(file, () => {
      const problems = check(readFileSync(path.join(cases, file), "utf8").split("\n"));
      expect(problems).toEqual([]);
    });
  }
});

describe("the samples", () => {
  for (const file of readdirSync(samples).filter((name) => name.endsWith(".iochain"))) {
    it(`${file}: every character that is not white space has a scope of its own, none is illegal`, () => {
      const lines = readFileSync(path.join(samples, file), "utf8").split("\n");
      const bare = tokenize(grammar, lines).flatMap((tokens, line) =>
        tokens
          .filter((token) => token.scopes.length === 1 || token.scopes.some((scope) => scope.startsWith("invalid")))
          .map((token) => `${line + 1}: ${(lines[line] as string).slice(token.startIndex, token.endIndex)}`)
          .filter((text) => /: \S/.test(text)),
      );
      expect(bare).toEqual([]);
    });
  }
});

describe("time grows with the length of a line, not faster", () => {
  const fragments = ["a-", "0:", "aa:", "aa-", "1.", "vm a ", "slot 1 ", '"\\', "/*", "::", "service a ", "web.", " "];
  for (const fragment of fragments) {
    it(JSON.stringify(fragment), () => {
      const short = fastest(fragment.repeat(2_000));
      const long = fastest(fragment.repeat(16_000));
      // Eight times the text; the rest is room for a busy machine. Quadratic would be 64 times.
      expect(long / Math.max(short, 1)).toBeLessThan(32);
    });
  }

  /** Milliseconds of this process's time: what else the machine does counts little. */
  function fastest(line: string): number {
    const times = [1, 2, 3, 4, 5].map(() => {
      const start = process.cpuUsage();
      tokenize(grammar, [line]);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    });
    return Math.min(...times);
  }
});

/** The assertions of a case that do not hold, in words. */
function check(lines: readonly string[]): string[] {
  const source = lines.filter((line) => !assertion.test(line));
  const tokens = tokenize(grammar, source);
  const problems: string[] = [];
  let above = -1;
  for (const [index, line] of lines.entries()) {
    const [, marks, not, scope] = assertion.exec(line) ?? [];
    if (marks === undefined || scope === undefined) {
      above++;
      continue;
    }
    const start = marks.startsWith("<") ? 0 : line.indexOf("^");
    for (let column = start; column < start + marks.length; column++) {
      const found = scopesAt(tokens[above] ?? [], column);
      const has = found.some((name) => name === scope || name.startsWith(`${scope}.`));
      if (has === (not === "!")) problems.push(`line ${index + 1}, column ${column + 1}: ${found.join(" ")}`);
    }
  }
  return problems;
}

function scopesAt(tokens: readonly IToken[], column: number): readonly string[] {
  return tokens.find((token) => token.startIndex <= column && column < token.endIndex)?.scopes ?? [];
}
