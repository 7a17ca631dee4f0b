/** Traces as captures: the packets with comments that say what became of them, for Wireshark. */
import { PcapngWriter, type WrittenFrame } from "../capture/write.ts";
import { byText, decisiveSlot } from "../chain/expectation.ts";
import type { SlotTrace, Trace, WalkTrace } from "../chain/trace.ts";

/** In Wireshark's words: `frame.comment contains "dropped"` and `frame.packet_flags_direction` filter by them. */
export function annotated(frame: WrittenFrame, trace: Trace): WrittenFrame {
  const [walk] = trace.walks;
  const comments = [...(frame.comments ?? []), ...commentsOf(trace)];
  return { ...frame, comments, ...(walk && { direction: walk.direction, interfaceName: walk.vnic }) };
}

export const captureWriter = (): PcapngWriter =>
  new PcapngWriter(["Written by iochain: a packet's comments say what its chain did, slot by slot."]);

function commentsOf(trace: Trace): string[] {
  const decided = trace.reason === undefined ? decisiveSlot(trace.walks)?.slot : undefined;
  const where = decided ? ` at slot ${decided.slot} by ${byText(decided)}${placeText(decided)}` : "";
  const why = decided ? "" : (trace.reason ?? trace.note ?? trace.walks[0]?.note ?? "");
  return [`${trace.outcome}${where}${why === "" ? "" : `: ${why}`}`, ...trace.walks.map(walkText)];
}

const placeText = ({ by }: SlotTrace): string => (by?.file === undefined ? "" : ` (${by.file}:${by.line})`);

/** `out at web.eth0: slot 1 swsec pass, slot 2 dfw "fw" allow by rule 1 "Users"`; slots without a block are left out. */
function walkText({ vnic, direction, slots, note }: WalkTrace): string {
  const acting = slots
    .filter(({ block }) => block !== undefined)
    .map((slot) => `slot ${slot.slot} ${slot.module} "${slot.block}" ${slot.verdict} by ${byText(slot)}`);
  return `${direction} at ${vnic}: ${acting.join(", ") || (note ?? "no slot has a block")}`;
}
