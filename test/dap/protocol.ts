/** Whether messages are what the Debug Adapter Protocol says they are: each property that must be there, and no other. */
import { readFileSync } from "node:fs";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { Ajv, type ValidateFunction } from "ajv";

const schema = JSON.parse(readFileSync(new URL("protocol.json", import.meta.url), "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true }).addSchema(schema, "dap");
/** Types are called after what they answer or tell: `StackTraceResponse`. */
const names = new Map(Object.keys(schema.definitions).map((name) => [name.toLowerCase(), name]));

export function mistakesIn(messages: readonly DebugProtocol.ProtocolMessage[]): string[] {
  return messages.flatMap((message, index) => {
    const wrong = [...(message.seq === index + 1 ? [] : [`seq is ${message.seq}`]), ...deviations(message)];
    return wrong.map((what) => `${what}: ${JSON.stringify(message)}`);
  });
}

function deviations(message: DebugProtocol.ProtocolMessage): string[] {
  const name = typeOf(message);
  // Requests of our own have answers of our own.
  if (name.startsWith("iochain/")) return [];
  const known = names.get(name.toLowerCase());
  if (known === undefined) return [`the protocol has no ${name}`];
  const validate = ajv.getSchema(`dap#/definitions/${known}`) as ValidateFunction;
  validate(message);
  return (validate.errors ?? []).map(
    ({ instancePath, message: why, params }) => `${name}${instancePath} ${why} ${JSON.stringify(params)}`,
  );
}
function typeOf(message: DebugProtocol.ProtocolMessage): string {
  if (message.type === "event") return `${(message as DebugProtocol.Event).event}Event`;
  const { success, command } = message as DebugProtocol.Response;
  return success ? `${command}Response` : "ErrorResponse";
}
