/** `iochain trace`: one packet through every slot. */
import { encodeFrame } from "../capture/encode.ts";
import { makePacket } from "../chain/packet.ts";
import { traceText } from "../chain/traceText.ts";
import { run } from "../chain/walk.ts";
import { World } from "../chain/world.ts";
import { type ParsedPacket, parsePacket } from "../syntax/packetText.ts";
import type { VnicRef } from "../syntax/tree.ts";
import { loadPolicy } from "./files.ts";
import { json, OK, pointAt, print, style, Unusable, writeOut } from "./terminal.ts";
import { annotated, captureWriter } from "./traceCapture.ts";

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;

export function trace(
  file: string,
  options: { packet: string; from?: string; format: "text" | "json" | "pcapng" },
): number {
  const { policy } = loadPolicy(file);
  const parsed = parsePacket(options.packet);
  const [mistake] = parsed.errors;
  if (mistake || !parsed.packet) throw misread("--packet", options.packet, mistake);
  const from = options.from === undefined ? parsed.from : vnicRef(options.from);
  const world = World.start(policy);
  const sending = makePacket(world, parsed.packet, from);
  if ("error" in sending)
    throw new Unusable(`--packet: ${sending.error}\n${pointAt(options.packet, sending.start, sending.end)}`);
  const result = run(world, sending);
  if (options.format === "pcapng") {
    const writer = captureWriter();
    const frame = { data: encodeFrame(sending.packet), linkType: ETHERNET };
    writeOut(writer.header);
    writeOut(writer.frame(annotated(frame, result)));
    return OK;
  }
  print(options.format === "json" ? json(result, 1) : traceText(result, style));
  return OK;
}

/** `VM.VNIC` as an option's value. */
export function vnicRef(text: string): VnicRef {
  const parsed = parsePacket(`from ${text} tcp 0.0.0.0:0 -> 0.0.0.0:0`);
  if (!parsed.from || parsed.errors.length > 0) throw new Unusable(`"${text}" is not a vNIC: write VM.VNIC`);
  return parsed.from;
}

const misread = (option: string, text: string, mistake: ParsedPacket["errors"][number] | undefined) =>
  new Unusable(
    `${option}: ${mistake?.message ?? "no packet"}${mistake ? `\n${pointAt(text, mistake.start, mistake.end)}` : ""}`,
  );
