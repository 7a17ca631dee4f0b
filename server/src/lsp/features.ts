/**
 * What the server can do: each request in one row, with the capability that declares it. Nothing is declared
 * elsewhere, so nothing can be declared that does not answer.
 */
import {
  type CancellationToken,
  type ClientCapabilities,
  LSPErrorCodes,
  type Position,
  ResponseError,
  type ServerCapabilities,
} from "vscode-languageserver";
import { incomingCalls, outgoingCalls, prepareCallHierarchy } from "../ide/callHierarchy.ts";
import { CODE_ACTION_KINDS, codeActions } from "../ide/codeActions.ts";
import { codeLenses, resolveCodeLens } from "../ide/codeLens.ts";
import { completion, resolveCompletion } from "../ide/completion.ts";
import { foldingRanges, selectionRange } from "../ide/folding.ts";
import { hover } from "../ide/hover.ts";
import { inlayHints, resolveInlayHint } from "../ide/inlayHints.ts";
import { inlineValues } from "../ide/inlineValues.ts";
import { linkedEditing } from "../ide/linkedEditing.ts";
import { documentLinks, relative, renameFiles } from "../ide/links.ts";
import { definition, documentHighlight, implementation, references, typeDefinition } from "../ide/navigation.ts";
import { FIRST_TRIGGER, formatOnType, MORE_TRIGGERS } from "../ide/onType.ts";
import { isProblem, prepareRename, type RenameProblem, rename } from "../ide/rename.ts";
import { signatureHelp } from "../ide/signatureHelp.ts";
import { documentSymbols, flatSymbols } from "../ide/symbolTree.ts";
import { readTraceUri, scenarioOfTrace } from "../ide/traceDocument.ts";
import type { View } from "../ide/view.ts";
import { workspaceSymbols } from "../ide/workspaceSymbols.ts";
import type { SourceDocument } from "../syntax/document.ts";
import { format, formatRange } from "../syntax/format.ts";
import type { Steps } from "../syntax/steps.ts";
import { ASSISTANT } from "./assistant.ts";
import { COMMANDS } from "./commands.ts";
import { canShow, DOCUMENTS } from "./documents.ts";
import { EXCHANGE } from "./exchange.ts";
import { takesActions } from "./fitting.ts";
import { validPosition } from "./params.ts";
import { QUESTIONS } from "./questions.ts";
import { REPLAY } from "./replay.ts";
import { SEMANTIC_TOKENS } from "./semanticTokens.ts";
import { type Session, viewOfUri } from "./session.ts";
import { SIMULATION } from "./simulation.ts";
import { inSlices } from "./slices.ts";

/** The parameters of a request as they came over the wire: the protocol's types differ by method. */
// biome-ignore lint/suspicious/noExplicitAny: each row names its own.
type Params = any;

export interface Feature {
  readonly method: string;
  /** What it adds to the answer to `initialize`; undefined for requests that need no declaration. */
  readonly declare?: (client: ClientCapabilities) => ServerCapabilities;
  /** The answer, or a promise of it; undefined is sent as null. */
  readonly answer: (session: Session, params: Params, token: CancellationToken) => unknown;
}

/** A request about a place in a document; nothing where nobody knows the document. */
const atPosition =
  <T>(answer: (view: View, position: Position, params: Params) => T): Feature["answer"] =>
  (session, params) => {
    const position = validPosition(params.position);
    const view = session.view(params);
    return view && answer(view, position, params);
  };
/** A request about a document. */
const ofDocument =
  <T>(answer: (view: View, params: Params, session: Session) => T): Feature["answer"] =>
  (session, params) => {
    const view = session.view(params);
    return view && answer(view, params, session);
  };

/** The same where there may be much to do, in slices: of one version of the document, or not at all. */
const ofVersion =
  <T>(answer: (view: View, params: Params) => Steps<T>): Feature["answer"] =>
  (session, params, token) => {
    const view = session.view(params);
    return view && inSlices(answer(view, params), token, view.document);
  };

/** A request about an item that an earlier answer held: it says which document that was about. */
const ofItem =
  <T>(answer: (view: View, params: Params) => T): Feature["answer"] =>
  (session, params) => {
    const view = session.view({ textDocument: { uri: String(params.item?.data?.uri) } });
    return view && answer(view, params);
  };

/** Locations with what they were asked from, for clients that show it; plain ones for the others. */
const linked =
  (
    method: "definition" | "declaration" | "typeDefinition" | "implementation",
    find: typeof definition,
  ): Feature["answer"] =>
  (session, params) => {
    const position = validPosition(params.position);
    const view = session.view(params);
    const links = view ? find(view, position) : [];
    if (session.client.textDocument?.[method]?.linkSupport) return links;
    return links.map(({ targetUri, targetSelectionRange }) => ({ uri: targetUri, range: targetSelectionRange }));
  };

