/** A policy file and everything it imports: what is compiled and checked together. */
import type { SourceDocument } from "../syntax/document.ts";
import type { ImportStatement } from "../syntax/tree.ts";
import type { Source } from "./policy.ts";
import { encodeStep } from "./uri.ts";

export interface Program {
  readonly root: SourceDocument;
  /** The root first, then what it imports, directly or not, in the order of the `import` lines. */
  readonly documents: readonly SourceDocument[];
  /**
   * The same documents, each after those it imports, as if an import's text stood in its place: where a name is
   * declared twice, the first in this order is the one that holds.
   */
  readonly declarationOrder: readonly SourceDocument[];
  readonly missingImports: readonly MissingImport[];
  /** The document of a URI, if it is one of the program's. */
  readonly document: (uri: string) => SourceDocument | undefined;
}
export interface MissingImport {
  readonly source: Source<ImportStatement>;
  /** What the path resolved to. */
  readonly uri: string;
}

/**
 * The program that starts at `rootUri`. `load` gives a document, or undefined when there is none; it is asked once a
 * URI. Complains (throws) only when the root itself is not there: its caller has it in hand.
 */
export function loadProgram(rootUri: string, load: (uri: string) => SourceDocument | undefined): Program {
  const root = load(rootUri);
  if (root === undefined) throw new Error(`no document ${rootUri}`);
  const byUri = new Map<string, SourceDocument | undefined>([[rootUri, root]]);
  const documents: SourceDocument[] = [];
  const declarationOrder: SourceDocument[] = [];
  const missingImports: MissingImport[] = [];
  const visit = (uri: string, document: SourceDocument) => {
    documents.push(document);
    for (const statement of document.tree.statements) {
      if (statement.kind !== "import" || statement.path === undefined) continue;
      const wanted = resolveImport(uri, statement.path.text);
      if (!byUri.has(wanted)) {
        const imported = load(wanted);
        byUri.set(wanted, imported);
        if (imported !== undefined) visit(wanted, imported);
      }
      if (byUri.get(wanted) === undefined) missingImports.push({ source: { uri, statement }, uri: wanted });
    }
    declarationOrder.push(document);
  };
  visit(rootUri, root);
  return { root, documents, declarationOrder, missingImports, document: (uri) => byUri.get(uri) };
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]+:/;

/**
 * The URI that `import "path"` in the file `fromUri` means. Both may be plain paths; then the answer is one, too.
 * A path with a scheme of its own stands for itself.
 */
export function resolveImport(fromUri: string, path: string): string {
  if (SCHEME.test(path)) return path;
  const root = /^[A-Za-z][A-Za-z0-9+.-]+:(?:\/\/[^/]*)?/.exec(fromUri)?.[0];
  const within = fromUri.slice(root?.length ?? 0);
  const from = root === undefined ? within : (within.split(/[?#]/, 1)[0] as string);
  const steps = path.replaceAll("\\", "/").split("/");
  const wanted = root === undefined ? steps : steps.map(encodeStep);
  const absolute = path.startsWith("/") || path.startsWith("\\");
  const joined = absolute ? wanted : [...from.split(root === undefined ? /[/\\]/ : "/").slice(0, -1), ...wanted];
  const out: string[] = [];
  for (const [index, step] of joined.entries()) {
    if (step === "." || (step === "" && index > 0)) continue;
    const last = out[out.length - 1];
    if (step === ".." && last !== undefined && last !== "..") {
      if (last !== "") out.pop();
    } else out.push(step);
  }
  return (root ?? "") + out.join("/");
}
