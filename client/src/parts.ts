/** What the extension is made of, in Node and in the browser alike. */
import type * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { registerTools } from "./assistant.ts";
import { registerChainView } from "./chainView/register.ts";
import { registerComparison } from "./compare.ts";
import { registerDebugAdapter } from "./debugging/adapter.ts";
import { registerBesideRules } from "./debugging/besideRules.ts";
import { registerDebugCommands } from "./debugging/commands.ts";
import { registerDebugConfigurations } from "./debugging/configurations.ts";
import { registerExchange } from "./exchange/register.ts";
import { registerExplanation } from "./explain.ts";
import { startLanguageServer } from "./languageServer.ts";
import { registerNewPolicy } from "./newPolicy.ts";
import { PacketDocuments } from "./packetDocuments.ts";
import { registerReplayView } from "./replayView/register.ts";
import { registerServerState } from "./serverState.ts";
import { registerSettings } from "./settings.ts";
import { registerTestExplorer } from "./testExplorer.ts";

/** `adapter`: how the debug adapter is started as a process; without it, it runs inside the server. */
export function registerParts(
  context: vscode.ExtensionContext,
  client: BaseLanguageClient,
  adapter?: Parameters<typeof registerDebugAdapter>[2],
): void {
  startLanguageServer(context, client);
  registerServerState(context, client);
  registerSettings(context, client);
  registerNewPolicy(context);
  registerDebugAdapter(context, client, adapter);
  registerDebugConfigurations(context, client);
  registerDebugCommands(context, client);
  registerBesideRules(context, client);
  registerChainView(context, client);
  registerReplayView(context, client);
  registerTestExplorer(context, client);
  registerExchange(context, client);
  const documents = new PacketDocuments(context);
  registerComparison(context, client, documents);
  registerExplanation(context, client, documents);
  registerTools(context, client);
}
