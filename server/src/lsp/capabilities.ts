/**
 * What the server can do, as it tells the client: each request that must be declared, with the capability that declares
 * it. Every one of them is answered (`features.ts`, `diagnostics.ts`), or the types complain; it is apart from the
 * answers because a client waits for it, and the answers are most of the program.
 */
import type { ClientCapabilities, Registration, ServerCapabilities } from "vscode-languageserver";
import { ORGANIZE_RULES } from "../ide/actionKinds.ts";
import { EXPORT_SCHEME, TRACE_SCHEME } from "../ide/address.ts";
import { TOKEN_MODIFIERS, TOKEN_TYPES } from "../ide/tokenLegend.ts";
import { CodeActionKind } from "./protocol.ts";

export const takesActions = ({ textDocument }: ClientCapabilities): boolean =>
  textDocument?.codeAction?.codeActionLiteralSupport !== undefined;

/** Whether it shows documents that the server writes (LSP 3.18). */
export const canShow = (client: ClientCapabilities): boolean =>
  client.workspace?.textDocumentContent !== undefined && client.window?.showDocument?.support === true;

/** What an action does, for clients that know commands only; it is given the action's `{ label, edit }`. */
export const APPLY = "iochain.applyEdit";

/** The commands that are run here, each with the clients that are told of it. */
const COMMANDS = {
  "iochain.runScenario": () => true,
  "iochain.writeScenario": () => true,
  "iochain.showTrips": canShow,
  "iochain.showExport": canShow,
  [APPLY]: (client) => !takesActions(client),
} satisfies Readonly<Record<string, (client: ClientCapabilities) => boolean>>;
export type CommandName = keyof typeof COMMANDS;

const POLICY_FILES = {
  filters: [
    { pattern: { glob: "**/*.{iochain,pcap,pcapng}" } },
    { pattern: { glob: "**", matches: "folder" as const } },
  ],
};

const DECLARED = {
  "textDocument/diagnostic": (client) =>
    client.textDocument?.diagnostic === undefined
      ? {}
      : { diagnosticProvider: { identifier: "iochain", interFileDependencies: true, workspaceDiagnostics: true } },
  "textDocument/hover": () => ({ hoverProvider: true }),
  "textDocument/completion": () => ({
    completionProvider: { resolveProvider: true, triggerCharacters: [".", "/", '"'] },
  }),
  "textDocument/definition": () => ({ definitionProvider: true }),
  "textDocument/declaration": () => ({ declarationProvider: true }),
  "textDocument/typeDefinition": () => ({ typeDefinitionProvider: true }),
  "textDocument/implementation": () => ({ implementationProvider: true }),
  "textDocument/references": () => ({ referencesProvider: true }),
  "textDocument/documentHighlight": () => ({ documentHighlightProvider: true }),
  "textDocument/rename": ({ textDocument }) => ({
    renameProvider: textDocument?.rename?.prepareSupport ? { prepareProvider: true } : true,
  }),
  "workspace/willRenameFiles": () => ({ workspace: { fileOperations: { willRename: POLICY_FILES } } }),
  "textDocument/documentSymbol": () => ({ documentSymbolProvider: { label: "IOChain" } }),
  "workspace/symbol": () => ({ workspaceSymbolProvider: true }),
  "textDocument/foldingRange": () => ({ foldingRangeProvider: true }),
  "textDocument/selectionRange": () => ({ selectionRangeProvider: true }),
  "textDocument/documentLink": () => ({ documentLinkProvider: {} }),
  "textDocument/codeAction": (client) => ({
    codeActionProvider: takesActions(client)
      ? {
          codeActionKinds: [
            CodeActionKind.QuickFix,
            CodeActionKind.RefactorExtract,
            CodeActionKind.RefactorInline,
            CodeActionKind.RefactorRewrite,
            CodeActionKind.SourceFixAll,
            ORGANIZE_RULES,
          ],
        }
      : true,
  }),
  "textDocument/formatting": () => ({ documentFormattingProvider: true }),
  "textDocument/rangeFormatting": () => ({ documentRangeFormattingProvider: true }),
  "textDocument/onTypeFormatting": () => ({
    documentOnTypeFormattingProvider: { firstTriggerCharacter: "}", moreTriggerCharacter: ["\n"] },
  }),
  "textDocument/signatureHelp": () => ({
    signatureHelpProvider: { triggerCharacters: [" "], retriggerCharacters: [",", ":"] },
  }),
  "textDocument/prepareCallHierarchy": () => ({ callHierarchyProvider: true }),
  "textDocument/codeLens": () => ({ codeLensProvider: { resolveProvider: true } }),
  "textDocument/inlayHint": () => ({ inlayHintProvider: { resolveProvider: true } }),
  "textDocument/inlineValue": () => ({ inlineValueProvider: true }),
  "textDocument/linkedEditingRange": () => ({ linkedEditingRangeProvider: true }),
  "textDocument/semanticTokens/full": () => ({
    semanticTokensProvider: {
      legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
      full: { delta: true },
      range: true,
    },
  }),
  "workspace/textDocumentContent": ({ workspace }) =>
    workspace?.textDocumentContent === undefined
      ? {}
      : { workspace: { textDocumentContent: { schemes: [TRACE_SCHEME, EXPORT_SCHEME] } } },
  "workspace/executeCommand": (client) => ({
    executeCommandProvider: {
      commands: Object.entries(COMMANDS).flatMap(([name, isFor]) => (isFor(client) ? [name] : [])),
    },
  }),
} satisfies Readonly<Record<string, (client: ClientCapabilities) => ServerCapabilities>>;
/** The requests that are declared. */
export type Declared = keyof typeof DECLARED;

/** The answer to `initialize`: what is there anyway, and what every row declares, put together. */
export function capabilities(client: ClientCapabilities, base: ServerCapabilities): ServerCapabilities {
  const out: Record<string, unknown> = {};
  merge(out, base as Record<string, unknown>);
  for (const declare of Object.values(DECLARED)) merge(out, declare(client) as Record<string, unknown>);
  return out;
}

function merge(into: Record<string, unknown>, from: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(from)) {
    const known = into[key];
    if (isObject(known) && isObject(value)) merge(known, value);
    else into[key] = value;
  }
}
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What can only be declared after the start: with a selector of its own, or of files. */
export function registrationsFor({ workspace, textDocument }: ClientCapabilities): Registration[] {
  const out: Registration[] = [];
  if (workspace?.didChangeWatchedFiles?.dynamicRegistration)
    out.push({
      id: "policies",
      method: "workspace/didChangeWatchedFiles",
      registerOptions: { watchers: [{ globPattern: "**/*.iochain" }] },
    });
  // Traces are no policies: nothing else is asked of them.
  if (workspace?.textDocumentContent !== undefined && textDocument?.codeAction?.dynamicRegistration)
    out.push({
      id: "traces",
      method: "textDocument/codeAction",
      registerOptions: {
        documentSelector: [{ scheme: TRACE_SCHEME }],
        codeActionKinds: [CodeActionKind.RefactorRewrite],
      },
    });
  return out;
}
