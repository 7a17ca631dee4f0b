/**
 * Feature: source.organizeRules. What is written in another order than it is tried is put in that order: the sections of
 * a firewall by category, the lines of a chain by slot. What a packet meets stays the same.
 */
import type { WorkspaceEdit } from "vscode-languageserver-types";
import { type FileEdit, workspaceEdit } from "./edits.ts";
import { sectionsInOrder } from "./fixes/rules.ts";
import { slotsInOrder } from "./fixes/slots.ts";
import type { View } from "./view.ts";

/** Undefined when all is in order. */
export function organizeRules(view: View): WorkspaceEdit | undefined {
  const { uri, tree } = view.document;
  const edits: FileEdit[] = [];
  for (const statement of tree.statements) {
    if (statement.kind === "dfw") edits.push(...sectionsInOrder(view, { uri, statement }));
    if (statement.kind === "chain") edits.push(...slotsInOrder(view, { uri, statement }));
  }
  return edits.length === 0 ? undefined : workspaceEdit(edits);
}
