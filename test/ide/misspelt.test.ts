/** What a mistake of one word is mended to, where the language says what was meant. Between ‹› stands the word. */
import { describe, expect, test } from "vitest";
import { fixesOf } from "../../server/src/ide/codeActions.ts";
import { apply } from "../lsp/render.ts";
import { look } from "./look.ts";

const rule = (text: string) => `dfw fw {\n  section "s" {\n    ${text}\n  }\n  default drop\n}\n`;
const cases: readonly { readonly text: string; readonly fixes: readonly string[] }[] = [
  { text: rule("rule 1 ‹alow› from any to 10.0.0.1"), fixes: ["allow"] },
  { text: rule("‹ruel› 1 allow from any to 10.0.0.1"), fixes: ["rule"] },
  { text: rule("rule 1 allow ‹form› any to 10.0.0.1"), fixes: ["from"] },
  { text: "‹grup› web = 10.0.0.1\n", fixes: ["group"] },
  { text: "group ‹rule› = 10.0.0.1\n", fixes: ['"rule"'] },
  { text: 'scenario "s" { send tcp 10.0.0.1:1 ‹→› 10.0.0.2:2 syn expect delivered }\n', fixes: ["->"] },
  { text: 'scenario "s" { send tcp 10.0.0.1:1 -> 10.0.0.2:2 syn expect ‹deliver› }\n', fixes: ["delivered"] },
  { text: "group web = 10.0.0.1‹;›\n", fixes: [""] },
  { text: "import lib\n", fixes: [] },
  { text: rule("rule 1 whatever from any to 10.0.0.1"), fixes: [] },
];

describe("a misspelt word", () => {
  for (const { text, fixes } of cases)
    test(text.split("\n").find((line) => line.includes("‹")) ?? text, () => {
      const seen = look(text.replaceAll(/[‹›]/g, ""));
      const mistakes = seen.findings.filter(({ code }) => code === "syntax-error");
      const offered = mistakes.flatMap((finding) => fixesOf(seen.view, finding));
      const written = offered.map(({ edits }) =>
        apply(
          seen.view.document.text,
          edits.map(({ edit }) => edit),
        ),
      );
      expect(written).toEqual(fixes.map((fix) => text.replace(/‹.*›/, fix)));
    });
});
