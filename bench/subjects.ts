/** The language servers that are measured: ours, and what people would otherwise have. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { MessageConnection } from "vscode-languageserver-protocol/node";
import { type Policy, policyJson, policySchema, policyText } from "./policies.ts";

const root = join(import.meta.dirname, "..");

export interface Subject {
  readonly name: string;
  /** What Node is started with. */
  readonly command: readonly string[];
  readonly languageId: string;
  readonly extension: string;
  readonly text: (policy: Policy) => string;
  /** Whether it answers `textDocument/diagnostic`; the others publish by themselves. */
  readonly pulls: boolean;
  readonly initializationOptions?: object;
  readonly prepare?: (connection: MessageConnection) => Promise<void>;
  /** In the line of the rule in the middle: what stands before the place where a letter too many is typed. */
  readonly ruleMark: (id: number) => string;
  readonly letterBehind: RegExp;
  /** What stands before a name or word that is completed, hovered over and followed. */
  readonly wordBehind: RegExp;
  /** More rules than this are not tried, and why. */
  readonly most?: number;
}

export const iochain = (server = join(root, "dist/server.js")): Subject => ({
  name: "IOChain",
  command: [server, "--stdio"],
  languageId: "iochain",
  extension: "iochain",
  text: policyText,
  pulls: true,
  ruleMark: (id) => `rule ${id} `,
  letterBehind: /" [a-z]+/,
  wordBehind: /from /,
});

const jsonServer = join(
  root,
  "test/workbench/host/node_modules/code-server/lib/vscode/extensions/json-language-features/server/dist/node/jsonServerMain.js",
);
/** VS Code's own, with a schema, on the same policy in NSX's JSON. */
export const json: Subject = {
  name: "VS Code JSON",
  command: [jsonServer, "--stdio"],
  languageId: "json",
  extension: "json",
  text: policyJson,
  pulls: true,
  initializationOptions: { handledSchemaProtocols: ["file"], provideFormatter: true },
  prepare: (connection) =>
    connection.sendNotification("workspace/didChangeConfiguration", {
      settings: { json: { validate: { enable: true }, schemas: [{ fileMatch: ["*"], schema: policySchema }] } },
    }),
  // The action is in a line of its own, five below the rule's id.
  ruleMark: (id) => `"sequence_number": ${id},`,
  letterBehind: /"action": "[A-Z]+/,
  wordBehind: /"action": "/,
};

/** What Langium makes of a grammar. It takes 12 s at 30,000 rules, and grows faster than the rules do. */
export const langium: Subject = {
  name: "Langium",
  command: [join(root, "bench/peers/langiumServer.mjs"), "--stdio"],
  languageId: "policy",
  extension: "policy",
  text: policyText,
  pulls: false,
  ruleMark: (id) => `rule ${id} `,
  letterBehind: /" [a-z]+/,
  wordBehind: /from /,
  most: 10_000,
};

/** Those whose packages are installed here. */
export const peers = (): Subject[] => [json, langium].filter(({ command }) => existsSync(command[0] as string));
