/** The values that are used here of the protocol's library, taken from it once: each taking copies all that it has. */
export {
  CodeActionKind,
  ErrorCodes,
  LSPErrorCodes,
  RAL,
  ResponseError,
  TextDocumentSyncKind,
  WorkDoneProgress,
} from "vscode-languageserver";
