/** Hover of the path of an import: the file that it means, and what that declares. */
import { resolveImport, unreadText } from "../policy/program.ts";
import type { Statement } from "../syntax/tree.ts";
import { code, count, escapeMarkdown, paragraphs } from "./markdown.ts";
import type { View } from "./view.ts";

export function hoverPath(view: View, path: string): string {
  const uri = resolveImport(view.document.uri, path);
  const imported = view.program.document(uri);
  if (imported === undefined) {
    const missing = view.program.missingImports.find((one) => one.source.statement.path?.text === path);
    return paragraphs(`**import** ${code(path)}`, escapeMarkdown(`It ${unreadText(missing?.why ?? "missing")}.`));
  }
  const { statements } = imported.tree;
  const title = statements.find((statement) => statement.kind === "policy");
  return paragraphs(
    `**import** ${code(path)}${title?.title ? ` · ${escapeMarkdown(title.title.text)}` : ""}`,
    `Everything that it declares is known here: ${declared(statements) || "nothing yet"}.`,
  );
}

function declared(statements: readonly Statement[]): string {
  const counts = new Map<string, number>();
  for (const statement of statements)
    if ("name" in statement) counts.set(statement.kind, (counts.get(statement.kind) ?? 0) + 1);
  return [...counts].map(([kind, many]) => count(many, kind, PLURALS[kind])).join(", ");
}

const PLURALS: Readonly<Record<string, string>> = {
  vm: "VMs",
  acl: "acl blocks",
  swsec: "swsec blocks",
  dfw: "dfw blocks",
  redirect: "redirect blocks",
  encryption: "encryption blocks",
};
