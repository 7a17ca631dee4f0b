/** TupleMerge in C++ (`peers/tupleMerge.cpp`) as a peer: made by the machine's g++, given rules and packets as numbers. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Packet } from "../server/src/capture/packet.ts";
import type { Rule } from "../server/src/policy/policy.ts";

export const TUPLE_MERGE = "C++ TupleMerge";
const SOURCE = join(import.meta.dirname, "peers/tupleMerge.cpp");

export interface Merged {
  /** Nanoseconds of processor time a packet. */
  readonly time: number;
  /** The index of each packet's first matching rule; the number of rules where none matches. */
  readonly answers: readonly number[];
}

/** Undefined, with a word, where there is no g++. The rules ask for one range of each field at most. */
export function tupleMerge(rules: readonly Rule[], packets: readonly Packet[]): Merged | undefined {
  const folder = mkdtempSync(join(tmpdir(), "tuple-merge-"));
  try {
    const program = join(folder, "tupleMerge");
    try {
      execFileSync("g++", ["-O3", "-march=native", "-std=c++17", "-o", program, SOURCE], { stdio: "pipe" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      console.error("g++ is not installed: no TupleMerge");
      return undefined;
    }
    const file = join(folder, "rules");
    writeFileSync(
      file,
      Uint32Array.from([rules.length, packets.length, ...rules.map(rangesOf), ...packets.map(fieldsOf)].flat()),
    );
    const [time, ...answers] = execFileSync(program, [file], { encoding: "utf8", maxBuffer: 1 << 26 })
      .trim()
      .split("\n")
      .map(Number);
    return { time: time as number, answers };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Lowest and highest of source and destination address, source and destination port, and protocol. */
function rangesOf({ from, to, services }: Rule): number[] {
  const address = (set: Rule["from"]) => (set === undefined || set.any ? [0, 0xffff_ffff] : set.addresses.v4);
  const [service] = services ?? [];
  const { protocol, ports, sourcePorts } = {
    ...(service as { protocol?: number; ports?: readonly number[]; sourcePorts?: readonly number[] } | undefined),
  };
  const ranges = [
    address(from),
    address(to),
    sourcePorts ?? [0, 0xffff],
    ports ?? [0, 0xffff],
    protocol === undefined ? [0, 0xff] : [protocol, protocol],
  ];
  if (ranges.some(({ length }) => length !== 2)) throw new Error("a rule of several ranges is none for TupleMerge");
  return ranges.flat() as number[];
}

function fieldsOf({ ip, tcp, udp }: Packet): number[] {
  const ports = tcp ?? udp;
  return [ip?.src, ip?.dst, ports?.srcPort, ports?.dstPort, ip?.protocol].map(Number);
}
