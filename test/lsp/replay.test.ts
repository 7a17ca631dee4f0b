/** A capture replayed over the wire: what the editor's table of flows, timeline and lenses are made from. */
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import type { Packet } from "../../server/src/capture/packet.ts";
import { writePcap, writePcapng } from "../../server/src/capture/write.ts";
import { packetOf } from "../chain/packetOf.ts";
import { type Client, EDITOR, startClient } from "./client.ts";

const uri = "file:///policies/a.iochain";
const POLICY = `policy "replay"
platform nsx-v 6.4
vm web { vnic eth0 { mac 00:50:56:aa:01:11 ip 10.0.1.11 } }
dfw fw {
  section "s" {
    rule 1 "Users" allow from any to any service https
    rule 2 "No telnet" drop from any to any service telnet
  }
  default allow
}
chain c applied-to any { slot 2 dfw fw }
`;
const START = 1_700_000_000_000_000_000n;

const SENT = [
  "tcp 203.0.113.7:51000 -> 10.0.1.11:443 syn",
  "tcp 10.0.1.11:443 -> 203.0.113.7:51000 syn, ack",
  "tcp 203.0.113.7:51000 -> 10.0.1.11:443 ack",
  "tcp 203.0.113.8:51001 -> 10.0.1.11:23 syn",
  "udp 203.0.113.9:5000 -> 10.0.1.11:5001",
];
const frames = SENT.map((text, i) => ({
  data: encodeFrame(packetOf(POLICY, text) as Packet),
  linkType: 1,
  time: START + BigInt(i) * 500_000_000n,
}));
const capture = writePcapng(frames);

interface Answer {
  frames: number;
  outcomes: Record<string, number>;
  hits: { kind: string; id?: number; line?: number; hits: number; firstFrame: number }[];
  flows: {
    flow: string;
    packets: number;
    outcome: string;
    first: number;
    last: number;
    decidingFrame: number;
    by?: { text: string; line?: number };
    sends: { packet: string; clock: number }[];
  }[];
  timeline: { seconds: number; buckets: { outcomes: Record<string, number> }[] };
  warnings: string[];
}

let client: Client;
afterEach(() => client.stop());
async function start(files: Record<string, Uint8Array>) {
  const captures = new Map(Object.entries(files).map(([name, octets]) => [`file:///policies/${name}`, octets]));
  client = await startClient(new Map(), EDITOR, [], captures);
  await client.open(uri, POLICY);
}
const ask = (params: object) => client.request<Answer>("iochain/replay", { uri, ...params });

test("hits per line, flows, outcomes and a timeline", async () => {
  await start({ "a.pcapng": capture });
  const answer = await ask({ capture: "a.pcapng", at: "web.eth0" });
  expect(answer).toMatchObject({
    ...{ frames: 5, outcomes: { delivered: 4, dropped: 1 }, warnings: [] },
    files: [uri],
  });
  const rules = answer.hits
    .filter(({ kind }) => kind === "rule")
    .map(({ id, line, hits, firstFrame }) => [id, line, hits, firstFrame]);
  expect(rules).toEqual([
    [1, 6, 1, 1],
    [2, 7, 1, 4],
  ]);
  expect(
    answer.flows.map(({ flow, packets, outcome, decidingFrame, by }) => [
      flow,
      packets,
      outcome,
      decidingFrame,
      by?.text,
    ]),
  ).toEqual([
    ["tcp 203.0.113.7:51000 -> 10.0.1.11:443", 3, "delivered", 1, 'rule 1 "Users"'],
    ["tcp 203.0.113.8:51001 -> 10.0.1.11:23", 1, "dropped", 4, 'rule 2 "No telnet"'],
    ["udp 203.0.113.9:5000 -> 10.0.1.11:5001", 1, "delivered", 5, "default"],
  ]);
  expect(answer.flows[0]).toMatchObject({ first: 1_700_000_000, last: 1_700_000_001 });
  const counted = answer.timeline.buckets.flatMap(({ outcomes }) => Object.values(outcomes)).reduce((a, b) => a + b, 0);
  expect(counted).toBe(5);
  expect(answer.timeline.buckets.length).toBeLessThanOrEqual(240);
});

