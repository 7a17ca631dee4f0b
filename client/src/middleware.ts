/** What is made of the server's answers before VS Code shows them. */
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient";
import { besideRules } from "./debugging/besideRules.ts";
import { lensesOf } from "./lenses.ts";
import { linksTo, namePlaces, type Place } from "./places.ts";

/** The server's: traces as documents. */
const TRACES = "iochain-trace";

export function middleware(context: vscode.ExtensionContext): Middleware {
  const places = new Map<string, readonly Place[]>();
  context.subscriptions.push(
    vscode.languages.registerDocumentLinkProvider(
      { scheme: TRACES },
      { provideDocumentLinks: (document) => linksTo(places.get(document.uri.toString()) ?? [], document) },
    ),
  );
  const lenses = lensesOf(context);
  return {
    ...besideRules,
    provideCodeLenses: async (document, token, next) => lenses((await next(document, token)) ?? []),
    provideTextDocumentContent: async (uri, token, next) => {
      const content = await next(uri, token);
      if (uri.scheme !== TRACES || typeof content !== "string") return content;
      const named = namePlaces(content);
      places.set(uri.toString(), named.places);
      return named.text;
    },
  };
}
