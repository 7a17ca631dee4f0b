/** A policy file and everything it imports: what is compiled and checked together. */
import type { SourceDocument } from "../syntax/document.ts";
import { finish, type Steps } from "../syntax/steps.ts";
import type { ImportStatement } from "../syntax/tree.ts";
import { type Bounds, STANDARD_BOUNDS } from "./bounds.ts";
import type { Source } from "./policy.ts";
import { encodeStep, SCHEME, withoutDots } from "./uri.ts";

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
  readonly bounds: Bounds;
  /** The document of a URI, if it is one of the program's. */
  readonly document: (uri: string) => SourceDocument | undefined;
}
export interface MissingImport {
  readonly source: Source<ImportStatement>;
  /** What the path resolved to. */
  readonly uri: string;
  readonly why: Unread;
}
/** Why a file is not read. `outside`: it lies where policies may not have read (`readable.ts`). */
export type Unread = "missing" | "outside" | "no text" | "too long" | "too many" | "too deep";

/** Why, behind the name of what is not read. */
export const unreadText = (why: Unread): string => UNREAD[why];
const UNREAD: Readonly<Record<Unread, string>> = {
  missing: "cannot be read",
  outside: "lies outside the folders that are open, and is not read",
  "no text": "is no UTF-8 text",
  "too long": "is too long to be read (iochain.limits.fileMegabytes)",
  "too many": "is one import too many (iochain.limits.imports)",
  "too deep": "is imported over too many files (iochain.limits.importDepth)",
};

/**
 * The program that starts at `rootUri`. `load` gives a document, or why there is none (undefined: it is missing); it
 * is asked once a URI. Complains (throws) only when the root itself is not there: its caller has it in hand.
 */
export const loadProgram = (...of: Parameters<typeof programSteps>): Program => finish(programSteps(...of));

/** The same in short steps: long texts are read in several. */
export function* programSteps(
  rootUri: string,
  load: (uri: string) => SourceDocument | Unread | undefined,
  bounds: Bounds = STANDARD_BOUNDS,
): Steps<Program> {
  const root = load(rootUri);
  if (root === undefined || typeof root === "string") throw new Error(`no document ${rootUri}`);
  const byUri = new Map<string, SourceDocument | Unread>([[rootUri, root]]);
  const documents: SourceDocument[] = [];
  const declarationOrder: SourceDocument[] = [];
  const missingImports: MissingImport[] = [];
  const visit = function* (uri: string, document: SourceDocument, depth: number): Steps<void> {
    documents.push(document);
    for (; !document.whole; yield) document.readOn();
    for (const statement of document.tree.statements) {
      if (statement.kind !== "import" || statement.path === undefined) continue;
      const wanted = resolveImport(uri, statement.path.text);
      if (!byUri.has(wanted)) {
        const imported = within(depth) ?? load(wanted) ?? "missing";
        byUri.set(wanted, imported);
        if (typeof imported !== "string") yield* visit(wanted, imported, depth + 1);
      }
      const found = byUri.get(wanted) as SourceDocument | Unread;
      if (typeof found === "string") missingImports.push({ source: { uri, statement }, uri: wanted, why: found });
    }
    declarationOrder.push(document);
  };
  const within = (depth: number): Unread | undefined => {
    if (depth >= bounds.importDepth) return "too deep";
    return documents.length > bounds.imports ? "too many" : undefined;
  };
  yield* visit(rootUri, root, 0);
  const document = (uri: string) => {
    const found = byUri.get(uri);
    return typeof found === "string" ? undefined : found;
  };
  return { root, documents, declarationOrder, missingImports, document, bounds };
}

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
  return (root ?? "") + withoutDots(joined).join("/");
}
