/**
 * No regular expression takes more than linear time, whatever text it is given: `recheck` looks for a text on which it
 * would. A pattern that repeats nothing has none.
 */
process.env.RECHECK_BACKEND = "pure";

import { describe, expect, it } from "vitest";
import { configurationPatterns, grammarPatterns, type Pattern, patternsOf } from "./patterns.ts";

const { checkSync } = await import("recheck");

/** No time of the clock, which says nothing on a busy machine; the seed makes every run the same. */
const CHECK = {
  randomSeed: 1,
  timeout: null,
  incubationTimeout: null,
  /** Of an attack that is found: so many characters read, a thousand times those of the longest that is tried. */
  attackLimit: 300_000_000,
  attackTimeout: null,
};

/** What is wrong with a pattern, or undefined. The flags keep their meaning. */
function slow({ source, flags }: Pattern): string | undefined {
  const found = checkSync(source, flags, CHECK);
  if (found.status === "safe") return undefined;
  if (found.status === "unknown") return `/${source}/${flags}: ${found.error.kind}`;
  return `/${source}/${flags}: ${found.complexity.summary} for ${found.attack.pattern}`;
}

const repeats = ({ source }: Pattern): boolean => /[*+]|\{\d+,/.test(source);
const once = (patterns: readonly Pattern[]): Pattern[] => [
  ...new Map(patterns.map((pattern) => [`${pattern.source}/${pattern.flags}`, pattern])).values(),
];

describe.each(["server/src", "client/src"])("regular expressions of %s", (folder) => {
  const { literals, made } = patternsOf(folder);
  it("are linear", { timeout: 0 }, () => {
    expect(literals.length).toBeGreaterThan(10);
    expect(once(literals.filter(repeats)).flatMap((each) => slow(each) ?? [])).toEqual([]);
  });
  // `matches "…"` of the debugger's expressions: a person's own, run where V8 leaves a slow one for its linear engine.
  it("are literals, but for the one that a person types", () => {
    expect(made).toEqual(folder === "server/src" ? ["server/src/dap/expression/evaluate.ts"] : []);
  });
});

describe("patterns of the TextMate grammar", () => {
  it("are linear in a line", { timeout: 0 }, () => {
    expect(grammarPatterns().length).toBeGreaterThan(30);
    expect(once(grammarPatterns().filter(repeats)).flatMap((each) => slow(each) ?? [])).toEqual([]);
  });
});

describe("patterns of the language configuration", () => {
  it("are linear in a line", { timeout: 0 }, () => {
    expect(configurationPatterns().length).toBeGreaterThan(5);
    expect(once(configurationPatterns().filter(repeats)).flatMap((each) => slow(each) ?? [])).toEqual([]);
  });
});

describe("the check", () => {
  it.each([
    [/^(.+?)\s*\{$/, "polynomial"],
    [/[?#].*$/, "polynomial"],
    [/^(?:a+)+$/, "exponential"],
  ])("finds %s", { timeout: 0 }, (pattern, degree) => {
    expect(slow({ file: "", source: pattern.source, flags: pattern.flags })).toContain(degree);
  });
});
