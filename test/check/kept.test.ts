/** Edits in files that import one another: what is kept up by them is what a fresh look would find. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sortFindings } from "../../server/src/check/check.ts";
import { CODES } from "../../server/src/check/codes.ts";
import { errorSteps } from "../../server/src/check/errors.ts";
import type { Finding, Place } from "../../server/src/check/finding.ts";
import { KeptFindings } from "../../server/src/check/kept.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import type { Policy, Source } from "../../server/src/policy/policy.ts";
import { loadProgram, type Program } from "../../server/src/policy/program.ts";
import { type Change, SourceDocument } from "../../server/src/syntax/document.ts";
import { finish } from "../../server/src/syntax/steps.ts";

const MAIN = `policy "Main"
import "lib.iochain"
segment front { vni 5001  subnet 10.0.1.0/24 }
vm web { tags prod  vnic eth0 { ip 10.0.1.11  segment front } }
vm two {
  vnic a { ip 10.0.1.12 }
  vnic a { ip dhcp }
  vnic b { mac 00:50:56:aa:01:12 }
}
group edge = web, servers, tag prod
group ring = circle
service shop = https, tcp/8443, admin
service https = tcp/443
dfw fw {
  exclude two.b
  section "One" category environment {
    rule 1 "In" allow from any to edge service shop
    rule 2 jump-to-application to servers
    rule 2 drop from 10.0.0.300 service frames log "a label that is much too long for the log of it"
  }
  section "Two" ethernet {
    rule 3 allow service frames
    rule 3 allow service shop
  }
  section "Three" category emergency { rule 4 allow from any to any }
  default drop
}
swsec guard { spoofguard manual  bind web.eth0 ip 10.0.9.1  bind two.a ip 10.0.1.12 }
appliance probe { fail open  inspect { rule 1 drop from edge } }
redirect past via probe { rule 1 redirect to edge }
encryption sealed {
  key k id 16
  key k id 17
  rule 1 encrypt with k from web to two.a
}
chain main {
  slot 2 dfw fw
  slot 1 swsec guard
  slot 4 redirect past fail open
  slot 15 encryption sealed
}
scenario "Try" {
  send tcp web:1 -> two:2 syn expect delivered
  rotate sealed.k
  set probe down
}
assert blocked from edge to servers
`;
const LIB = `service admin = ssh, tcp/22
service frames = ether/arp
group servers = 10.0.2.0/24, 10.0.3.1-10.0.3.9
group circle = ring
group nobody = unknown-one
vm web { vnic eth0 { ip 10.0.1.1 } }
segment back { subnet 10.0.2.0/24 }
`;

const WORDS =
  `web two servers edge ring circle shop https admin frames fw guard probe past sealed k prod a b eth0 front back
  group service vm segment dfw section rule default key slot chain vnic tag any allow drop 1 2 3 10.0.0.0/8 tcp/80
  environment ethernet } { = , nobody webb serverz import "lib.iochain" platform nsx
  wex wbe servres servera serverb edgy ring2 circel htps shopp adnin frame fw2 guarb probes twoo`.split(/\s+/);

const LINES = [
  "chain extra { slot 2 dfw fw }",
  "dfw other {",
  "}",
  "vm late { vnic eth0 { ip dhcp } }",
  "/* ",
  "*/",
  "",
];

