/** Entry point in Node's extension host: wires the parts together, and does nothing else. */
import type * as vscode from "vscode";
import { registerTools } from "./assistant.ts";
import { registerChainView } from "./chainView/register.ts";
import { registerComparison } from "./compare.ts";
import { registerDebugAdapter } from "./debugging/adapter.ts";
import { registerBesideRules } from "./debugging/besideRules.ts";
import { registerDebugCommands } from "./debugging/commands.ts";
import { registerDebugConfigurations } from "./debugging/configurations.ts";
import { adapterProcess } from "./debugging/process.ts";
import { registerExchange } from "./exchange/register.ts";
import { registerExplanation } from "./explain.ts";
import { createLanguageClient } from "./languageClient.ts";
import { startLanguageServer } from "./languageServer.ts";
import { registerNewPolicy } from "./newPolicy.ts";
import { PacketDocuments } from "./packetDocuments.ts";
import { registerReplayView } from "./replayView/register.ts";
import { registerServerState } from "./serverState.ts";
import { registerSettings } from "./settings.ts";
import { registerTestExplorer } from "./testExplorer.ts";

export function activate(context: vscode.ExtensionContext): void {
  const client = createLanguageClient(context);
  startLanguageServer(context, client);
  registerServerState(context, client);
  registerSettings(context, client);
  registerNewPolicy(context);
  registerDebugAdapter(context, client, adapterProcess(context));
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
