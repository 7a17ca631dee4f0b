/**
 * What a client of MCP sends, a message a line. The package passes over what is none, and who sent it waits for ever:
 * it is answered here, as JSON-RPC 2.0 asks (5.1), and only messages go on.
 */
import { Transform } from "node:stream";
import {
  deserializeMessage,
  STDIO_DEFAULT_MAX_BUFFER_SIZE as MOST,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";

const LINE_END = 0x0a;

/** The messages of a client; `answer` takes the line that tells it of what is none. One that is too long ends them. */
export function messagesOnly(answer: (line: string) => void): Transform {
  let held: Buffer[] = [];
  let size = 0;
  const hold = (part: Buffer): void => {
    held.push(part);
    size += part.length;
  };
  return new Transform({
    transform(chunk: Buffer, _, done) {
      let from = 0;
      for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, from)) {
        hold(chunk.subarray(from, end + 1));
        from = end + 1;
        const line = Buffer.concat(held);
        held = [];
        size = 0;
        const wrong = refusal(line.toString());
        if (wrong === undefined) this.push(line);
        else if (wrong !== "") answer(wrong);
      }
      hold(chunk.subarray(from));
      done(size > MOST ? new Error(`a message of more than ${MOST} octets`) : undefined);
    },
  });
}

/** What is answered to a line that is no message; nothing to an empty one. Undefined: it is a message. */
function refusal(line: string): string | undefined {
  if (line.trim() === "") return "";
  try {
    deserializeMessage(line);
    return undefined;
  } catch (error) {
    const refused = (id: string | number | null, code: ProtocolErrorCode, message: string) =>
      `${JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } })}\n`;
    if (error instanceof SyntaxError) return refused(null, ProtocolErrorCode.ParseError, "The line is no JSON.");
    return refused(idOf(JSON.parse(line)), ProtocolErrorCode.InvalidRequest, "The line is no message of JSON-RPC 2.0.");
  }
}

function idOf(value: unknown): string | number | null {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : null;
  return typeof id === "string" || typeof id === "number" ? id : null;
}
