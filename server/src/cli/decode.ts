/** `iochain decode`: the frames of a capture as they are read. */
import { decodeFrame } from "../capture/decode.ts";
import { fieldsOf, malformation } from "../capture/fields.ts";
import { describe } from "../chain/describe.ts";
import { framesOf } from "./captures.ts";
import { OK, print, style } from "./terminal.ts";
import { seconds } from "./time.ts";

export function decode(capture: string, options: { format: "text" | "ndjson"; limit?: number }): number {
  let count = 0;
  for (const frame of framesOf(capture)) {
    if (options.limit !== undefined && ++count > options.limit) break;
    const packet = decodeFrame(frame.data, frame.linkType, frame.originalLength);
    const wrong = malformation(packet);
    const malformed = wrong && `byte ${wrong.at}: ${wrong.why}`;
    if (options.format === "ndjson") {
      const fields = fieldsOf(frame, packet);
      print(
        JSON.stringify({
          frame: frame.number,
          time: seconds(frame.time),
          interface: frame.interface,
          fields: { ...fields, "fields.protocols": packet.protocols },
          ...(malformed && { malformed }),
        }),
      );
      continue;
    }
    const time = frame.time === undefined ? "-" : new Date(Number(frame.time / 1_000_000n)).toISOString();
    const notes = [
      packet.unsupported && `not decoded: ${packet.unsupported}`,
      malformed && style(`malformed at ${malformed}`, "red"),
      packet.cut && "cut short by the capture",
    ];
    const what = packet.unsupported ? `${frame.data.length} octets` : describe(packet);
    print(
      [String(frame.number).padStart(6), time, what, style(packet.protocols, "dim"), ...notes]
        .filter(Boolean)
        .join("  "),
    );
  }
  return OK;
}
