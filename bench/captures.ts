/**
 * One capture of mixed traffic (TCP and UDP, IPv4 and IPv6, some of it tagged) read and decoded, and brought to
 * verdicts, beside the programs that people read captures with, where they are installed. Processor time a packet.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeFrame } from "../server/src/capture/decode.ts";
import type { Frame } from "../server/src/capture/packet.ts";
import { readCapture } from "../server/src/capture/reader.ts";
import { writePcap } from "../server/src/capture/write.ts";
import { Replay, type Replayed } from "../server/src/chain/replay.ts";
import { ReplayReport } from "../server/src/chain/replayReport.ts";
import { World } from "../server/src/chain/world.ts";
import type { Policy, Vnic } from "../server/src/policy/policy.ts";
import { cpuEach, type Figure } from "./figure.ts";
import { framesFor, policyOf } from "./traffic.ts";

const PACKETS = 300_000;
const FLOWS = 10_000;
const PEERS: Readonly<Record<string, readonly string[]>> = {
  capinfos: ["capinfos"],
  "tcpdump -n": ["tcpdump", "-n", "-r"],
  "tshark -n": ["tshark", "-n", "-r"],
};

export async function captures(sizes: readonly number[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  const add = (what: string, subject: string, size: number, nanoseconds: number) =>
    figures.push({ suite: "captures", what, subject, size, value: nanoseconds / 1000, unit: "µs" });
  const bytesFor = (policy: Policy) => writePcap(framesFor(firstVnic(policy), PACKETS, FLOWS).map(varied));
  // First, while no large policy is about that the collector would go through again and again.
  const bytes = bytesFor(policyOf(100));
  const read = () => {
    let count = 0;
    for (const { data, linkType, originalLength } of readCapture(bytes).frames) {
      if (decodeFrame(data, linkType, originalLength).malformed === undefined) count += 1;
    }
    if (count !== PACKETS) throw new Error(`${count} frames of ${PACKETS} are well-formed`);
  };
  // Three passes would be the making of its machine code.
  add("a packet read and decoded", "IOChain", 0, cpuEach(PACKETS, 7, read));
  for (const size of sizes) {
    const policy = policyOf(size);
    const bytes = bytesFor(policy);
    const replay = (take: (replayed: Replayed) => unknown) => () => {
      const replay = new Replay(World.start(policy), { at: firstVnic(policy) });
      for (const frame of readCapture(bytes).frames) take(replay.walk(frame));
    };
    const decided = cpuEach(
      PACKETS,
      3,
      replay(({ trace }) => trace.outcome),
    );
    add("a packet to its verdict", "IOChain", size, decided);
    // As `iochain replay --summary` does.
    const report = new ReplayReport();
    const summed = cpuEach(
      PACKETS,
      3,
      replay((replayed) => report.add(replayed)),
    );
    add("the same, added up by flow, rule and time", "IOChain", size, summed);
    const told = cpuEach(
      PACKETS,
      3,
      replay(({ trace }) => JSON.stringify(Object.assign({ packet: trace.packet }, trace))),
    );
    add("the same, the whole trace written out", "IOChain", size, told);
  }
  const folder = mkdtempSync(join(tmpdir(), "captures-"));
  try {
    const file = join(folder, "mixed.pcap");
    writeFileSync(file, bytes);
    for (const [name, command] of Object.entries(PEERS)) {
      const time = childTime([...command, file]);
      if (time === undefined) console.error(`${name} is not installed`);
      else add("a packet read and decoded", name, 0, (time * 1e6) / PACKETS);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return figures;
}

const firstVnic = ({ vnics }: Policy): Vnic => vnics.values().next().value as Vnic;

/** Every third flow or so has a tag, every fifth is of IPv6: by the port of the side that is not the vNIC's. */
function varied(frame: Frame): Frame {
  const ports = ((frame.data[34] ?? 0) + (frame.data[36] ?? 0)) ^ ((frame.data[35] ?? 0) + (frame.data[37] ?? 0));
  let { data } = frame;
  if (ports % 5 === 0) data = overIpv6(data);
  if (ports % 3 === 0) data = joined(data.subarray(0, 12), Uint8Array.of(0x81, 0, 0, 100), data.subarray(12));
  return { ...frame, data, originalLength: data.length };
}

function overIpv6(data: Uint8Array): Uint8Array {
  const segment = data.subarray(34);
  const header = new Uint8Array(42);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x86dd6000);
  view.setUint16(6, segment.length);
  header.set([data[23] ?? 0, 64], 8);
  for (const [at, address] of [
    [10, data.subarray(26, 30)],
    [26, data.subarray(30, 34)],
  ] as const) {
    header.set([0x20, 1, 0x0d, 0xb8], at);
    header.set(address, at + 12);
  }
  return joined(data.subarray(0, 12), header, segment);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** User and system time of a program in milliseconds, by the shell's own clock; undefined when there is none such. */
function childTime([name = "", ...rest]: readonly string[]): number | undefined {
  const script = 'command -v "$0" >&2 || exit 9; TIMEFORMAT="%U %S"; { time "$0" "$@" >/dev/null 2>&1; } 2>&1';
  try {
    const text = execFileSync("bash", ["-c", script, name, ...rest], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.split(/\s+/).reduce((sum, part) => sum + Number(part), 0) * 1000;
  } catch {
    return undefined;
  }
}
