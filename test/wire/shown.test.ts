import { expect, test } from "vitest";
import { withSeen } from "../../server/src/wire/shown.ts";

test("an answer is what it was, but for the words in it that are shown", () => {
  const which = { shown: new Set(["title"]), raw: new Set(["edit"]) };
  const plain = [{ title: "a", edit: { title: "\u202E" } }];
  expect(withSeen(plain, which)).toBe(plain);
  expect(withSeen([{ title: "\u202E", name: "\u202E", edit: { title: "\u202E" } }], which)).toEqual([
    { title: "<U+202E>", name: "\u202E", edit: { title: "\u202E" } },
  ]);
});
