/** A flow of a capture, written down as a scenario: what it sent, and what comes of it. */
import type { Policy } from "../policy/policy.ts";
import { parsePacket } from "../syntax/packetText.ts";
import { quote } from "../syntax/strings.ts";
import { byText, decisiveSlot } from "./expectation.ts";
import { makePacket } from "./packet.ts";
import type { FlowRow } from "./replayFlows.ts";
import type { Trace } from "./trace.ts";
import { run } from "./walk.ts";
import { World } from "./world.ts";

/** Shorter pauses are left out: no timer is that short. */
const PAUSE = 1000;

/**
 * The scenario's text, with an expectation after each packet that holds in a world that has just begun. Packets for
 * which the notation has no words become comments.
 */
export function scenarioText(policy: Policy, title: string, sends: FlowRow["sends"]): string {
  const world = World.start(policy);
  const lines: string[] = [];
  let clock = sends[0]?.clock ?? 0;
  for (const { packet, clock: at } of sends) {
    const pause = Math.floor((at - clock) / 1000) * 1000;
    if (pause >= PAUSE) {
      lines.push(`  wait ${pause / 1000}s`);
      world.clock += pause;
      clock += pause;
    }
    const parsed = parsePacket(packet);
    const sending =
      parsed.packet && parsed.errors.length === 0 ? makePacket(world, parsed.packet, parsed.from) : undefined;
    if (sending === undefined || "error" in sending) lines.push(`  // ${packet.replace(/[\r\n]/g, " ")}`);
    else lines.push(`  send ${packet}  expect ${expectation(run(world, sending))}`);
  }
  return `scenario ${quote(title)} {\n${lines.join("\n")}\n}\n`;
}

function expectation(trace: Trace): string {
  const decided = decisiveSlot(trace.walks)?.slot;
  if (trace.outcome === "flooded" || decided === undefined) return trace.outcome;
  if (decided.by?.kind === "rule") return `${trace.outcome} by rule ${decided.by.id}`;
  const by = byText(decided).replace(/ \(.*/, "");
  const at = trace.outcome === "delivered" ? "" : ` at slot ${decided.slot}`;
  return /^[a-z][a-z0-9-]*$/.test(by) && by !== "nothing" ? `${trace.outcome}${at} by ${by}` : `${trace.outcome}${at}`;
}
