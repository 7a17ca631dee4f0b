/** What a list of completions is made for, and how an item of it is written. */
import { type CompletionItem, CompletionItemKind } from "vscode-languageserver-types";
import type { Statement } from "../syntax/tree.ts";
import type { View } from "./view.ts";

/** What a list is made for: where it is, and what stands before it. */
export interface Asked {
  readonly view: View;
  /** The statement that is being written, as far as it can be read. */
  readonly statement?: Statement;
  /** The block that it stands in. */
  readonly block?: Statement;
  /** The name before a dot: a VM, an encryption block. */
  readonly owner?: string;
  /** The words of the statement before the place. */
  readonly before?: readonly string[];
  /** Paths of other policies, relative to this one. */
  readonly files?: readonly string[];
}
/** An item of which the detail may be made later: of very many names few are told. */
export type Proposal = Omit<CompletionItem, "detail"> & { readonly detail?: string | (() => string) };
export type Items = (asked: Asked) => readonly Proposal[];

/** What `resolve` needs to write the documentation: the key of a thing, or a slot. */
export interface ItemData {
  readonly uri: string;
  readonly key?: string;
  readonly slot?: number;
  readonly word?: string;
}

/** A value or a word, with what it means. */
export const plain = (
  label: string,
  detail: string,
  documentation: string,
  rank: string,
  kind: CompletionItemKind = CompletionItemKind.Value,
): CompletionItem => ({
  label,
  kind,
  detail,
  documentation: { kind: "markdown", value: documentation },
  sortText: rank,
});
