/** `iochain decode`: the frames of a capture as they are read. */
import { Conversations } from "../capture/conversations.ts";
import { decodeFrame } from "../capture/decode.ts";
import { malformation } from "../capture/faults.ts";
import { fieldsOf } from "../capture/fields.ts";
import type { Frame } from "../capture/packet.ts";
import { describe } from "../chain/describe.ts";
import { eachFrame, growLess } from "./captures.ts";
import { json, Lines, OK, style } from "./terminal.ts";
import { seconds } from "./time.ts";

export async function decode(capture: string, options: { format: "text" | "ndjson"; limit?: number }): Promise<number> {
  growLess();
  const { limit = Number.POSITIVE_INFINITY } = options;
  const conversations = new Conversations();
  const show = options.format === "ndjson" ? (frame: Frame) => asJson(frame, conversations) : asText;
  const lines = new Lines();
  let count = 0;
  const sink = (frame: Frame) => {
    if (++count > limit) return false;
    lines.add(show(frame));
    return count < limit;
  };
  await eachFrame(capture, sink, { flush: () => lines.flush(), showsProgress: lines.isHidden });
  return OK;
}

function asJson(frame: Frame, conversations: Conversations): string {
  const packet = decodeFrame(frame.data, frame.linkType, frame.originalLength);
  const fields = fieldsOf(frame, packet, conversations.protocolsOf(frame, packet));
  const wrong = malformation(frame, packet);
  return json({
    frame: frame.number,
    time: seconds(frame.time),
    interface: frame.interface,
    fields: { ...fields, protocols: fields["frame.protocols"] },
    ...(wrong && { malformed: `byte ${wrong.at}: ${wrong.why}` }),
    ...(packet.unsupported && { unsupported: packet.unsupported }),
    ...(frame.comments && { comments: frame.comments }),
  });
}

function asText(frame: Frame): string {
  const packet = decodeFrame(frame.data, frame.linkType, frame.originalLength);
  const wrong = malformation(frame, packet);
  const inner = packet.inner && `[${describe(packet.inner)}]`;
  return [
    String(frame.number).padStart(6),
    frame.time === undefined ? "-" : dateText(frame.time),
    packet.unsupported ? `${frame.data.length} octets` : describe(packet),
    inner,
    style(packet.protocols, "dim"),
    packet.unsupported,
    wrong && style(`malformed at byte ${wrong.at}: ${wrong.why}`, "red"),
    packet.cut && "cut short by the capture",
    ...(frame.comments ?? []).map((comment) => style(json(comment), "dim")),
  ]
    .filter(Boolean)
    .join("  ");
}

/** A damaged file can have times that no date has (ECMA-262, 21.4.1.1). */
function dateText(time: bigint): string {
  const milliseconds = Number(time / 1_000_000n);
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : `${milliseconds / 1000}s`;
}
