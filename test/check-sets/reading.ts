/** Policies and packets from text, for the tests that hold sets and engine together. */
import { expect } from "vitest";
import type { Sending } from "../../server/src/chain/packet.ts";
import { sendingOf } from "../../server/src/chain/scenario.ts";
import { World } from "../../server/src/chain/world.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import type { Policy, Vnic } from "../../server/src/policy/policy.ts";
import { loadProgram, type Program } from "../../server/src/policy/program.ts";
import { rangesContain } from "../../server/src/policy/ranges.ts";
import type { Point } from "../../server/src/space/box.ts";
import { fold, isUnknown } from "../../server/src/space/meaning.ts";
import { Places } from "../../server/src/space/places.ts";
import { Trips } from "../../server/src/space/trips.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import type { SendStep } from "../../server/src/syntax/tree.ts";

/** Random policies a property looks at; more of them by `RUNS=2000`. */
export const RUNS = Number(process.env.RUNS ?? 60);

/** Of a text without syntax errors. */
export function read(text: string): { readonly program: Program; readonly policy: Policy } {
  const document = parseFile("p.iochain", text);
  expect([...document.errors()].map(({ error }) => error.message)).toEqual([]);
  const program = loadProgram("p.iochain", (uri) => (uri === "p.iochain" ? document : undefined));
  return { program, policy: compilePolicy(program) };
}
export const compile = (text: string): Policy => read(text).policy;

/** The packet of a `send`, at the start of a scenario. */
export function sending(policy: Policy, send: string): { world: World; sending: Sending } {
  const document = parseFile("s.iochain", `scenario "s" {\n  send ${send}\n}`);
  expect([...document.errors()].map(({ error }) => `${error.message}: ${send}`)).toEqual([]);
  const scenario = document.tree.statements[0] as unknown as { children: SendStep[] };
  const world = World.start(policy);
  const made = sendingOf(world, scenario.children[0] as SendStep);
  if ("error" in made) throw new Error(`${made.error}: ${send}`);
  return { world, sending: made };
}

/** A packet as the spaces have it; `planes` of the vNICs whose address is unknown. */
export function pointOf(
  { packet: { ip, tcp, udp, sctp, icmp }, emitter }: Sending,
  planes: readonly (readonly Vnic[])[],
): Point {
  if (ip === undefined) throw new Error("no IP");
  const ports = tcp ?? udp ?? sctp;
  const service = icmp ? [icmp.type * 256, icmp.code * 256] : [ports?.srcPort ?? 0, ports?.dstPort ?? 0];
  const plane = planes.findIndex((members) => emitter !== undefined && members.includes(emitter)) + 1;
  return { layer: ip.version, values: [0, 0, fold(ip.src, plane), ip.dst, ip.protocol, ...service] };
}

/** A packet that the sets speak of: not from a vNIC to itself, not with another's address, not for all of a segment. */
export function isTrip({ packet: { ip, eth }, emitter }: Sending, policy: Policy): boolean {
  if (ip === undefined || eth.dst === 0xffff_ffff_ffff || emitter?.ips.includes(ip.dst)) return false;
  if (emitter === undefined || emitter.ips.includes(ip.src)) return true;
  const trips = new Trips(new Places(policy, false, () => false));
  return isUnknown(emitter) && rangesContain(trips.parties.mayHave(emitter)[ip.version], ip.src);
}
