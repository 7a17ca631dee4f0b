/** Policies to try things on: whole ones, mutated ones, and soup of the language's words. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";

const folder = new URL("../../samples/", import.meta.url);
export const samples: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".iochain"))
  .sort()
  .map((name) => readFileSync(new URL(name, folder), "utf8"));

const WORDS = (
  "policy platform import segment vm vnic group service acl swsec dfw appliance redirect encryption chain scenario assert " +
  "section slot rule default bind key exclude timeouts send wait set approve rotate replay expect from to in out " +
  "applied-to log disabled any except tag allow drop reject mark encrypt with via ip mac tags inspect fail open tcp " +
  'udp icmp web-01 eth0 a 1 15 0x10 30s 10.0.0.1 10.0.0.0/8 fd00::1 00:50:56:00:00:01 "x" "open { } { } = , . / : -> - [ ] ' +
  "/* */ // /// é § tcp-opening dhcp discover block limit ruel form"
).split(" ");
export const soup = fc
  .array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(" ", " ", "\n", "\r\n", "")), { maxLength: 60 })
  .map((parts) => parts.map(([word, space]) => word + space).join(""));

/** What one types or pastes. */
export const snippet = fc.oneof(
  soup.map((text) => text.slice(0, 40)),
  fc.string({ maxLength: 5 }),
  fc.constantFrom(
    "",
    "\n",
    "}",
    "{",
    "\n}\n",
    "/*",
    "*/",
    '"',
    ",",
    " = ",
    "rule 5 allow\n",
    "\nsection s {\n",
    "\n\n",
    "\r\n",
    "\r",
    "group g = any\n",
    "  dfw x {\n",
    "// note\n",
    "/// doc\n",
    "service s\n= tcp/1\n",
    "redirect r via a {\n",
  ),
);

export const policy = fc.constantFrom(...samples);

/** A policy with parts cut out and put in. */
export const mutated = fc
  .tuple(policy, fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(30), snippet), { maxLength: 4 }))
  .map(([text, cuts]) =>
    cuts.reduce((t, [where, length, put]) => {
      const at = Math.floor(where * t.length);
      return t.slice(0, at) + put + t.slice(at + length);
    }, text),
  );
export const anyText = fc.oneof(
  mutated,
  soup,
  fc.string({ maxLength: 80 }),
  fc.string({ unit: "binary", maxLength: 40 }),
);

const place = fc.record({ line: fc.integer({ min: -1, max: 80 }), character: fc.integer({ min: -1, max: 60 }) });
/** Any edit, places outside the text and whole texts included. */
export const change = fc.record({
  range: fc.option(fc.record({ start: place, end: place }), { nil: undefined, freq: 20 }),
  text: snippet,
});
/** Mostly small edits: a place, and one a little behind it. */
export const near = fc
  .record({ start: place, lines: fc.nat(2), characters: fc.integer({ min: -3, max: 12 }), text: snippet })
  .map(({ start, lines, characters, text }) => ({
    range: { start, end: { line: start.line + lines, character: start.character + characters } },
    text,
  }));
