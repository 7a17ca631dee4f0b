/** `iochain mcp`: the assistant's tools as a server of the Model Context Protocol, over standard input and output. */
import { resolve } from "node:path";
import process from "node:process";
import { pipeline } from "node:stream";
import { fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { version } from "../../../package.json";
import { type Answer, askTool, TOOLS, type ToolInput } from "../ide/assistant/tools.ts";
import { compilePolicy } from "../policy/compile.ts";
import type { Policy } from "../policy/policy.ts";
import { readableFrom } from "../policy/readable.ts";
import { load } from "./files.ts";
import { messagesOnly } from "./mcpMessages.ts";
import { say, Unusable } from "./terminal.ts";

export function mcp(): void {
  // The package listens once for each answer that waits for a slow reader: there is no leak to be warned of.
  process.stdout.setMaxListeners(0);
  const messages = messagesOnly((line) => process.stdout.write(line));
  // What ends them, an error, too, ends the session, and is told by it.
  pipeline(process.stdin, messages, () => undefined);
  serveStdio(createServer, {
    transport: new StdioServerTransport(messages),
    onerror: (error) => say(`iochain: ${error.message}`),
  });
}

function createServer(): McpServer {
  const server = new McpServer({ name: "iochain", title: "IOChain", version });
  for (const { name, title, description, parameters } of TOOLS)
    server.registerTool(
      name,
      {
        title,
        description,
        inputSchema: fromJsonSchema<ToolInput>(parameters),
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      (input) => {
        const answer = ask(name, input);
        const failed = "error" in answer;
        return { content: [{ type: "text", text: failed ? answer.error : answer.text }], isError: failed };
      },
    );
  return server;
}

/** The policy is read anew for every question: an assistant edits it in between. */
function ask(name: string, input: ToolInput): Answer {
  try {
    const path = String(input.policy);
    // An assistant may have been talked into asking for anything: it gets policies, and nothing else of this machine.
    const program = load(path, readableFrom({ folders: [], policies: [resolve(path)], outside: false }));
    let policy: Policy | undefined;
    const compiled = () => {
      policy ??= compilePolicy(program);
      return policy;
    };
    return askTool(name, { document: program.root, program, policy: compiled }, input);
  } catch (error) {
    if (error instanceof Unusable) return { error: error.message };
    throw error;
  }
}
