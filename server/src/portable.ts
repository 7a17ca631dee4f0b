/**
 * All that is ours and runs anywhere, as one bundle, `dist/web/server.js`: a browser's worker runs it as it is, and the
 * two programs for Node (`lsp/node.ts`, `dap/node.ts`) are shells around it. What a shell does not use is not set up.
 */
import type { Host as DebugHost, Session } from "./dap/session.ts";
import type { Host } from "./lsp/host.ts";
import type { Port } from "./lsp/serve.ts";

/** The language server on the other side of a port. Without a `host` it asks its client for files. */
export async function serve(port: Port, host?: Host): Promise<void> {
  // Messages may come before the server is there: they wait.
  const early: unknown[] = [];
  port.onmessage = ({ data }) => void early.push(data);
  const language = await import("./lsp/serve.ts");
  language.serve(port, host);
  for (const data of early) port.onmessage({ data });
}

export async function debugSession(host: DebugHost, send: (message: object) => void): Promise<Session> {
  const { createSession } = await import("./dap/session.ts");
  return createSession(host, send);
}
