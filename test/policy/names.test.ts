import { describe, expect, it } from "vitest";
import { DocumentNames } from "../../server/src/policy/documentNames.ts";
import { lookupKey, type Reference, referencesIn } from "../../server/src/policy/names.ts";
import { ProgramNames } from "../../server/src/policy/programNames.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import { eachStatement } from "../../server/src/syntax/statements.ts";
import type { Statement } from "../../server/src/syntax/tree.ts";
import { programOf } from "./programs.ts";

const TEXT = `vm a { tags t  vnic eth0 { ip 10.0.0.1 } }
vm b { vnic eth0 { ip 10.0.0.2 } }
group g = a, b.eth0, tag t
encryption e {
  key k id 1
  rule 1 encrypt with k from g to b
}
encryption f {
  key k id 2
  rule 1 protect with k from g
}
scenario "s" {
  rotate e.k
  send tcp a:1 -> b.eth0:2
}
`;

describe("names", () => {
  const names = new ProgramNames(programOf({ "main.iochain": 'import "lib.iochain"', "lib.iochain": TEXT }));
  const places = (space: "endpoint" | "vnic" | "key" | "tag", key: string) => {
    const reference = { space, name: { text: key } } as Reference;
    return names.references(reference).map(({ uri, entry }) => `${uri} ${entry.statement.chunk.line + 1}`);
  };

  it("are found across imports", () => {
    expect(names.first("endpoint", "g")?.uri).toBe("lib.iochain");
    expect(names.first("endpoint", "x")).toBeUndefined();
    expect(names.declarations("vnic", "a\0eth0")).toHaveLength(1);
  });

  it("know who names them", () => {
    expect(places("endpoint", "g")).toEqual(["lib.iochain 6", "lib.iochain 10"]);
    expect(places("tag", "t")).toEqual(["lib.iochain 1", "lib.iochain 3"]);
    const key = names.first("key", "e\0k")?.entry;
    expect(
      key &&
        names
          .references(key)
          .map(({ entry }) => entry.statement.chunk.line + 1)
          .sort((a, b) => a - b),
    ).toEqual([6, 13]);
    const vnic = names.first("vnic", "b\0eth0")?.entry;
    expect(vnic && names.references(vnic)).toHaveLength(2);
  });

  it("say what is wanted where", () => {
    const statements: Statement[] = [];
    eachStatement(parseFile("x", TEXT).tree.statements, (statement) => void statements.push(statement));
    const group = statements.find(({ kind }) => kind === "group") as Statement;
    expect(referencesIn(group).map(({ space, name, wants }) => [space, name.text, wants.join()])).toEqual([
      ["endpoint", "a", "group,vm,segment"],
      ["endpoint", "b", "vm"],
      ["vnic", "eth0", "vnic"],
      ["tag", "t", "tag"],
    ]);
  });

  it("are those of the text as it is, where an edit comes while they are entered", () => {
    const rules = Array.from({ length: 2000 }, (_, i) => `    rule ${i} allow from a to b`).join("\n");
    const document = parseFile("x", `group a = 10.0.0.1\ndfw fw {\n  section "s" {\n${rules}\n  }\n}\n`);
    const edits: [number, string][] = [
      [0, "group b = 10.0.0.2\n"],
      [3, "    rule 0 allow from b to c\n"],
      [900, "    rule 9000 allow from b.eth0 to d\n    rule 9001 drop from e to f\n"],
      [1100, ""],
      [1, "encryption fw {\n"],
    ];
    const making = DocumentNames.make(document);
    for (let i = 0; !making.next().done; i += 1) {
      const [line, text] = edits[i] ?? [0, "group a = 10.0.0.1\n"];
      document.edit([{ range: { start: { line, character: 0 }, end: { line: line + 1, character: 0 } }, text }], i);
    }
    expect(document.version).toBeGreaterThan(3);
    const fresh = parseFile("x", document.text);
    const { statements } = document.tree;
    expect(dump(DocumentNames.of(document), statements)).toEqual(dump(DocumentNames.of(fresh), fresh.tree.statements));
  });

  it("kept up to date by edits are as those of the text read anew", () => {
    const document = parseFile("x", TEXT);
    const kept = DocumentNames.of(document);
    const edits: [number, string][] = [
      [0, "vm aa { tags u  vnic eth0 { ip 10.0.0.1 } }\n"],
      [2, "group h = aa, b.eth0\ngroup g = h\n"],
      [4, "encryption ee {\n"],
      [0, ""],
      [8, ""],
    ];
    for (const [line, text] of edits) {
      document.edit([{ range: { start: { line, character: 0 }, end: { line: line + 1, character: 0 } }, text }], 1);
      const fresh = parseFile("x", document.text);
      expect(dump(kept, document.tree.statements)).toEqual(dump(DocumentNames.of(fresh), fresh.tree.statements));
    }
  });
});

/** All that a table knows, in words. */
function dump(names: DocumentNames, statements: readonly Statement[]) {
  const keys = new Set<string>();
  eachStatement(statements, (statement) => {
    for (const reference of referencesIn(statement)) keys.add(`${reference.space} ${lookupKey(reference)}`);
  });
  for (const space of ["endpoint", "service", "block", "key", "vnic"] as const)
    for (const key of names.all(space).keys()) keys.add(`${space} ${key}`);
  const at = ({ statement, name }: { statement: Statement; name: { start: number } }) =>
    `${statement.chunk.line}:${name.start}`;
  return [...keys].sort().map((key) => {
    const [space, ...rest] = key.split(" ") as ["endpoint", ...string[]];
    const name = rest.join(" ");
    return [key, names.declarations(space, name).map(at), names.references(space, name).map(at).sort()];
  });
}
