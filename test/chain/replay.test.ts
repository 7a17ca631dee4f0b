/** Which vNIC and direction a frame of a capture belongs to, and what the frames come to when added up. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { put16, put32 } from "../../server/src/capture/bytes.ts";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import type { Frame } from "../../server/src/capture/packet.ts";
import { Replay, type Vantage } from "../../server/src/chain/replay.ts";
import { ReplayReport } from "../../server/src/chain/replayReport.ts";
import { World } from "../../server/src/chain/world.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import type { Vnic } from "../../server/src/policy/policy.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import { packetOf } from "./packetOf.ts";

const POLICY = `
segment lan { subnet 10.0.0.0/24 }
vm a { vnic eth0 { mac 00:50:56:00:00:01 ip 10.0.0.1 segment lan } }
vm b { vnic eth0 { mac 00:50:56:00:00:02 ip 10.0.0.2 segment lan } }
dfw fw {
  section "s" { rule 1 "web" allow from any to any service http }
  default drop
}
chain c { slot 2 dfw fw }
`;
const policy = compilePolicy(loadProgram("memory", () => parseFile("memory", POLICY)));
const vnic = (id: string): Vnic => policy.vnics.get(id) as Vnic;

function frame(text: string, more: Partial<Frame> = {}): Frame {
  const data = encodeFrame(packetOf(POLICY, text));
  return { number: 1, interface: 0, linkType: 1, data, originalLength: data.length, time: 0n, ...more };
}
const walks = (vantage: Vantage, one: Frame, interfaceName?: string) =>
  new Replay(World.start(policy), vantage)
    .walk(one, interfaceName)
    .trace.walks.map((walk) => `${walk.direction} ${walk.vnic}`);

describe("a frame belongs to", () => {
  const between = frame("tcp 10.0.0.1:4000 -> 10.0.0.2:80 syn");
  test("the vNICs of its MACs: out of the one, into the other", () => {
    expect(walks({}, between)).toEqual(["out a.eth0", "in b.eth0"]);
  });
  test("the sender's only, where it is stopped", () => {
    expect(walks({}, frame("tcp 10.0.0.1:4000 -> 10.0.0.2:22 syn"))).toEqual(["out a.eth0"]);
  });
  test("the vNIC at which the capture was taken", () => {
    expect(walks({ at: vnic("b.eth0") }, between)).toEqual(["in b.eth0"]);
  });
  test("the vNIC of its interface, by name or number, before any other", () => {
    const interfaces = new Map([
      ["tap1", vnic("a.eth0")],
      ["7", vnic("b.eth0")],
    ]);
    expect(walks({ at: vnic("b.eth0"), interfaces }, between, "tap1")).toEqual(["out a.eth0"]);
    expect(walks({ interfaces }, { ...between, interface: 7 })).toEqual(["in b.eth0"]);
  });
  test("a mapped MAC, before the inventory's", () => {
    const macs = new Map([[0x005056000001, vnic("b.eth0")]]);
    expect(walks({ macs }, frame("tcp 10.0.0.1:4000 -> 203.0.113.7:80 syn"))).toEqual(["out b.eth0"]);
  });
  test("nobody, and the trace says so", () => {
    const { trace } = new Replay(World.start(policy), {}).walk(frame("tcp 203.0.113.1:4000 -> 203.0.113.7:80 syn"));
    expect(trace).toMatchObject({ outcome: "delivered", walks: [], note: "neither MAC is that of a vNIC" });
  });
  test("nobody, where its link type is not decoded", () => {
    const { trace } = new Replay(World.start(policy), { at: vnic("a.eth0") }).walk({ ...between, linkType: 999 });
    expect(trace).toMatchObject({ walks: [], note: "link type 999 is not decoded" });
  });
});

test("inner: what a VXLAN tunnel carries is walked instead of the tunnel", () => {
  const carried = encodeFrame(packetOf(POLICY, "tcp 10.0.0.1:4000 -> 10.0.0.2:80 syn"));
  const outer = encodeFrame(packetOf(POLICY, "udp 192.0.2.1:50000 -> 192.0.2.2:4789")).slice();
  const data = new Uint8Array(42 + 8 + carried.length);
  data.set(outer.subarray(0, 42));
  put16(data, 16, data.length - 14);
  put16(data, 38, data.length - 34);
  put32(data, 42, 0x08000000);
  data.set(carried, 50);
  const one = { ...frame("udp 192.0.2.1:1 -> 192.0.2.2:2"), data, originalLength: data.length };
  expect(walks({}, one)).toEqual([]);
  expect(walks({ inner: true }, one)).toEqual(["out a.eth0", "in b.eth0"]);
});

test("whatever the times, every frame is in one bucket, and there are not too many buckets", () => {
  const replay = new Replay(World.start(policy), { at: vnic("a.eth0") });
  const replayed = replay.walk(frame("tcp 10.0.0.1:4000 -> 10.0.0.2:80 syn"));
  const times = fc.array(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(times, (all) => {
      const report = new ReplayReport();
      for (const time of all) report.add({ ...replayed, frame: { ...replayed.frame, time } });
      const { buckets, seconds } = report.timeline;
      expect(buckets.length).toBeLessThanOrEqual(240);
      expect(seconds).toBeGreaterThan(0);
      expect(buckets.reduce((sum, { outcomes }) => sum + (outcomes.delivered ?? 0), 0)).toBe(all.length);
      expect([...report.flows][0]?.packets).toBe(all.length);
    }),
  );
});
