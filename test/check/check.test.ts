/** The findings that need no packets, held against marked policies: what is not marked must not be found. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkProgram } from "../../server/src/check/check.ts";
import { CODES } from "../../server/src/check/codes.ts";
import { errorSteps } from "../../server/src/check/errors.ts";
import type { Finding } from "../../server/src/check/finding.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram, type Unread } from "../../server/src/policy/program.ts";
import { parseFile, type SourceDocument } from "../../server/src/syntax/document.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { readMarkers } from "./markers.ts";

const data = join(import.meta.dirname, "data");
const files = readdirSync(data).filter((name) => name.endsWith(".iochain"));

function open(name: string) {
  const documents = new Map<string, SourceDocument | Unread>();
  const load = (uri: string) => parseFile(uri, readFileSync(join(data, uri), "utf8"));
  return loadProgram(name, (uri) => {
    if (!documents.has(uri))
      documents.set(uri, files.includes(uri) ? load(uri) : uri.startsWith("../") ? "outside" : "missing");
    return documents.get(uri);
  });
}

/** `line code` of each finding in the file, in order. */
const told = (document: SourceDocument, findings: readonly Finding[]) =>
  findings
    .map(({ code, place }) => `${document.rangeOf(place.at.statement.chunk, place.span).start.line + 1} ${code}`)
    .sort();

const check = (text: string) => {
  const document = parseFile("test.iochain", text);
  return checkProgram(loadProgram("test.iochain", (uri) => (uri === "test.iochain" ? document : undefined)));
};

describe("findings", () => {
  it.each(files)("%s", (name) => {
    const program = open(name);
    const { expected, inScope } = readMarkers(program.root.text);
    const found = checkProgram(program).filter(({ place, code }) => place.at.uri === name && inScope(code));
    const marked = [...expected].flatMap(([line, codes]) => codes.map((code) => `${line} ${code}`)).sort();
    expect(told(program.root, found)).toEqual(marked);
  });

  it.each(files)("%s: the errors alone are the same ones", (name) => {
    const program = open(name);
    const policy = compilePolicy(program);
    const errors = finish(errorSteps(program, policy));
    expect(errors).toEqual(checkProgram(program, policy).filter(({ code }) => CODES[code].severity === "error"));
  });

  it("each code is found somewhere in these policies", () => {
    const elsewhere = ["rule-shadowed", "rule-redundant", "rule-never-matches", "one-sided-allow", "applied-to-misses"];
    const packets = ["redirect-never-reached", "inspected-then-dropped", "expect-failed", "assert-failed"];
    const marked = new Set(
      files.flatMap((name) => [...readMarkers(readFileSync(join(data, name), "utf8")).expected.values()].flat()),
    );
    const missing = Object.keys(CODES).filter((code) => !marked.has(code));
    expect(missing.sort()).toEqual([...elsewhere, ...packets, "rules-per-vnic", "too-large"].sort());
  });

  it("are in order and each told once", () => {
    const program = open("values.iochain");
    const found = checkProgram(program);
    const keys = found.map(({ place, code, message }) =>
      JSON.stringify([place.at.statement.chunk.line, place.span, code, message]),
    );
    expect(new Set(keys).size).toBe(keys.length);
    const lines = found.map(({ place }) => place.at.statement.chunk.line);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
  });

  it("are sentences, in places that hold text", () => {
    for (const name of files) {
      const program = open(name);
      for (const { message, place } of checkProgram(program)) {
        expect(message).toMatch(/^["\p{L}\p{N}].*[.?]$/u);
        expect(place.span.end).toBeGreaterThan(place.span.start);
        expect(place.span.end).toBeLessThanOrEqual(place.at.statement.chunk.text.length);
      }
    }
  });

  it("offer the name that may have been meant", () => {
    const [found] = check("group web = 10.0.0.1\ngroup all = wbe").filter(({ code }) => code === "unknown-name");
    expect(found?.message).toContain('Did you mean "web"?');
    expect(found?.data).toMatchObject({ name: "wbe", meant: "web" });
  });

  it("a rule's next free id", () => {
    const ids = check("acl e { rule 1 drop rule 1 drop rule 2 drop rule 1 drop }").filter(
      ({ code }) => code === "rule-id-duplicate",
    );
    expect(ids.map(({ data }) => data)).toEqual([{ free: 3 }, { free: 4 }]);
  });

  it("free slots of the module, for moving a line", () => {
    const policy = "appliance i { } redirect r via i { } chain c { slot 4 redirect r slot 3 redirect r }";
    const [found] = check(policy).filter(({ code }) => code === "slot-reserved");
    expect(found?.data).toEqual({ free: [5, 6, 7, 8, 9, 10, 11, 12], module: "redirect" });
  });

  it("rules at a vNIC are counted where they apply", () => {
    const rules = (count: number, clause: string, from: number) =>
      Array.from({ length: count }, (_, i) => `rule ${from + i} drop to 10.1.0.1 ${clause}`).join("\n");
    const policy = (a: number, everywhere: number) => `
      vm a { vnic eth0 { ip 10.0.0.1 } }
      vm b { vnic eth0 { ip 10.0.0.2 } }
      dfw fw { section "s" {
        ${rules(a, "applied-to a", 1)}
        ${rules(everywhere, "", 100_000)}
        ${rules(4000, "applied-to b disabled", 200_000)}
      } default drop }
      chain c { slot 2 dfw fw }`;
    const codes = (text: string) => check(text).filter(({ code }) => code === "rules-per-vnic");
    expect(codes(policy(2000, 2000))).toEqual([]);
    expect(codes(policy(2000, 2001)).map(({ message }) => message)).toEqual([
      expect.stringMatching(/puts 4001 rules at a\.eth0;/),
    ]);
  });

  it("many unknown names do not keep anyone waiting", () => {
    const groups = Array.from({ length: 3000 }, (_, i) => `group g${i} = h${i}`).join("\n");
    const start = performance.now();
    expect(check(groups).filter(({ code }) => code === "unknown-name")).toHaveLength(3000);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it("come without a throw from any text, and from any policy with pieces of it missing", () => {
    const texts = files.map((name) => readFileSync(join(data, name), "utf8"));
    const mangled = fc
      .tuple(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 30 })), { maxLength: 6 }))
      .map(([text, cuts]) => {
        let rest = text;
        for (const [at, length] of cuts)
          rest = rest.slice(0, at % rest.length) + rest.slice((at % rest.length) + length);
        return rest;
      });
    fc.assert(
      fc.property(mangled, (text) => {
        check(text);
      }),
      { numRuns: 400 },
    );
  });
});
