/** Who imports whom, kept over changes, is what is found anew. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Importers } from "../../server/src/lsp/importers.ts";

const NAMES = ["a", "b", "c", "d", "e"] as const;
const name = fc.constantFrom(...NAMES);
/** A document says what it imports; undefined: it is known no longer. */
const change = fc.record({ uri: name, imports: fc.option(fc.array(name, { maxLength: 3 }), { nil: undefined }) });

/** Documents that can be come to from the known ones import what they name, and nothing else does. */
function anew(known: ReadonlyMap<string, readonly string[]>, all: ReadonlyMap<string, readonly string[]>) {
  const importers = new Map(NAMES.map((uri) => [uri as string, new Set<string>()]));
  const seen = new Set(known.keys());
  for (const uri of seen)
    for (const imported of all.get(uri) ?? []) {
      if (imported !== uri) importers.get(imported)?.add(uri);
      seen.add(imported);
    }
  return { importers, seen };
}

test("importers are kept", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      /** What is open, and what stands on disk: a document that is closed is read there when somebody imports it. */
      const known = new Map<string, readonly string[]>();
      const all = new Map<string, readonly string[]>();
      const kept = new Importers(
        (uri) => known.has(uri),
        (uri) => all.get(uri) ?? [],
      );
      for (const { uri, imports } of changes) {
        if (imports === undefined) known.delete(uri);
        else {
          known.set(uri, imports);
          all.set(uri, imports);
        }
        kept.changed(uri);
        const { importers, seen } = anew(known, all);
        // Of documents that nobody knows any more, circles may be left: they count for nobody.
        for (const each of NAMES)
          expect([...kept.of(each)].filter((importer) => seen.has(importer)).sort()).toEqual(
            [...(importers.get(each) ?? [])].sort(),
          );
      }
    }),
  );
});
