/**
 * Answers as this client can take them: plain text where it shows no Markdown, edits that name the version of the
 * document they were made for and what sort of edit they are where it knows such edits, labels instead of places in
 * them, commands instead of actions.
 */
import type {
  ClientCapabilities,
  CodeAction,
  Command,
  MarkupContent,
  MarkupKind,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver";
import { plainText } from "../ide/plainText.ts";
import { type Shown, withSeen } from "../wire/shown.ts";
import { APPLY, takesActions } from "./capabilities.ts";
import type { Session } from "./session.ts";

/** Of the requests whose answers hold Markdown: the kinds of text that the client shows, the one it likes best first. */
const SHOWN: Readonly<Record<string, (client: ClientCapabilities) => readonly MarkupKind[] | undefined>> = {
  "textDocument/hover": ({ textDocument }) => textDocument?.hover?.contentFormat,
  "textDocument/completion": ({ textDocument }) => textDocument?.completion?.completionItem?.documentationFormat,
  "completionItem/resolve": ({ textDocument }) => textDocument?.completion?.completionItem?.documentationFormat,
  "textDocument/signatureHelp": ({ textDocument }) =>
    textDocument?.signatureHelp?.signatureInformation?.documentationFormat,
  // The protocol has no word about the tooltips of inlay hints: they are shown as hovers are.
  "textDocument/inlayHint": ({ textDocument }) => textDocument?.hover?.contentFormat,
  "inlayHint/resolve": ({ textDocument }) => textDocument?.hover?.contentFormat,
};

/** What of answers a person is shown, and where in them is policy text that an editor puts in or sends back. */
const WORDS: Shown = {
  shown: new Set([
    ...["value", "title", "name", "detail", "documentation", "tooltip", "description", "message"],
    ...["label", "collapsedText"],
  ]),
  raw: new Set(["edit", "textEdit", "textEdits", "additionalTextEdits", "arguments", "data", "diagnostics"]),
};
/** A label of a completion without an edit is what is put in; parameters are places in a signature's label. */
const LABELS_PUT_IN: ReadonlySet<string> = new Set([
  "textDocument/completion",
  "completionItem/resolve",
  "textDocument/signatureHelp",
]);
const WITHOUT_LABELS: Shown = { ...WORDS, shown: new Set([...WORDS.shown].filter((name) => name !== "label")) };
/** Others answer with places, or with texts that are meant for the client. */
const QUOTING =
  /^(?:completionItem|codeLens|inlayHint|codeAction)\/|^textDocument\/(?:hover|completion|signatureHelp|codeAction|codeLens|inlayHint|documentSymbol|foldingRange|prepareCallHierarchy)$|^callHierarchy\/|^workspace\/symbol$/;

export function fitted(session: Session, method: string, answer: unknown): unknown {
  const fitting = fittedTo(session, method, answer);
  if (!QUOTING.test(method)) return fitting;
  return withSeen(fitting, LABELS_PUT_IN.has(method) ? WITHOUT_LABELS : WORDS);
}
function fittedTo(session: Session, method: string, answer: unknown): unknown {
  const { client } = session;
  if (answer === undefined || answer === null) return answer;
  const shown = SHOWN[method]?.(client);
  // A client that says nothing of it is taken for one that shows Markdown, as nearly all do.
  let fitting = shown !== undefined && shown[0] !== "markdown" ? withPlainText(answer) : answer;
  if (method === "textDocument/signatureHelp") fitting = withLabels(client, fitting as SignatureHelp);
  if (method === "textDocument/codeAction") {
    const actions = (fitting as CodeAction[]).map((action) =>
      action.edit === undefined ? action : { ...action, edit: versioned(session, action.edit) },
    );
    return takesActions(client) ? actions : actions.flatMap((action) => commandOf(client, action));
  }
  if (method === "textDocument/rename" || method === "workspace/willRenameFiles")
    return versioned(session, fitting as WorkspaceEdit);
  return fitting;
}

/** An edit is for the texts it was made from: a client that has others by now can tell. */
export function versioned(session: Session, edit: WorkspaceEdit): WorkspaceEdit {
  const { documentChanges, changeAnnotationSupport } = session.client.workspace?.workspaceEdit ?? {};
  const { changes, ...others } = documentChanges && changeAnnotationSupport ? edit : withoutAnnotations(edit);
  if (changes === undefined || !documentChanges) return { changes, ...others };
  const { workspace } = session;
  return {
    ...others,
    documentChanges: Object.entries(changes).map(([uri, edits]: [string, TextEdit[]]) => ({
      textDocument: { uri, version: workspace.isOpen(uri) ? (workspace.document(uri)?.version ?? null) : null },
      edits,
    })),
  };
}

function withoutAnnotations({ changeAnnotations, changes, ...others }: WorkspaceEdit): WorkspaceEdit {
  if (changeAnnotations === undefined || changes === undefined) return { changes, ...others };
  const plain = Object.entries(changes).map(([uri, edits]) => [
    uri,
    edits.map(({ range, newText }): TextEdit => ({ range, newText })),
  ]);
  return { changes: Object.fromEntries(plain), ...others };
}

function withPlainText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPlainText);
  if (typeof value !== "object" || value === null) return value;
  if ("kind" in value && value.kind === "markdown")
    return { kind: "plaintext", value: plainText((value as MarkupContent).value) } satisfies MarkupContent;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlainText(item)]));
}

function withLabels({ textDocument }: ClientCapabilities, help: SignatureHelp): SignatureHelp {
  if (textDocument?.signatureHelp?.signatureInformation?.parameterInformation?.labelOffsetSupport) return help;
  const signatures = help.signatures.map((signature) => ({
    ...signature,
    parameters: signature.parameters?.map((parameter) => ({
      ...parameter,
      label: typeof parameter.label === "string" ? parameter.label : signature.label.slice(...parameter.label),
    })),
  }));
  return { ...help, signatures };
}

/** Commands alone were all that the protocol had once: what an action writes is then asked of the client. */
function commandOf({ workspace }: ClientCapabilities, { title, edit, command }: CodeAction): Command[] {
  if (edit === undefined) return command ? [{ ...command, title }] : [];
  return workspace?.applyEdit ? [{ title, command: APPLY, arguments: [{ label: title, edit }] }] : [];
}