/** Where in the document, as shares of it, and what is done there. */
const edit = fc.record({
  file: fc.nat(1),
  line: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  act: fc.oneof(
    { weight: 6, arbitrary: fc.record({ word: fc.constantFrom(...WORDS) }) },
    { weight: 2, arbitrary: fc.constant("cut" as const) },
    { weight: 2, arbitrary: fc.constant("twice" as const) },
    { weight: 1, arbitrary: fc.constant("letter" as const) },
    { weight: 2, arbitrary: fc.record({ put: fc.constantFrom(...LINES) }) },
  ),
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** The edit as a change of lines: a word put for another, a line cut or doubled, a letter typed. */
function changeOf(document: SourceDocument, { line: share, at, act }: Edit): Change {
  const line = Math.floor(share * document.lineCount);
  const text = document.lineText(line);
  const whole = { start: { line, character: 0 }, end: { line: line + 1, character: 0 } };
  if (act === "cut") return { range: whole, text: "" };
  if (act === "twice") return { range: { ...whole, end: whole.start }, text: `${text}\n` };
  if (typeof act === "object" && "put" in act) return { range: { ...whole, end: whole.start }, text: `${act.put}\n` };
  const words = [...text.matchAll(/[\w.-]+|[{}=,]/g)];
  const word = words[Math.floor(at * words.length)];
  const from = word?.index ?? 0;
  const to = act === "letter" ? from : from + (word?.[0].length ?? 0);
  const range = { start: { line, character: from }, end: { line, character: to } };
  return { range, text: act === "letter" ? "x" : act.word };
}

const place = ({ at, span }: Place) => `${at.uri}:${at.statement.chunk.line + 1}:${span.start}-${span.end}`;
const told = (program: Program, findings: Iterable<Finding>): string[] =>
  sortFindings(program, [...findings]).map(
    (f) =>
      `${f.code} ${place(f.place)} ${f.message} ${JSON.stringify(f.data)} ${(f.related ?? [])
        .map((other) => `${place(other)} ${other.message}`)
        .join()}`,
  );

/** A policy as text: places for sources, names for what is drawn elsewhere. */
function inWords(policy: Policy): string {
  const seen = new Map<unknown, unknown>();
  const plain = (value: unknown, depth: number): unknown => {
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "object" || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    if ("uri" in value && "statement" in value) {
      const { uri, statement } = value as Source;
      return `${uri}:${statement.chunk.line}:${statement.start}`;
    }
    if ("start" in value) return "…";
    if (depth > 12) return "deep";
    seen.set(value, "module" in value || "vnics" in value ? (value as { name?: string }).name : "again");
    const out = Array.isArray(value)
      ? value.map((item) => plain(item, depth + 1))
      : value instanceof Map
        ? [...value].map(([key, item]) => [key, plain(item, depth + 1)])
        : value instanceof Set
          ? [...value].map((item) => (item as { id?: string }).id ?? item)
          : Object.fromEntries(
              Object.entries(value)
                .filter(([key]) => key !== "section")
                .map(([key, item]) => [key, plain(item, depth + 1)]),
            );
    seen.delete(value);
    return out;
  };
  const { title, platform, segments, vms, vnics, groups, services, blocks, appliances, chains } = policy;
  return JSON.stringify(
    plain({ title, platform: platform.id, segments, vms, vnics, groups, services, blocks, appliances, chains }, 0),
    undefined,
    1,
  );
}

/** Mostly the one that imports the other. */
const ROOTS = ["main.iochain", "main.iochain", "main.iochain", "lib.iochain"];
const textsOf = (documents: ReadonlyMap<string, SourceDocument>) =>
  [...documents.values()].map(({ uri, text }) => `--- ${uri}\n${text}`).join("\n");

describe("after any edits", () => {
  it("findings and policy are those of the texts read anew", { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(fc.constantFrom(...ROOTS), fc.array(edit, { minLength: 1, maxLength: 12 }), (root, edits) => {
        const documents = new Map([
          ["main.iochain", new SourceDocument("main.iochain", MAIN)],
          ["lib.iochain", new SourceDocument("lib.iochain", LIB)],
        ]);
        const load = (from: ReadonlyMap<string, SourceDocument>) => loadProgram(root, (uri) => from.get(uri));
        let program = load(documents);
        let policy = compilePolicy(program);
        let kept = new KeptFindings(program);
        kept.follow();
        for (const _ of kept.refresh(program, policy));
        for (const [i, one] of edits.entries()) {
          const document = documents.get(one.file === 0 ? "main.iochain" : "lib.iochain") as SourceDocument;
          const { removed, added } = document.edit([changeOf(document, one)], i + 1);
          // As the workspace does: other imports make another program.
          if ([...removed, ...added].some(({ kind }) => kind === "import")) {
            kept.stop();
            program = load(documents);
            kept = new KeptFindings(program);
            kept.follow();
          } else program = { ...program };
          // Not every version is looked at, or to the end.
          if (i % 3 === 1) continue;
          policy = compilePolicy(program, policy);
          let left = i % 4 === 2 ? Math.floor(one.line * 4) : Number.POSITIVE_INFINITY;
          for (const _ of kept.refresh(program, policy)) {
            left -= 1;
            if (left < 0) break;
          }
          if (left < 0) continue;
          const texts = new Map([...documents].map(([uri, { text }]) => [uri, new SourceDocument(uri, text)]));
          const fresh = load(texts);
          const compiled = compilePolicy(fresh);
          expect(inWords(policy), textsOf(documents)).toBe(inWords(compiled));
          const errors = finish(errorSteps(fresh, compiled));
          const anew = new KeptFindings(fresh);
          for (const _ of anew.refresh(fresh, compiled));
          expect(told(program, kept.found.all()), textsOf(documents)).toEqual(told(fresh, anew.found.all()));
          const grave = [...anew.found.all()].filter(({ code }) => CODES[code].severity === "error");
          expect(told(fresh, errors), textsOf(documents)).toEqual(told(fresh, grave));
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 150) },
    );
  });

  it("what an unknown name may have meant is what it would be if the text were new", { timeout: 120_000 }, () => {
    // Of a letter's difference or two, so that each is near several.
    const name = fc.constantFrom(..."webs web1 web2 web3 wed1 wet1 bew1 weeb1 west db01 db02 https http".split(" "));
    const local = fc.constantFrom("eth0", "eth1", "etha", "ehta");
    const line = fc.oneof(
      fc.tuple(name, name, name).map(([a, b, c]) => `group ${a} = ${b}, ${c}`),
      fc.tuple(name, name).map(([a, b]) => `service ${a} = ${b}, tcp/1`),
      fc.tuple(name, local).map(([a, b]) => `vm ${a} { vnic ${b} { ip dhcp } }`),
      fc.tuple(name, name, local).map(([a, b, c]) => `group ${a} = ${b}.${c}`),
      fc.tuple(name, name).map(([a, b]) => `dfw ${a} { exclude ${b} }`),
      fc.tuple(name, name).map(([a, b]) => `chain ${a} { slot 2 dfw ${b} }`),
    );
    const one = fc.record({ at: fc.nat(), text: fc.oneof(line, fc.constant("")), abandon: fc.boolean() });
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 12 }), fc.array(one, { maxLength: 15 }), (lines, edits) => {
        const load = (document: SourceDocument) => loadProgram("a", () => document);
        const document = new SourceDocument("a", `${lines.join("\n")}\n`);
        let program = load(document);
        let policy = compilePolicy(program);
        const kept = new KeptFindings(program);
        kept.follow();
        for (const _ of kept.refresh(program, policy));
        for (const [i, { at, text, abandon }] of edits.entries()) {
          const place = { line: at % document.lineCount, character: 0 };
          const end = { line: place.line, character: document.lineText(place.line).length };
          document.edit([{ range: { start: place, end }, text }], i + 1);
          program = { ...program };
          policy = compilePolicy(program, policy);
          const steps = kept.refresh(program, policy);
          // An edit comes before it is through.
          if (abandon) steps.next();
          else for (const _ of steps);
          if (abandon) continue;
          const fresh = load(new SourceDocument("a", document.text));
          const anew = new KeptFindings(fresh);
          for (const _ of anew.refresh(fresh, compilePolicy(fresh)));
          expect(told(program, kept.found.all()), document.text).toEqual(told(fresh, anew.found.all()));
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 300) },
    );
  });
});
