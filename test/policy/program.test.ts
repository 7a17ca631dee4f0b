import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { resolveImport } from "../../server/src/policy/program.ts";
import { programOf } from "./programs.ts";

describe("where an import leads", () => {
  it.each([
    ["file:///home/me/shop.iochain", "lib.iochain", "file:///home/me/lib.iochain"],
    ["file:///home/me/shop.iochain", "../lib/a b.iochain", "file:///home/lib/a%20b.iochain"],
    ["file:///home/me/shop.iochain", "./x/../y.iochain", "file:///home/me/y.iochain"],
    ["file:///c%3A/me/shop.iochain", "lib\\y.iochain", "file:///c%3A/me/lib/y.iochain"],
    ["file:///home/me/shop.iochain", "/etc/y.iochain", "file:///etc/y.iochain"],
    ["file:///shop.iochain", "../../y.iochain", "file:///y.iochain"],
    ["vscode-vfs://github/o/r/shop.iochain", "lib(1).iochain", "vscode-vfs://github/o/r/lib%281%29.iochain"],
    ["untitled:Untitled-1", "lib.iochain", "untitled:lib.iochain"],
    ["file:///a/b.iochain", "https://example.org/x.iochain", "https://example.org/x.iochain"],
    ["shop.iochain", "lib.iochain", "lib.iochain"],
    ["policies/shop.iochain", "../lib.iochain", "lib.iochain"],
    ["shop.iochain", "../lib.iochain", "../lib.iochain"],
    ["../shop.iochain", "../lib.iochain", "../../lib.iochain"],
    ["/abs/shop.iochain", "a b.iochain", "/abs/a b.iochain"],
    ["C:\\policies\\shop.iochain", "lib.iochain", "C:/policies/lib.iochain"],
  ])("%s imports %s", (from, path, wanted) => expect(resolveImport(from, path)).toBe(wanted));
});

describe("a program", () => {
  const program = programOf({
    "main.iochain": 'import "a.iochain" import "b.iochain" import "gone.iochain" group g = 10.0.0.1',
    "a.iochain": 'import "c.iochain" group a = 10.0.0.2',
    "b.iochain": 'import "c.iochain" import "main.iochain" group g = 10.0.0.3',
    "c.iochain": "group c = 10.0.0.4",
  });

  it("has the root first, then imports in the order of their lines, each once", () => {
    expect(program.documents.map(({ uri }) => uri)).toEqual(["main.iochain", "a.iochain", "c.iochain", "b.iochain"]);
  });
  it("declares what is imported before what imports it", () => {
    expect(program.declarationOrder.map(({ uri }) => uri)).toEqual([
      "c.iochain",
      "a.iochain",
      "b.iochain",
      "main.iochain",
    ]);
    expect(compilePolicy(program).groups.get("g")?.source.uri).toBe("b.iochain");
  });
  it("notes what is missing", () => {
    expect(program.missingImports.map(({ uri }) => uri)).toEqual(["gone.iochain"]);
  });
});
