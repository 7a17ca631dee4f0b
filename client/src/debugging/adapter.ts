/** Where the debug adapter runs: in a process of its own for policies on disk, else inside the language server. */
import * as vscode from "vscode";
import { debugType } from "../names.ts";
import type { Server } from "../server.ts";
import { isOnDisk } from "./configurations.ts";
import { hostedAdapters } from "./hosted.ts";

/** `startProcess` is left out where no process can be started: in a browser. */
export function registerDebugAdapter(
  context: vscode.ExtensionContext,
  server: Server,
  startProcess?: () => vscode.DebugAdapterDescriptor,
): void {
  const startHosted = hostedAdapters(context, server);
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
      createDebugAdapterDescriptor: ({ configuration }) =>
        startProcess && isOnDisk(configuration.program) ? startProcess() : startHosted(),
    }),
  );
}
