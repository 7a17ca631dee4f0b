/** Long runs: they tell how far they are, can be paused and cancelled, and let go at once. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Client, inProcess } from "./client.ts";

const FRAMES = 60_000;
const policy = readFileSync(new URL("../../samples/three-tier.iochain", import.meta.url));
const capture = makeCapture(FRAMES);

async function running(): Promise<Client> {
  const client = inProcess({ readFile: (path) => (path === "/c.pcap" ? capture : new Uint8Array(policy)) });
  await client.get("initialize", { adapterID: "iochain", supportsProgressReporting: true });
  await client.get("launch", { program: "/p.iochain", capture: "/c.pcap", at: "web-01" });
  // Something to look at in every slot makes the run slow enough to be met under way.
  await client.get("setFunctionBreakpoints", { breakpoints: [{ name: "slot 2", condition: "ip.ttl == 1" }] });
  await client.get("configurationDone");
  await client.event(["stopped"]);
  await client.get("continue", { threadId: 1 });
  return client;
}
const frameNumber = async (client: Client): Promise<number> => {
  const { stackFrames } = await client.get<{ stackFrames: { name: string }[] }>("stackTrace", { threadId: 1 });
  return Number(/frame (\d+)/.exec(stackFrames.at(-1)?.name ?? "")?.[1]);
};

describe("a long capture", () => {
  test("tells how far it is, is paused, and stepped back from there", async () => {
    const client = await running();
    const begun = await client.event(["progressStart"]);
    expect(begun.body).toMatchObject({ title: "Replaying the capture", cancellable: true });
    expect((await client.ask("stackTrace", { threadId: 1 })).message).toBe("notStopped");
    await client.get("pause", { threadId: 1 });
    const ended: string[] = [];
    const stop = await client.event(["stopped"], (event) => ended.push(event.event));
    expect(stop.body.reason).toBe("pause");
    expect(ended).toContain("progressEnd");
    const paused = await frameNumber(client);
    expect(paused).toBeGreaterThan(1);
    expect(paused).toBeLessThan(FRAMES);
    await client.get("next", { threadId: 1, granularity: "statement" });
    await client.event(["stopped"]);
    const next = await frameNumber(client);
    await client.get("stepBack", { threadId: 1 });
    await client.event(["stopped"]);
    expect(await frameNumber(client)).toBe(paused);
    expect(next).toBeGreaterThanOrEqual(paused);
    await client.get("disconnect");
  });

  test("is cancelled by its progress", async () => {
    const client = await running();
    const { body } = await client.event(["progressStart"]);
    await client.get("cancel", { progressId: body.progressId });
    expect((await client.event(["stopped"])).body.reason).toBe("pause");
    await client.get("continue", { threadId: 1 });
    const another = await client.event(["progressStart"]);
    expect(another.body.progressId).not.toBe(body.progressId);
    await client.get("cancel", { progressId: body.progressId });
    await client.event(["progressUpdate"]);
    await client.get("cancel", { progressId: another.body.progressId });
    expect((await client.event(["stopped"])).body.reason).toBe("pause");
    await client.get("disconnect");
  });

  test("goes on when it cannot be begun anew", async () => {
    const client = await running();
    await client.event(["progressStart"]);
    const restart = { arguments: { program: "/p.iochain", capture: "/c.pcap", at: "nobody" } };
    expect((await client.ask("restart", restart)).message).toContain("there is no vNIC nobody");
    await client.get("pause", { threadId: 1 });
    expect((await client.event(["stopped"])).body.reason).toBe("pause");
    await client.get("disconnect");
  });

  test("lets go when the client leaves in the middle", async () => {
    const client = await running();
    await client.event(["progressStart"]);
    const started = performance.now();
    await client.get("disconnect");
    await client.closed;
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("tells on its way back how far it is, and is cancelled", async () => {
    const client = await running();
    const at = { name: "slot 15", condition: `frame.number == ${FRAMES}` };
    await client.get("setFunctionBreakpoints", { breakpoints: [at, { name: "slot 2", condition: "ip.ttl == 1" }] });
    await client.event(["stopped"]);
    await client.get("reverseContinue", { threadId: 1 });
    const { body } = await client.event(["progressStart"]);
    expect(body).toMatchObject({ title: "Going back over the capture", cancellable: true });
    expect(body.percentage).toBeLessThan(100);
    await client.get("cancel", { progressId: body.progressId });
    expect((await client.event(["stopped"])).body.reason).toBe("pause");
    expect(await frameNumber(client)).toBeLessThan(FRAMES);
    // Where it stands it goes on from, to the same place.
    await client.get("continue", { threadId: 1 });
    expect((await client.event(["stopped"])).body.reason).toBe("function breakpoint");
    expect(await frameNumber(client)).toBe(FRAMES);
    await client.get("disconnect");
  });

  test("runs back to its first frame", async () => {
    const client = await running();
    await client.event(["progressStart"]);
    await client.get("pause", { threadId: 1 });
    await client.event(["stopped"]);
    await client.get("reverseContinue", { threadId: 1 });
    expect((await client.event(["stopped"])).body.reason).toBe("entry");
    expect(await frameNumber(client)).toBe(1);
    await client.get("disconnect");
  });
});

/** SYNs to web-01 from changing ports, a millisecond apart; pcap, little endian, Ethernet. */
function makeCapture(count: number): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65535, 16);
  head.writeUInt32LE(1, 20);
  const all = Buffer.alloc(24 + count * 70);
  head.copy(all);
  const frame = Buffer.from(
    "005056aa01110200000000010800450000280000000040060000cb0071070a00010b040001bb00000001000000005002ffff00000000",
    "hex",
  );
  for (let i = 0; i < count; i++) {
    const at = 24 + i * 70;
    all.writeUInt32LE(1_700_000_000 + Math.floor(i / 1000), at);
    all.writeUInt32LE((i % 1000) * 1000, at + 4);
    all.writeUInt32LE(54, at + 8);
    all.writeUInt32LE(54, at + 12);
    frame.copy(all, at + 16);
    all.writeUInt16BE(1024 + (i % 5000), at + 16 + 34);
  }
  return new Uint8Array(all.buffer, all.byteOffset, all.length);
}
