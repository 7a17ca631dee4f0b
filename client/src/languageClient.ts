/** The client of a language server that is a process. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import {
  LanguageClient,
  type MessageTransports,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageclient/node";
import { clientId, clientName, clientOptions } from "./languageServer.ts";

/** How long a server may take to end by itself once it is told to, in milliseconds. */
const PATIENCE = 2000;

export function createLanguageClient(
  start: () => ChildProcessWithoutNullStreams,
  ...options: Parameters<typeof clientOptions>
): LanguageClient {
  const [log] = options;
  let running: ChildProcessWithoutNullStreams | undefined;
  const connect = async (): Promise<MessageTransports> => {
    const server = start();
    server.on("error", (error) => log.error(String(error)));
    createInterface(server.stderr).on("line", (line) => log.error(line));
    running = server;
    return { reader: new StreamMessageReader(server.stdout), writer: new StreamMessageWriter(server.stdin) };
  };
  const client = new LanguageClient(clientId, clientName, connect, clientOptions(...options));
  client.onDidChangeState(() => {
    if (client.needsStop()) return;
    const ending = running;
    running = undefined;
    // One that hangs is not left behind; one that was stopped hears no politer signal.
    if (ending) setTimeout(() => ending.kill("SIGKILL"), PATIENCE).unref();
  });
  return client;
}
