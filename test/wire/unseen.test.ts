import { expect, test } from "vitest";
import { seen, withSeen } from "../../server/src/wire/unseen.ts";

test.each([
  ["a\u202Eb", "a<U+202E>b"],
  ["\u200B\u2066x\u2069\uFEFF", "<U+200B><U+2066>x<U+2069><U+FEFF>"],
  ["\u0007\u001b[31m", "<U+0007><U+001B>[31m"],
  ["tag \u{E0041}", "tag <U+E0041>"],
  ["a line\r\n\tand joined: 👩‍💻 می‌خواهم", "a line\r\n\tand joined: 👩‍💻 می‌خواهم"],
])("%j is shown as %j", (text, shown) => expect(seen(text)).toBe(shown));

test("an answer is what it was, but for the words in it that are shown", () => {
  const which = { shown: new Set(["title"]), raw: new Set(["edit"]) };
  const plain = [{ title: "a", edit: { title: "\u202E" } }];
  expect(withSeen(plain, which)).toBe(plain);
  expect(withSeen([{ title: "\u202E", name: "\u202E", edit: { title: "\u202E" } }], which)).toEqual([
    { title: "<U+202E>", name: "\u202E", edit: { title: "\u202E" } },
  ]);
});
