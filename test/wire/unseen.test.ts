/** What nobody sees is the same wherever it is shown: to a person, in JSON, in a text of the language. */
import { expect, test } from "vitest";
import { quote, unquote } from "../../server/src/syntax/strings.ts";
import { seen, seenInJson } from "../../server/src/unseen.ts";

const ROWS: readonly [text: string, shown: string, literal: string][] = [
  ["a\u202Eb", "a<U+202E>b", "a\\u{202e}b"],
  ["\u200B\u2066x\u2069\uFEFF", "<U+200B><U+2066>x<U+2069><U+FEFF>", "\\u{200b}\\u{2066}x\\u{2069}\\u{feff}"],
  ["\u0007\u001b[31m", "<U+0007><U+001B>[31m", "\\u{7}\\u{1b}[31m"],
  ["a\u00AD\u180E\uFFF9", "a<U+00AD><U+180E><U+FFF9>", "a\\u{ad}\\u{180e}\\u{fff9}"],
  ["tag \u{E0041}", "tag <U+E0041>", "tag \\u{e0041}"],
  ["gone\rback", "gone<U+000D>back", "gone\\u{d}back"],
  [
    "a line\r\n\tand joined: 👩‍💻 می‌خواهم",
    "a line\r\n\tand joined: 👩‍💻 می‌خواهم",
    "a line\\u{d}\\n\\tand joined: 👩‍💻 می‌خواهم",
  ],
];

test.each(ROWS)("%j is shown as %j", (text, shown) => expect(seen(text)).toBe(shown));

test.each(ROWS)("%j in JSON is what it was, and nothing of it is unseen", (text) => {
  const json = seenInJson(JSON.stringify(text));
  expect(JSON.parse(json)).toBe(text);
  expect(seen(json)).toBe(json);
});

test.each([...ROWS, ['half \ud800, "quoted" \\', "", 'half \\u{d800}, \\"quoted\\" \\\\'] as const])(
  "%j in a policy is written so that it is read again",
  (text, _, literal) => {
    expect(quote(text)).toBe(`"${literal}"`);
    expect(unquote(quote(text))).toBe(text);
  },
);