function knownDocuments(session: Session): SourceDocument[] {
  const { workspace } = session;
  return workspace.knownUris.map((uri) => workspace.document(uri)).filter((document) => document !== undefined);
}

/** A rename that cannot be: the client shows why. */
function orRefuse<T extends object>(answer: T | RenameProblem | undefined): T | undefined {
  if (answer !== undefined && isProblem(answer)) throw new ResponseError(LSPErrorCodes.RequestFailed, answer.problem);
  return answer;
}

const POLICY_FILES = {
  filters: [
    { pattern: { glob: "**/*.{iochain,pcap,pcapng}" } },
    { pattern: { glob: "**", matches: "folder" as const } },
  ],
};

export const FEATURES: readonly Feature[] = [
  {
    method: "textDocument/hover",
    declare: () => ({ hoverProvider: true }),
    answer: atPosition(hover),
  },
  {
    method: "textDocument/completion",
    declare: () => ({ completionProvider: { resolveProvider: true, triggerCharacters: [".", "/", '"'] } }),
    answer: (session, params) => {
      const position = validPosition(params.position);
      const view = session.view(params);
      if (view === undefined) return undefined;
      const { uri } = view.document;
      const files = session.workspace.knownUris.filter((other) => other !== uri).map((other) => relative(uri, other));
      const snippets = session.client.textDocument?.completion?.completionItem?.snippetSupport === true;
      const list = completion(view, position, { snippets, files });
      return { ...list, items: list.items.map((item) => ({ ...item, data: { ...item.data, uri } })) };
    },
  },
  {
    method: "completionItem/resolve",
    answer: (session, item) => {
      const view = session.view({ textDocument: { uri: String(item.data?.uri) } });
      return view ? resolveCompletion(view, item) : item;
    },
  },
  {
    method: "textDocument/definition",
    declare: () => ({ definitionProvider: true }),
    answer: linked("definition", definition),
  },
  {
    method: "textDocument/declaration",
    declare: () => ({ declarationProvider: true }),
    answer: linked("declaration", definition),
  },
  {
    method: "textDocument/typeDefinition",
    declare: () => ({ typeDefinitionProvider: true }),
    answer: linked("typeDefinition", typeDefinition),
  },
  {
    method: "textDocument/implementation",
    declare: () => ({ implementationProvider: true }),
    answer: linked("implementation", implementation),
  },
  {
    method: "textDocument/references",
    declare: () => ({ referencesProvider: true }),
    answer: (session, params) =>
      references(session.views(params), validPosition(params.position), params.context?.includeDeclaration !== false),
  },
  {
    method: "textDocument/documentHighlight",
    declare: () => ({ documentHighlightProvider: true }),
    answer: atPosition(documentHighlight),
  },
  {
    method: "textDocument/prepareRename",
    answer: atPosition((view, position) => orRefuse(prepareRename(view, position))),
  },
  {
    method: "textDocument/rename",
    declare: (client) => ({
      renameProvider: client.textDocument?.rename?.prepareSupport ? { prepareProvider: true } : true,
    }),
    answer: (session, params) =>
      orRefuse(rename(session.views(params), validPosition(params.position), String(params.newName))),
  },
  {
    method: "workspace/willRenameFiles",
    declare: () => ({ workspace: { fileOperations: { willRename: POLICY_FILES } } }),
    answer: (session, params) => renameFiles(knownDocuments(session), params.files),
  },
  {
    method: "textDocument/documentSymbol",
    declare: () => ({ documentSymbolProvider: { label: "IOChain" } }),
    answer: async (session, params, token) => {
      const { uri } = params.textDocument;
      const document = session.workspace.document(uri);
      const symbols = document ? await inSlices(documentSymbols(document), token, document) : [];
      return session.client.textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport
        ? symbols
        : flatSymbols(symbols, uri);
    },
  },
  {
    method: "workspace/symbol",
    declare: () => ({ workspaceSymbolProvider: true }),
    answer: (session, params, token) =>
      inSlices(workspaceSymbols(knownDocuments(session), String(params.query ?? "")), token),
  },
  {
    method: "textDocument/foldingRange",
    declare: () => ({ foldingRangeProvider: true }),
    answer: ofDocument((view, _params, session) =>
      foldingRanges(view.document).slice(
        0,
        session.client.textDocument?.foldingRange?.rangeLimit ?? Number.POSITIVE_INFINITY,
      ),
    ),
  },
  {
    method: "textDocument/selectionRange",
    declare: () => ({ selectionRangeProvider: true }),
    answer: ofDocument((view, params) =>
      // One answer a position, in their order: where there is nothing, the place itself.
      (params.positions as Position[]).map(
        (position) => selectionRange(view, validPosition(position)) ?? { range: { start: position, end: position } },
      ),
    ),
  },
  {
    method: "textDocument/documentLink",
    declare: () => ({ documentLinkProvider: {} }),
    answer: ofDocument((view) => documentLinks(view.document)),
  },
  {
    method: "textDocument/codeAction",
    declare: (client) => ({
      codeActionProvider: takesActions(client) ? { codeActionKinds: CODE_ACTION_KINDS } : true,
    }),
    answer: (session, params) => {
      const trace = readTraceUri(String(params.textDocument.uri));
      if (trace !== undefined) {
        const policy = viewOfUri(session, trace.uri);
        return policy ? scenarioOfTrace(policy, trace) : [];
      }
      const reported = session.reported(params.textDocument.uri);
      const view = session.view(params);
      return view ? codeActions(view, params.range, reported, params.context?.only) : [];
    },
  },
  {
    method: "textDocument/formatting",
    declare: () => ({ documentFormattingProvider: true }),
    answer: ofVersion((view, params) => format(view.document, params.options)),
  },
  {
    method: "textDocument/rangeFormatting",
    declare: () => ({ documentRangeFormattingProvider: true }),
    answer: ofVersion((view, params) => formatRange(view.document, params.range, params.options)),
  },
  {
    method: "textDocument/onTypeFormatting",
    declare: () => ({
      documentOnTypeFormattingProvider: { firstTriggerCharacter: FIRST_TRIGGER, moreTriggerCharacter: MORE_TRIGGERS },
    }),
    answer: ofVersion((view, params) =>
      formatOnType(view, validPosition(params.position), String(params.ch), params.options),
    ),
  },
  {
    method: "textDocument/signatureHelp",
    declare: () => ({ signatureHelpProvider: { triggerCharacters: [" "], retriggerCharacters: [",", ":"] } }),
    answer: atPosition(signatureHelp),
  },
  {
    method: "textDocument/prepareCallHierarchy",
    declare: () => ({ callHierarchyProvider: true }),
    answer: atPosition(prepareCallHierarchy),
  },
  {
    method: "callHierarchy/incomingCalls",
    answer: ofItem((view, params) => incomingCalls(view, params.item)),
  },
  {
    method: "callHierarchy/outgoingCalls",
    answer: ofItem((view, params) => outgoingCalls(view, params.item)),
  },
  {
    method: "textDocument/codeLens",
    declare: () => ({ codeLensProvider: { resolveProvider: true } }),
    answer: ofDocument((view, _params, session) => codeLenses(view, { trips: canShow(session.client) })),
  },
  {
    method: "codeLens/resolve",
    answer: (session, lens) => resolveCodeLens(session.views({ textDocument: { uri: String(lens.data?.uri) } }), lens),
  },
  {
    method: "textDocument/inlayHint",
    declare: () => ({ inlayHintProvider: { resolveProvider: true } }),
    answer: ofDocument((view, params) => inlayHints(view, params.range)),
  },
  {
    method: "inlayHint/resolve",
    answer: (session, hint) => {
      const view = session.view({ textDocument: { uri: String(hint.data?.uri) } });
      return view ? resolveInlayHint(view, hint) : hint;
    },
  },
  {
    method: "textDocument/inlineValue",
    declare: () => ({ inlineValueProvider: true }),
    answer: ofDocument((view, { range, context }) =>
      context?.stoppedLocation?.start ? inlineValues(view, range, context.stoppedLocation) : [],
    ),
  },
  {
    method: "textDocument/linkedEditingRange",
    declare: () => ({ linkedEditingRangeProvider: true }),
    answer: (session, params) => linkedEditing(session.views(params), validPosition(params.position)),
  },
  ...SEMANTIC_TOKENS,
  ...DOCUMENTS,
  ...REPLAY,
  ...SIMULATION,
  ...EXCHANGE,
  ...ASSISTANT,
  ...QUESTIONS,
  ...COMMANDS,
];

/** The answer to `initialize`: what is there anyway, and what every row declares, put together. */
export function capabilities(client: ClientCapabilities, base: ServerCapabilities): ServerCapabilities {
  const out: Record<string, unknown> = {};
  merge(out, base as Record<string, unknown>);
  for (const { declare } of FEATURES) merge(out, (declare?.(client) ?? {}) as Record<string, unknown>);
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
