/** What is declared answers, and what answers is declared: asked of the real server over the wire. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServerCapabilities } from "vscode-languageserver-protocol";
import { type Client, EDITOR, startClient } from "./client.ts";

const uri = "file:///policies/shop.iochain";
const text = `vm a { vnic n { ip 10.0.0.1 } }
group web = a
dfw fw {
  section S {
    rule 1 allow from web service https
  }
  default drop
}
chain c { slot 2 dfw fw }
scenario "s" {
  send tcp a:1 -> 10.0.0.2:443 expect delivered by rule 1
}
`;
const textDocument = { uri };
const position = { line: 4, character: 24 };
const range = { start: { line: 0, character: 0 }, end: { line: 11, character: 0 } };

/** A capability, and the requests that must then answer, each with parameters that make sense. */
const DECLARED: Readonly<Record<string, readonly (readonly [string, object])[]>> = {
  hoverProvider: [["textDocument/hover", { textDocument, position }]],
  completionProvider: [["textDocument/completion", { textDocument, position }]],
  signatureHelpProvider: [["textDocument/signatureHelp", { textDocument, position }]],
  definitionProvider: [["textDocument/definition", { textDocument, position }]],
  declarationProvider: [["textDocument/declaration", { textDocument, position }]],
  typeDefinitionProvider: [["textDocument/typeDefinition", { textDocument, position }]],
  implementationProvider: [["textDocument/implementation", { textDocument, position }]],
  referencesProvider: [["textDocument/references", { textDocument, position, context: { includeDeclaration: true } }]],
  documentHighlightProvider: [["textDocument/documentHighlight", { textDocument, position }]],
  renameProvider: [
    ["textDocument/prepareRename", { textDocument, position }],
    ["textDocument/rename", { textDocument, position, newName: "front" }],
  ],
  documentSymbolProvider: [["textDocument/documentSymbol", { textDocument }]],
  workspaceSymbolProvider: [["workspace/symbol", { query: "web" }]],
  codeActionProvider: [["textDocument/codeAction", { textDocument, range, context: { diagnostics: [] } }]],
  codeLensProvider: [["textDocument/codeLens", { textDocument }]],
  inlayHintProvider: [["textDocument/inlayHint", { textDocument, range }]],
  semanticTokensProvider: [
    ["textDocument/semanticTokens/full", { textDocument }],
    ["textDocument/semanticTokens/full/delta", { textDocument, previousResultId: "?" }],
    ["textDocument/semanticTokens/range", { textDocument, range }],
  ],
  foldingRangeProvider: [["textDocument/foldingRange", { textDocument }]],
  selectionRangeProvider: [["textDocument/selectionRange", { textDocument, positions: [position] }]],
  documentLinkProvider: [["textDocument/documentLink", { textDocument }]],
  documentFormattingProvider: [
    ["textDocument/formatting", { textDocument, options: { tabSize: 2, insertSpaces: true } }],
  ],
  documentRangeFormattingProvider: [
    ["textDocument/rangeFormatting", { textDocument, range, options: { tabSize: 2, insertSpaces: true } }],
  ],
  documentOnTypeFormattingProvider: [
    [
      "textDocument/onTypeFormatting",
      { textDocument, position: { line: 7, character: 1 }, ch: "}", options: { tabSize: 2, insertSpaces: true } },
    ],
  ],
  callHierarchyProvider: [["textDocument/prepareCallHierarchy", { textDocument, position: { line: 8, character: 6 } }]],
  inlineValueProvider: [
    [
      "textDocument/inlineValue",
      { textDocument, range, context: { frameId: 1, stoppedLocation: { start: position, end: position } } },
    ],
  ],
  linkedEditingRangeProvider: [["textDocument/linkedEditingRange", { textDocument, position }]],
  executeCommandProvider: [
    ["workspace/executeCommand", { command: "iochain.runScenario", arguments: [{ uri, scenario: "s" }] }],
    ["workspace/executeCommand", { command: "iochain.writeScenario", arguments: [{ uri, line: 5 }] }],
    ["workspace/executeCommand", { command: "iochain.showTrips", arguments: [{ uri, scenario: "s" }] }],
    ["workspace/executeCommand", { command: "iochain.showExport", arguments: [{ uri, format: "nsx-policy" }] }],
  ],
  diagnosticProvider: [
    ["textDocument/diagnostic", { textDocument }],
    ["workspace/diagnostic", { previousResultIds: [] }],
  ],
};
/** What is declared and is no request of the client. */
const NO_REQUEST = new Set(["positionEncoding", "textDocumentSync", "workspace"]);

