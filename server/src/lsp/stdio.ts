/** The server's messages over standard input and output. A stream that is not the protocol ends the server with a word. */
import process from "node:process";
import {
  AbstractMessageReader,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { unframe } from "../wire/framing.ts";

export const stdio = (): [MessageReader, MessageWriter] => [new StdinReader(), new StreamMessageWriter(process.stdout)];

/** The stock reader waits for ever for a message of gigabytes, and skips what stands between messages. */
class StdinReader extends AbstractMessageReader {
  listen(callback: DataCallback): Disposable {
    const read = unframe((message) => callback(message as Message));
    const take = (bytes: Uint8Array) => {
      const wrong = read(bytes);
      if (wrong === undefined) return;
      process.stderr.write(`iochain: the client sent ${wrong}\n`);
      process.exit(1);
    };
    // A client that goes away without a word leaves no server behind.
    const end = () => {
      this.fireClose();
      process.exit(1);
    };
    process.stdin.on("data", take).on("end", end).on("error", end);
    return { dispose: () => void process.stdin.off("data", take).off("end", end).off("error", end) };
  }
}
