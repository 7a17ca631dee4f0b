/** The answers to requests, by their methods. They are loaded when the first is asked for. */
import type { CancellationToken, Position } from "vscode-languageserver";
import { incomingCalls, outgoingCalls, prepareCallHierarchy } from "../ide/callHierarchy.ts";
import { codeActions } from "../ide/codeActions.ts";
import { codeLenses, resolveCodeLens } from "../ide/codeLens.ts";
import { completion, resolveCompletion } from "../ide/completion.ts";
import { foldingRanges, selectionRange } from "../ide/folding.ts";
import { hover } from "../ide/hover.ts";
import { inlayHints, resolveInlayHint } from "../ide/inlayHints.ts";
import { inlineValues } from "../ide/inlineValues.ts";
import { linkedEditing } from "../ide/linkedEditing.ts";
import { documentLinks, relative, renameFiles } from "../ide/links.ts";
import { definition, documentHighlight, implementation, references, typeDefinition } from "../ide/navigation.ts";
import { formatOnType } from "../ide/onType.ts";
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
import { canShow, type Declared } from "./capabilities.ts";
import { COMMANDS } from "./commands.ts";
import { DOCUMENTS } from "./documents.ts";
import { EXCHANGE } from "./exchange.ts";
import { validPosition } from "./params.ts";
import { LSPErrorCodes, ResponseError } from "./protocol.ts";
import { QUESTIONS } from "./questions.ts";
import { REPLAY } from "./replay.ts";
import { SEMANTIC_TOKENS } from "./semanticTokens.ts";
import { type Session, viewOfUri } from "./session.ts";
import { SIMULATION } from "./simulation.ts";
import { inSlices } from "./slices.ts";

/** The parameters of a request as they came over the wire: the protocol's types differ by method. */
// biome-ignore lint/suspicious/noExplicitAny: each row names its own.
type Params = any;

/** An answer, or a promise of it; undefined is sent as null. */
export type Answer = (session: Session, params: Params, token: CancellationToken) => unknown;
export type Answers = Readonly<Record<string, Answer>>;

/** A request about a place in a document; nothing where nobody knows the document. */
const atPosition =
  <T>(answer: (view: View, position: Position, params: Params) => T): Answer =>
  (session, params) => {
    const position = validPosition(params.position);
    const view = session.view(params);
    return view && answer(view, position, params);
  };
/** A request about a document. */
const ofDocument =
  <T>(answer: (view: View, params: Params, session: Session) => T): Answer =>
  (session, params) => {
    const view = session.view(params);
    return view && answer(view, params, session);
  };

/** The same where there may be much to do, in slices: of one version of the document, or not at all. */
const ofVersion =
  <T>(answer: (view: View, params: Params) => Steps<T>): Answer =>
  (session, params, token) => {
    const view = session.view(params);
    return view && inSlices(answer(view, params), token, view.document);
  };

/** A request about an item that an earlier answer held: it says which document that was about. */
const ofItem =
  <T>(answer: (view: View, params: Params) => T): Answer =>
  (session, params) => {
    const view = session.view({ textDocument: { uri: String(params.item?.data?.uri) } });
    return view && answer(view, params);
  };

/** Locations with what they were asked from, for clients that show it; plain ones for the others. */
const linked =
  (method: "definition" | "declaration" | "typeDefinition" | "implementation", find: typeof definition): Answer =>
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