/** Requests of the protocol that the server may or may not know: those above, and what their items lead to. */
const ALWAYS: readonly (readonly [string, object])[] = [
  ["iochain/tests", { uri }],
  ["iochain/vnics", { uri }],
  ["iochain/runTests", { uri }],
  ["iochain/chain", { uri }],
  ["iochain/trace", { uri, packet: "tcp a:1 -> 10.0.0.2:443" }],
  ["iochain/way", { uri, scenario: "s" }],
  ["iochain/explain", { uri, from: "a" }],
  ["iochain/diff", { old: { uri }, new: { uri, files: { [uri]: "" } } }],
  ["iochain/coverage", { uri }],
  ["iochain/scenarioFor", { uri, line: 1 }],
  ["workspace/willRenameFiles", { files: [{ oldUri: uri, newUri: `${uri}2` }] }],
];

let client: Client;
let capabilities: ServerCapabilities;
beforeAll(async () => {
  client = await startClient(new Map(), EDITOR);
  capabilities = client.initialized.capabilities;
  await client.open(uri, text);
});
afterAll(() => client.stop());

describe("what is declared answers", () => {
  test("every capability that is declared is known here", () => {
    const unknown = Object.keys(capabilities).filter((name) => !(name in DECLARED) && !NO_REQUEST.has(name));
    expect(unknown).toEqual([]);
  });
  test("every command that is declared is tried here", () => {
    const tried = DECLARED.executeCommandProvider?.map(([, params]) => (params as { command: string }).command);
    expect(capabilities.executeCommandProvider?.commands).toEqual(tried);
  });
  test("the documents that are declared open", async () => {
    expect(capabilities.workspace?.textDocumentContent).toEqual({ schemes: ["iochain-trace", "iochain-export"] });
    for (const command of [
      { command: "iochain.showTrips", arguments: [{ uri, scenario: "s" }] },
      { command: "iochain.showExport", arguments: [{ uri, format: "nsx-policy" }] },
    ]) {
      const shown = await client.request<{ uri: string }>("workspace/executeCommand", command);
      const { text: content } = await client.request<{ text: string }>("workspace/textDocumentContent", shown);
      expect(content).toContain("fw");
    }
  });
  test("folders and file operations are declared side by side", () => {
    expect(capabilities.workspace?.workspaceFolders?.supported).toBe(true);
    expect(capabilities.workspace?.fileOperations?.willRename).toBeDefined();
  });
  for (const [name, requests] of Object.entries(DECLARED))
    for (const [method, params] of requests)
      test(method, async () => {
        const answer = client.request(method, params);
        if (name in capabilities) expect(await answer).not.toBeUndefined();
        else await expect(answer).rejects.toThrow();
      });
  for (const [method, params] of ALWAYS)
    test(method, async () => {
      expect(await client.request(method, params)).not.toBeUndefined();
    });
  test("what has a resolve says so and resolves", async () => {
    const resolvable = [
      ["codeLensProvider", "textDocument/codeLens", { textDocument }, "codeLens/resolve"],
      ["inlayHintProvider", "textDocument/inlayHint", { textDocument, range }, "inlayHint/resolve"],
      ["completionProvider", "textDocument/completion", { textDocument, position }, "completionItem/resolve"],
    ] as const;
    for (const [name, method, params, resolve] of resolvable) {
      const declared = capabilities[name];
      if (declared === undefined) continue;
      expect(declared).toMatchObject({ resolveProvider: true });
      const answer = await client.request<unknown[] | { items: unknown[] }>(method, params);
      const items = Array.isArray(answer) ? answer : answer.items;
      expect(items.length).toBeGreaterThan(0);
      for (const item of items) expect(await client.request(resolve, item)).toBeTypeOf("object");
    }
  });
  test("a call hierarchy goes on from its items", async () => {
    const [item] = await client.request<object[]>("textDocument/prepareCallHierarchy", {
      textDocument,
      position: { line: 8, character: 6 },
    });
    const calls = await client.request<{ to: object }[]>("callHierarchy/outgoingCalls", { item });
    expect(calls).toHaveLength(1);
    expect(await client.request("callHierarchy/incomingCalls", { item: calls[0]?.to })).toHaveLength(1);
  });
  test("nothing was logged", () => expect(client.log).toEqual([]));
});
