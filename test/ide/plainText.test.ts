/** Markdown as text, for clients that show none: nothing of the Markdown is left, and nothing of what it says is lost. */
import { expect, test } from "vitest";
import { code, codeBlock, docMarkdown, escapeMarkdown, paragraphs, table } from "../../server/src/ide/markdown.ts";
import { plainText } from "../../server/src/ide/plainText.ts";

test("paragraphs, bold and slanted words, links, code", () => {
  const text = paragraphs(
    "**Slot 2.** The *Distributed Firewall*, see [NSX](https://example.org/a_b).",
    `${code("a*b")} ${code("`x`")}`,
    "---",
    "### Both ends",
  );
  expect(plainText(text)).toBe(
    "Slot 2. The Distributed Firewall, see NSX (https://example.org/a_b).\n\na*b `x`\n\nBoth ends",
  );
});

test("what a person wrote stands as written", () => {
  for (const written of [
    "a_b*c",
    "1. first",
    "# no heading",
    "<b>",
    "a | b",
    "[x](y)",
    "`",
    "\\",
    "~~gone~~",
    "**",
    "&lt;",
  ])
    expect(plainText(escapeMarkdown(written)), written).toBe(written);
  expect(plainText(docMarkdown("![p](http://x/y) <img> [c](command:x)"))).toBe("!p (http://x/y) <img> [c](command:x)");
});

test("tables and blocks of code", () => {
  const text = paragraphs(
    table(
      ["slot", "owner"],
      [
        ["0", code("a|b")],
        ["1", "**x**"],
      ],
    ),
    codeBlock("rule 1 allow  # *"),
  );
  expect(plainText(text)).toBe("slot  owner\n0     a|b\n1     x\n\nrule 1 allow  # *");
});
