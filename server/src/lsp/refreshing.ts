/** Documents that the server writes become old with the policies that they were made of. */
import type { Connection } from "vscode-languageserver";
import type { Session } from "./session.ts";

/** After a pause in the typing the documents that are shown are made anew. */
const PAUSE = 300;

/** Tells a client that can show them that the documents it was given have become old; called at every change. */
export function refresher(session: Session, connection: Connection): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return () => {
    if (session.shown.size === 0) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      for (const uri of session.shown)
        connection.sendRequest("workspace/textDocumentContent/refresh", { uri }).catch(() => {});
      // Who still shows one asks for it again.
      session.shown.clear();
    }, PAUSE);
  };
}
