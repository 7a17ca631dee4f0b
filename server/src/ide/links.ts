/** Feature: document links on imports and captures; and imports that follow a file that is renamed. */

import type { DocumentLink, WorkspaceEdit } from "vscode-languageserver-types";
import { resolveImport } from "../policy/program.ts";
import { decoded, SCHEME } from "../policy/uri.ts";
import type { SourceDocument } from "../syntax/document.ts";
import { statementsOf } from "../syntax/statements.ts";
import { quote } from "../syntax/strings.ts";
import type { Statement } from "../syntax/tree.ts";
import { type FileEdit, workspaceEdit } from "./edits.ts";
import { partsOf } from "./parts.ts";

export function documentLinks(document: SourceDocument): DocumentLink[] {
  const out: DocumentLink[] = [];
  for (const statement of naming(document.tree.statements)) {
    for (const part of partsOf(statement)) {
      if (part.kind !== "path" || part.text.text === "") continue;
      const target = resolveImport(document.uri, part.text.text);
      // Another kind of URI could be a command of the editor's, or a page on the web: a policy must not offer those.
      if (schemeOf(target) !== schemeOf(document.uri)) continue;
      // Inside the quotes, as the editor underlines it.
      const span = { start: part.span.start + 1, end: part.span.end - 1 };
      out.push({
        range: document.rangeOf(statement.chunk, span),
        target,
        tooltip: part.of === "import" ? "Open the imported policy" : "Open the capture",
      });
    }
  }
  return out;
}

/** The lines that name files. A firewall may have very many others, and none of these. */
function* naming(statements: readonly Statement[]) {
  for (const statement of statements) {
    if (statement.kind === "import" || statement.kind === "replay") yield statement;
    if ("children" in statement && statement.kind !== "dfw")
      for (const inside of statementsOf(statement.children)) if (inside.kind === "replay") yield inside;
  }
}

const schemeOf = (uri: string): string | undefined => SCHEME.exec(uri)?.[0].toLowerCase();

/** What import lines must say after files, or folders of them, are renamed. */
export function renameFiles(
  documents: Iterable<SourceDocument>,
  renames: readonly { readonly oldUri: string; readonly newUri: string }[],
): WorkspaceEdit | undefined {
  const moved = (uri: string): string => {
    for (const { oldUri, newUri } of renames) {
      if (uri === oldUri) return newUri;
      if (uri.startsWith(`${oldUri}/`)) return newUri + uri.slice(oldUri.length);
    }
    return uri;
  };
  const edits: FileEdit[] = [];
  for (const document of documents)
    for (const link of linksOf(document)) {
      const target = resolveImport(document.uri, link.path);
      const from = moved(document.uri);
      const to = moved(target);
      if (to === target && from === document.uri) continue;
      if (resolveImport(from, link.path) === to) continue;
      const edit = { range: link.range, newText: quote(relative(from, to)) };
      edits.push({ uri: document.uri, edit, sort: `in ${link.of}` });
    }
  return edits.length === 0 ? undefined : workspaceEdit(edits);
}

function* linksOf(document: SourceDocument) {
  for (const statement of statementsOf(document.tree.statements)) {
    if ((statement.kind !== "import" && statement.kind !== "replay") || statement.path === undefined) continue;
    const of = statement.kind === "import" ? "an import" : "a replay";
    yield { path: statement.path.text, range: document.rangeOf(statement.chunk, statement.path), of };
  }
}

/** The path from one file to another, as an import line writes it. */
export function relative(from: string, to: string): string {
  const a = from.split("/").slice(0, -1);
  const b = to.split("/");
  let same = 0;
  while (same < a.length && same < b.length - 1 && a[same] === b[same]) same += 1;
  // Another scheme or host has no relative path.
  if (same < 3) return to;
  return [...a.slice(same).map(() => ".."), ...b.slice(same).map(decoded)].join("/");
}
