/** `iochain/tool` `{ uri, name, input }` → `{ text }` or `{ error }`: a question of an assistant's about a policy. */
import { askTool, type ToolInput } from "../ide/assistant/tools.ts";
import type { Answers } from "./features.ts";

export const ASSISTANT = {
  "iochain/tool": (session, { uri, name, input }) => {
    const view = session.view({ textDocument: { uri: String(uri) } });
    if (view === undefined) return { error: `there is no policy ${uri}` };
    return askTool(String(name), view, (input ?? {}) as ToolInput);
  },
} satisfies Answers;
