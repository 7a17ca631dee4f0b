/** Markdown as plain text, where the client has said that it shows no Markdown. */
import type { ClientCapabilities, MarkupKind } from "vscode-languageserver";
import { plainText } from "../ide/plainText.ts";

/** What a client shows in the answers to a request; undefined where it has not said. */
const FORMATS: Readonly<Record<string, (client: ClientCapabilities) => readonly MarkupKind[] | undefined>> = {
  "textDocument/hover": ({ textDocument }) => textDocument?.hover?.contentFormat,
  "textDocument/completion": ({ textDocument }) => textDocument?.completion?.completionItem?.documentationFormat,
  "completionItem/resolve": ({ textDocument }) => textDocument?.completion?.completionItem?.documentationFormat,
  "textDocument/signatureHelp": ({ textDocument }) =>
    textDocument?.signatureHelp?.signatureInformation?.documentationFormat,
};

/** The answer to a request as its client can show it. */
export function asShown(result: unknown, method: string, client: ClientCapabilities): unknown {
  const formats = FORMATS[method]?.(client);
  return formats === undefined || formats.includes("markdown") ? result : plain(result);
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { kind, value: text } = value as { readonly kind?: unknown; readonly value?: unknown };
  if (kind === "markdown" && typeof text === "string") return { kind: "plaintext", value: plainText(text) };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
