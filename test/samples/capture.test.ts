/** The sample capture is what its notation says, packet by packet. UPDATE=1 writes it anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import { writePcapng } from "../../server/src/capture/write.ts";
import { ROUTER_MAC } from "../../server/src/chain/ethernet.ts";
import { makePacket } from "../../server/src/chain/packet.ts";
import { World } from "../../server/src/chain/world.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import { parsePacket } from "../../server/src/syntax/packetText.ts";

const samples = join(import.meta.dirname, "../../samples");
const document = parseFile("three-tier", readFileSync(join(samples, "three-tier.iochain"), "utf8"));
const world = World.start(compilePolicy(loadProgram("three-tier", () => document)));
/** web-01's. */
const OWN = 0x0050_56aa_0111;
/** 2026-01-01T09:00:00Z */
const START = 1_767_258_000_000_000_000n;

test("three-tier.pcapng", () => {
  const [, ...lines] = readFileSync(join(import.meta.dirname, "three-tier.txt"), "utf8")
    .trimEnd()
    .split("\n");
  const frames = lines.filter(Boolean).map((line) => {
    const [seconds = "", text = ""] = line.split(/ {2}(.*)/);
    const { packet, from } = parsePacket(text);
    const sending = packet && makePacket(world, packet, from);
    if (sending === undefined || "error" in sending) throw new Error(`${line} is no packet`);
    const time = START + BigInt(Math.round(Number(seconds) * 1e6)) * 1000n;
    // What comes from elsewhere has come through the router.
    const { eth } = sending.packet;
    const seen = eth.src === OWN ? sending.packet : { ...sending.packet, eth: { ...eth, src: ROUTER_MAC, dst: OWN } };
    return { data: encodeFrame(seen), linkType: 1, time, interfaceName: "web-01.eth0" };
  });
  const made = writePcapng(frames, ["The traffic of web-01 in three-tier.iochain"]);
  const file = join(samples, "three-tier.pcapng");
  if (process.env.UPDATE) writeFileSync(file, made);
  else expect(Buffer.from(made).equals(readFileSync(file))).toBe(true);
});
