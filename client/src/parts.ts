/** What the extension is made of, in Node and in the browser alike. */
import type * as vscode from "vscode";
import { registerTools } from "./assistant.ts";
import { registerChainView } from "./chainView/register.ts";
import { registerComparison } from "./compare.ts";
import { registerDebugAdapter } from "./debugging/adapter.ts";
import { registerBesideRules } from "./debugging/besideRules.ts";
import { registerDebugCommands } from "./debugging/commands.ts";
import { registerDebugConfigurations } from "./debugging/configurations.ts";
import { registerSources } from "./debugging/sources.ts";
import { registerExchange } from "./exchange/register.ts";
import { registerExplanation } from "./explain.ts";
import { registerNewPolicy } from "./newPolicy.ts";
import { PacketDocuments } from "./packetDocuments.ts";
import { registerReplayView } from "./replayView/register.ts";
import type { Server } from "./server.ts";
import { registerServerState } from "./serverState.ts";
import { registerSettings } from "./settings.ts";
import { registerTestExplorer } from "./testExplorer.ts";

/** `adapter`: how the debug adapter is started as a process; without it, it runs inside the server. */
export function registerParts(
  context: vscode.ExtensionContext,
  server: Server,
  adapter?: Parameters<typeof registerDebugAdapter>[2],
): void {
  context.subscriptions.push(server);
  registerServerState(context, server);
  registerSettings(context, server);
  registerNewPolicy(context);
  registerDebugAdapter(context, server, adapter);
  registerDebugConfigurations(context, server);
  registerDebugCommands(context, server);
  registerSources(context);
  registerBesideRules(context, server);
  registerChainView(context, server);
  registerReplayView(context, server);
  registerTestExplorer(context, server);
  registerExchange(context, server);
  const documents = new PacketDocuments(context);
  registerComparison(context, server, documents);
  registerExplanation(context, server, documents);
  registerTools(context, server);
}