test("what a capture has exercised can be asked for when it has been replayed", async () => {
  await start({ "a.pcapng": capture });
  const coverage = () =>
    client.request<{ items: { kind: string; id?: number; hits: number }[]; text: string }>("iochain/coverage", {
      uri,
      of: "replay",
    });
  await expect(coverage()).rejects.toThrow("no capture has been replayed");
  await ask({ capture: "a.pcapng", at: "web.eth0", limit: 3 });
  expect((await coverage()).items.map(({ kind, id, hits }) => [id ?? kind, hits])).toEqual([
    [1, 1],
    [2, 0],
    ["default", 0],
  ]);
  await expect(client.request("iochain/coverage", { uri, of: "tests" })).rejects.toThrow("replay");
});

test("a flow becomes a scenario that passes", async () => {
  await start({ "a.pcapng": capture });
  const { flows } = await ask({ capture: "a.pcapng", at: "web.eth0" });
  for (const { sends } of flows) {
    const { text } = await client.request<{ text: string }>("iochain/flowScenario", { uri, title: 'A "flow"', sends });
    const grown = `file:///policies/${encodeURIComponent(text.length)}.iochain`;
    await client.open(grown, `${POLICY}${text}`);
    const { tests } = await client.request<{ tests: { outcome: string; failures: unknown }[] }>("iochain/runTests", {
      uri: grown,
    });
    expect(tests).toMatchObject([{ outcome: "passed" }]);
  }
});

test("without a vNIC the frames are placed by their MACs, the others are told apart", async () => {
  await start({ "a.pcapng": capture });
  expect((await ask({ capture: "a.pcapng" })).outcomes).toEqual({ delivered: 4, dropped: 1 });
  const elsewhere = frames.map(({ data, ...frame }) => {
    const moved = data.slice();
    moved[5] = 0x99;
    return { ...frame, data: moved };
  });
  await client.stop();
  await start({ "b.pcap": writePcap(elsewhere) });
  const strangers = await ask({ capture: "b.pcap" });
  expect(strangers.outcomes.unplaced).toBe(4);
  const mapped = await ask({ capture: "b.pcap", macs: { "00:50:56:aa:01:99": "web.eth0" } });
  expect(mapped.outcomes.dropped).toBe(1);
});

test("gzip is read; a capture that is cut gives its whole part and a warning", async () => {
  await start({ "a.gz": gzipSync(capture), "cut.pcapng": capture.subarray(0, capture.length - 20) });
  expect(await ask({ capture: "a.gz", at: "web.eth0" })).toMatchObject({ frames: 5, warnings: [] });
  const cut = await ask({ capture: "cut.pcapng", at: "web.eth0" });
  expect(cut.frames).toBe(4);
  expect(cut.warnings).toEqual([expect.stringMatching(/^byte \d+: the file ends here/)]);
});

test("wrong requests and what is no capture are errors with a word", async () => {
  await start({ "text.pcap": new TextEncoder().encode("hello world") });
  await expect(ask({ capture: "nowhere.pcap" })).rejects.toThrow("no such file");
  await expect(ask({ capture: "text.pcap" })).rejects.toThrow("not a pcap or pcapng file");
  await expect(ask({ capture: "text.pcap", at: "db.eth0" })).rejects.toThrow("no vNIC db.eth0");
  await expect(ask({ capture: "text.pcap", macs: { nonsense: "web.eth0" } })).rejects.toThrow("no MAC address");
  await expect(ask({ capture: 5 })).rejects.toThrow("capture is a text");
  await expect(client.request("iochain/flowScenario", { uri, title: "x", sends: [1] })).rejects.toThrow("sends are");
});

test("progress is told, and a replay can be cancelled", async () => {
  const many = Array.from({ length: 60_000 }, (_, i) => ({
    ...(frames[i % 5] as (typeof frames)[0]),
    time: START + BigInt(i),
  }));
  await start({ "long.pcap": writePcap(many) });
  const kinds: string[] = [];
  client.connection.onNotification("$/progress", ({ token, value }) => {
    if (token === "t1") kinds.push(value.kind);
    if (value.kind === "begin" && token === "t2") cancel.cancel();
  });
  const { CancellationTokenSource } = await import("vscode-languageserver-protocol/node");
  const cancel = new CancellationTokenSource();
  const all = await ask({ capture: "long.pcap", at: "web.eth0", workDoneToken: "t1" });
  expect(all.frames).toBe(60_000);
  expect(kinds[0]).toBe("begin");
  expect(kinds.at(-1)).toBe("end");
  const params = { uri, capture: "long.pcap", at: "web.eth0", workDoneToken: "t2" };
  await expect(client.connection.sendRequest("iochain/replay", params, cancel.token)).rejects.toMatchObject({
    code: -32800,
  });
});