export const FEATURES = {
  "textDocument/hover": atPosition(hover),
  "textDocument/completion": (session, params) => {
    const position = validPosition(params.position);
    const view = session.view(params);
    if (view === undefined) return undefined;
    const { uri } = view.document;
    const files = session.workspace.knownUris.filter((other) => other !== uri).map((other) => relative(uri, other));
    const snippets = session.client.textDocument?.completion?.completionItem?.snippetSupport === true;
    const list = completion(view, position, { snippets, files });
    return { ...list, items: list.items.map((item) => ({ ...item, data: { ...item.data, uri } })) };
  },
  "completionItem/resolve": (session, item) => {
    const view = session.view({ textDocument: { uri: String(item.data?.uri) } });
    return view ? resolveCompletion(view, item) : item;
  },
  "textDocument/definition": linked("definition", definition),
  "textDocument/declaration": linked("declaration", definition),
  "textDocument/typeDefinition": linked("typeDefinition", typeDefinition),
  "textDocument/implementation": linked("implementation", implementation),
  "textDocument/references": (session, params) =>
    references(session.views(params), validPosition(params.position), params.context?.includeDeclaration !== false),
  "textDocument/documentHighlight": atPosition(documentHighlight),
  "textDocument/prepareRename": atPosition((view, position) => orRefuse(prepareRename(view, position))),
  "textDocument/rename": (session, params) =>
    orRefuse(rename(session.views(params), validPosition(params.position), String(params.newName))),
  "workspace/willRenameFiles": (session, params) => renameFiles(knownDocuments(session), params.files),
  "textDocument/documentSymbol": async (session, params, token) => {
    const { uri } = params.textDocument;
    const document = session.workspace.document(uri);
    const symbols = document ? await inSlices(documentSymbols(document), token, document) : [];
    return session.client.textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport
      ? symbols
      : flatSymbols(symbols, uri);
  },
  "workspace/symbol": (session, params, token) =>
    inSlices(workspaceSymbols(knownDocuments(session), String(params.query ?? "")), token),
  "textDocument/foldingRange": ofDocument((view, _params, session) =>
    foldingRanges(view.document).slice(
      0,
      session.client.textDocument?.foldingRange?.rangeLimit ?? Number.POSITIVE_INFINITY,
    ),
  ),
  "textDocument/selectionRange": ofDocument((view, params) =>
    // One answer a position, in their order: where there is nothing, the place itself.
    (params.positions as Position[]).map(
      (position) => selectionRange(view, validPosition(position)) ?? { range: { start: position, end: position } },
    ),
  ),
  "textDocument/documentLink": ofDocument((view) => documentLinks(view.document)),
  "textDocument/codeAction": async (session, params, token) => {
    const trace = readTraceUri(String(params.textDocument.uri));
    if (trace !== undefined) {
      const policy = viewOfUri(session, trace.uri);
      return policy ? scenarioOfTrace(policy, trace) : [];
    }
    const reported = await session.reported(params.textDocument.uri, token);
    const view = session.view(params);
    return view ? codeActions(view, params.range, reported, params.context?.only) : [];
  },
  "textDocument/formatting": ofVersion((view, params) => format(view.document, params.options)),
  "textDocument/rangeFormatting": ofVersion((view, params) => formatRange(view.document, params.range, params.options)),
  "textDocument/onTypeFormatting": ofVersion((view, params) =>
    formatOnType(view, validPosition(params.position), String(params.ch), params.options),
  ),
  "textDocument/signatureHelp": atPosition(signatureHelp),
  "textDocument/prepareCallHierarchy": atPosition(prepareCallHierarchy),
  "callHierarchy/incomingCalls": ofItem((view, params) => incomingCalls(view, params.item)),
  "callHierarchy/outgoingCalls": ofItem((view, params) => outgoingCalls(view, params.item)),
  "textDocument/codeLens": ofDocument((view, _params, session) => codeLenses(view, { trips: canShow(session.client) })),
  "codeLens/resolve": (session, lens) =>
    resolveCodeLens(session.views({ textDocument: { uri: String(lens.data?.uri) } }), lens),
  "textDocument/inlayHint": ofDocument((view, params) => inlayHints(view, params.range)),
  "inlayHint/resolve": (session, hint) => {
    const view = session.view({ textDocument: { uri: String(hint.data?.uri) } });
    return view ? resolveInlayHint(view, hint) : hint;
  },
  "textDocument/inlineValue": ofDocument((view, { range, context }) =>
    context?.stoppedLocation?.start ? inlineValues(view, range, context.stoppedLocation) : [],
  ),
  "textDocument/linkedEditingRange": (session, params) =>
    linkedEditing(session.views(params), validPosition(params.position)),
  ...SEMANTIC_TOKENS,
  ...DOCUMENTS,
  ...REPLAY,
  ...SIMULATION,
  ...EXCHANGE,
  ...ASSISTANT,
  ...QUESTIONS,
  ...COMMANDS,
} satisfies Answers & Record<Exclude<Declared, "textDocument/diagnostic">, Answer>;
