/** Markdown out of a stranger's text: rendered by a parser that allows everything, it holds nothing that acts. */
import fc from "fast-check";
import MarkdownIt from "markdown-it";
import { describe, expect, it } from "vitest";
import { code, codeBlock, docMarkdown, escapeMarkdown, table } from "../../server/src/ide/markdown.ts";

const renderer = new MarkdownIt({ html: true, linkify: false });
renderer.validateLink = () => true;

/** Tags with what they lead to. */
const tagsOf = (markdown: string): string[] => renderer.render(markdown).match(/<[a-z/!?][^>]*>/gi) ?? [];
const HARMLESS =
  /^<\/?(?:p|em|strong|code|pre|ul|ol|li|h[1-6]|br|hr|blockquote|table|thead|tbody|tr|td|th|s|a)(?: start="\d+"| class="language-[^"]*")*>$/;
const LINK = /^<a href="(?:https?:\/\/|mailto:)[^"]*"(?: title="[^"]*")?>$/i;

/** Pieces that mean something in Markdown, put together at random. */
const hostile = fc
  .array(
    fc.constantFrom(
      ..."[]()<>!\\&`*_#:;|~\n\t \"'".split(""),
      "[a](command:x)",
      "![a](http://h/x.png)",
      "![a][r]",
      "[a][r]",
      "\n\n[r]: command:x\n",
      "<img src=http://h/x>",
      "<script>",
      "<command:x>",
      "<https://h/>",
      "](command:x)",
      "&#91;a&#93;(command:x)",
      "&lt;",
      "https://h/",
      "(mailto:a@b)",
      "javascript:x",
      "a",
      "```",
      "    ",
    ),
    { maxLength: 14 },
  )
  .map((pieces) => pieces.join(""));

describe("a doc comment", () => {
  it("shows no picture, no HTML, and links to the web only", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const tag of tagsOf(docMarkdown(text))) expect(HARMLESS.test(tag) || LINK.test(tag), tag).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });
  it("stays Markdown", () => {
    const text = "**Do not** open this: see [the ticket](https://tickets.example/7) or `a < b`.\n\n- one\n- two";
    expect(docMarkdown(text)).toBe(text);
  });
});

describe("quoted text", () => {
  it("shows as it was written, with no tag and no link", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(tagsOf(`a ${escapeMarkdown(text)}`).filter((tag) => !/^<\/?(?:p|br)>$/.test(tag))).toEqual([]);
        expect(tagsOf(`a ${code(text)} b`).filter((tag) => !/^<\/?(?:p|code)>$/.test(tag))).toEqual([]);
        expect(
          tagsOf(codeBlock(text)).filter((tag) => !/^<\/?(?:pre|code)(?: class="language-iochain")?>$/.test(tag)),
        ).toEqual([]);
        const cells = tagsOf(table(["", ""], [[escapeMarkdown(text), code(text)]]));
        expect(cells.filter((tag) => !/^<\/?(?:table|thead|tbody|tr|td|th|code)>$/.test(tag))).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });
});
