/** Requests whose answers a story would not show: numbers that refer to others, styles of counting, octets, pages. */
import { readFileSync } from "node:fs";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { describe, expect, test } from "vitest";
import { type Client, inProcess } from "./client.ts";

const POLICY = readFileSync(new URL("data/first-steps.txt", import.meta.url), "utf8")
  .split("--- shop.iochain\n")[1]
  ?.split("--- session")[0] as string;
const lineOf = (text: string): number => POLICY.split("\n").findIndex((line) => line.includes(text)) + 1;

function session(policy = POLICY): Client {
  return inProcess({
    readFile: (path) => (/shop\.iochain$/.test(path) ? new TextEncoder().encode(policy) : undefined),
  });
}
async function stopped(launch: object = {}, initialize: object = {}, policy = POLICY): Promise<Client> {
  const client = session(policy);
  await client.get("initialize", { adapterID: "iochain", ...initialize });
  await client.get("launch", { program: "/shop.iochain", ...launch });
  await client.get("configurationDone");
  await client.event(["stopped"]);
  return client;
}
async function go(client: Client, command: string, more: object = {}): Promise<DebugProtocol.Event> {
  await client.get(command, { threadId: 1, ...more });
  return client.event(["stopped", "terminated"]);
}
const stack = async (client: Client, more: object = {}) =>
  client.get<{ stackFrames: DebugProtocol.StackFrame[]; totalFrames: number }>("stackTrace", { threadId: 1, ...more });
async function open(client: Client, ...names: string[]): Promise<DebugProtocol.Variable[]> {
  const [frame] = (await stack(client)).stackFrames;
  const { scopes } = await client.get<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId: frame?.id });
  let list: { name: string; variablesReference: number }[] = scopes;
  for (const name of names) {
    const variablesReference = list.find((item) => item.name.startsWith(name))?.variablesReference;
    list = (await client.get<{ variables: DebugProtocol.Variable[] }>("variables", { variablesReference })).variables;
  }
  return list as DebugProtocol.Variable[];
}

describe("a data breakpoint set later than a change", () => {
  test("counts that change once when the run goes back over it", async () => {
    const client = await stopped();
    await go(client, "next");
    const hits = (hitCondition: string) => ({ breakpoints: [{ dataId: "hits east-west.1001", hitCondition }] });
    await client.get("setDataBreakpoints", hits("2"));
    expect((await go(client, "reverseContinue")).body).toMatchObject({ reason: "entry" });
    await go(client, "next");
    await client.get("setDataBreakpoints", hits("1"));
    expect((await go(client, "reverseContinue")).body).toMatchObject({ reason: "data breakpoint" });
  });
});

describe("requests out of their order", () => {
  test("a launch before initialize is refused, and the session goes on", async () => {
    const client = session();
    const early = await client.ask("launch", { program: "/shop.iochain" });
    expect(early).toMatchObject({ success: false, message: "the session has not been initialized" });
    await client.get("initialize", { adapterID: "iochain" });
    await client.get("launch", { program: "/shop.iochain" });
  });

  test("an expression is asked of a frame that there has been, or of none", async () => {
    const client = await stopped();
    const frameId = (await stack(client)).stackFrames[0]?.id as number;
    expect(await client.get("evaluate", { expression: "ip.ttl", frameId })).toMatchObject({ result: "64" });
    expect(await client.get("evaluate", { expression: "ip.ttl" })).toMatchObject({ result: "64" });
    await go(client, "next");
    expect(await client.get("evaluate", { expression: "tcp.flags.ack", frameId })).toMatchObject({ result: "1" });
    const unknown = await client.ask("evaluate", { expression: "ip.ttl", frameId: 777 });
    expect(unknown).toMatchObject({ success: false, message: "there is no such frame" });
  });
});

describe("a client that shows octets", () => {
  const memory = (client: Client) => client.events.filter(({ event }) => event === "memory");

  test("is told when they are others, once it has read any", async () => {
    const client = await stopped({}, { supportsMemoryEvent: true });
    await go(client, "stepIn");
    await client.get("threads");
    expect(memory(client)).toEqual([]);
    await client.get("readMemory", { memoryReference: "packet", count: 32 });
    await client.get("evaluate", { expression: "ip.ttl = 9", context: "repl" });
    const told = await client.event(["memory"]);
    expect(told.body).toEqual({ memoryReference: "packet", offset: 0, count: 32 });
    await go(client, "stepBack");
    expect((await client.event(["memory"])).body).toMatchObject({ memoryReference: "packet" });
  });

  test("is told nothing when it has no ear for it", async () => {
    const client = await stopped();
    await client.get("readMemory", { memoryReference: "packet", count: 32 });
    await go(client, "next");
    await client.get("threads");
    expect(memory(client)).toEqual([]);
  });
});

describe("breakpoints before the policy is loaded", () => {
  test("wait, and are told of when it is", async () => {
    const client = session();
    await client.get("initialize", { adapterID: "iochain" });
    const source = { path: "/shop.iochain" };
    const asked = { source, breakpoints: [{ line: lineOf("rule 1001") }] };
    const { breakpoints } = await client.get<{ breakpoints: DebugProtocol.Breakpoint[] }>("setBreakpoints", asked);
    expect(breakpoints).toMatchObject([{ verified: false, reason: "pending" }]);
    await client.get("launch", { program: "/shop.iochain", stopOnEntry: false });
    const changed = await client.event(["breakpoint"]);
    expect(changed.body).toMatchObject({ reason: "changed", breakpoint: { id: breakpoints[0]?.id, verified: true } });
    await client.get("configurationDone");
    const stop = await client.event(["stopped"]);
    expect(stop.body).toMatchObject({ reason: "breakpoint", hitBreakpointIds: [breakpoints[0]?.id] });
  });

  test("keep their hits when the set is sent again with another one", async () => {
    const client = await stopped();
    const source = { path: "/shop.iochain" };
    const third = { line: lineOf("slot 2 dfw"), hitCondition: "3" };
    await client.get("setBreakpoints", { source, breakpoints: [third] });
    await go(client, "next");
    await client.get("setBreakpoints", { source, breakpoints: [third, { line: lineOf("rule 10 ") }] });
    await client.get("setBreakpoints", { source, breakpoints: [third] });
    await go(client, "continue");
    expect((await stack(client)).stackFrames.at(-1)?.name).toBe("step 4 · Customer buys");
    await go(client, "reverseContinue");
    await go(client, "continue");
    expect((await stack(client)).stackFrames.at(-1)?.name).toBe("step 4 · Customer buys");
  });
});

test("hits are counted anew after a restart, and on over a change of the packet or of the breakpoint", async () => {
  const client = await stopped();
  const source = { path: "/shop.iochain" };
  const third = { line: lineOf("slot 2 dfw"), hitCondition: "3" };
  const where = async () => (await stack(client)).stackFrames.at(-1)?.name;
  await client.get("setBreakpoints", { source, breakpoints: [third] });
  await go(client, "next");
  await client.get("setExpression", { expression: "ip.ttl", value: "9" });
  await client.get("setBreakpoints", { source, breakpoints: [{ ...third, condition: "ip.ttl > 1" }] });
  await go(client, "continue");
  expect(await where()).toBe("step 4 · Customer buys");
  await go(client, "restart");
  await go(client, "continue");
  expect(await where()).toBe("step 4 · Customer buys");
});

describe("styles", () => {
  test("lines and columns from 0, files as URIs", async () => {
    const client = await stopped(
      { program: "file:///home/a%20b/shop.iochain" },
      {
        linesStartAt1: false,
        columnsStartAt1: false,
        pathFormat: "uri",
      },
    );
    const asked = {
      source: { path: "file:///home/a%20b/shop.iochain" },
      breakpoints: [{ line: lineOf("rule 1001") - 1 }],
    };
    const { breakpoints } = await client.get<{ breakpoints: DebugProtocol.Breakpoint[] }>("setBreakpoints", asked);
    expect(breakpoints).toMatchObject([{ verified: true, line: lineOf("rule 1001") - 1 }]);
    await go(client, "continue");
    const [frame] = (await stack(client)).stackFrames;
    expect(frame).toMatchObject({
      line: lineOf("rule 1001") - 1,
      column: 4,
      source: { name: "shop.iochain", path: "file:///home/a%20b/shop.iochain" },
    });
  });

  test("a breakpoint finds its file by path where the program is a URI", async () => {
    const client = await stopped({ program: "file:///home/shop.iochain" });
    const asked = { source: { path: "/home/shop.iochain" }, breakpoints: [{ line: lineOf("rule 1001") }] };
    const { breakpoints } = await client.get<{ breakpoints: DebugProtocol.Breakpoint[] }>("setBreakpoints", asked);
    expect(breakpoints).toMatchObject([{ verified: true }]);
  });

  test("the stack in parts, and numbers in hexadecimal", async () => {
    const client = await stopped();
    await go(client, "stepIn");
    await go(client, "stepIn");
    const whole = await stack(client);
    const part = await stack(client, { startFrame: 1, levels: 1 });
    expect(part.totalFrames).toBe(3);
    expect(part.stackFrames.map((f) => f.name)).toEqual([whole.stackFrames[1]?.name]);
    const tcp = (await open(client, "Packet")).find((v) => v.name === "tcp");
    const { variables } = await client.get<{ variables: DebugProtocol.Variable[] }>("variables", {
      variablesReference: tcp?.variablesReference,
      format: { hex: true },
    });
    expect(variables.find((v) => v.name === "tcp.dstport")?.value).toBe("0x1bb");
  });
});

describe("values", () => {
  test("setVariable changes a field, tells so, and refuses what is none", async () => {
    const client = await stopped({}, { supportsInvalidatedEvent: true });
    const ip = (await open(client, "Packet")).find((v) => v.name === "ip");
    const set = { variablesReference: ip?.variablesReference, name: "ip.ttl", value: "1" };
    expect(await client.get("setVariable", set)).toMatchObject({ value: "1" });
    await client.event(["invalidated"]);
    expect((await open(client, "Packet", "ip")).find((v) => v.name === "ip.ttl")?.value).toBe("1");
    expect(await client.ask("setVariable", { ...set, name: "ip.len" })).toMatchObject({ success: false });
    expect(await client.ask("setVariable", { ...set, value: "x" })).toMatchObject({ success: false });
    const clock = (await open(client, "Scenario")).find((v) => v.name === "clock");
    expect(clock?.presentationHint?.attributes).toContain("readOnly");
  });

  test("a row of octets is written as it is shown, and the packet is what they mean", async () => {
    const client = await stopped();
    const octets = (await open(client, "Packet")).find((v) => v.name === "octets");
    const row = (await open(client, "Packet", "octets"))[2];
    const set = { variablesReference: octets?.variablesReference, name: "0020" };
    const written = row?.value.replace("01 bb", "00 50") ?? "";
    const now = await client.get("setVariable", { ...set, value: written });
    expect(now.value).toBe("01 0b c7 38 00 50 00 00 00 00 00 00 00 00 50 02  ...8.P........P.");
    expect((await client.get("evaluate", { expression: "tcp.dstport" })).result).toBe("80");
    await client.get("setVariable", { ...set, value: "0A00010C" });
    expect((await open(client, "Packet", "octets"))[2]?.value).toMatch(/^0a 00 01 0c /);
    for (const value of ["", "0", "zz", "00 11 2"])
      expect(await client.ask("setVariable", { ...set, value })).toMatchObject({
        message: "octets are pairs of hex digits, such as 08 00",
      });
    expect((await client.ask("setVariable", { ...set, name: "0030", value: "00".repeat(16) })).message).toBe(
      "the packet has octets 0 to 53",
    );
  });

  test("an edited packet arrives edited, and its connection is the edited one's", async () => {
    const client = await stopped();
    await client.get("setExpression", { expression: "tcp.dstport", value: "80" });
    await go(client, "next");
    const connections = await open(client, "Slot state", "web-01.eth0", "connections");
    expect(connections.map((c) => c.name)).toEqual(["tcp 203.0.113.7:51000 -> 10.0.1.11:80"]);
    await go(client, "stepBack");
    expect((await client.get("evaluate", { expression: "tcp.dstport", context: "watch" })).result).toBe("80");
    await go(client, "restart");
    expect((await client.get("evaluate", { expression: "tcp.dstport", context: "watch" })).result).toBe("443");
  });

  test("what decided can be gone to", async () => {
    const client = await stopped();
    await go(client, "next");
    const parts = await open(client, "Decision", "in ·", "slot 2");
    const by = parts.find((v) => v.name === "by");
    expect(by?.value).toBe('rule 1001 "Users to web"');
    const place = await client.get("locations", { locationReference: by?.valueLocationReference });
    expect(place).toMatchObject({ line: lineOf("rule 1001"), source: { path: "/shop.iochain" } });
  });

  test("octets are read and written through the packet's memory reference", async () => {
    const client = await stopped();
    const octets = (await open(client, "Packet")).find((v) => v.name === "octets");
    const memoryReference = octets?.memoryReference;
    expect(memoryReference).toBeDefined();
    const read = await client.get<{ data: string; unreadableBytes?: number }>("readMemory", {
      memoryReference,
      offset: 50,
      count: 10,
    });
    expect(read.unreadableBytes).toBe(6);
    const destination = Buffer.from([10, 0, 3, 11]).toString("base64");
    await client.get("writeMemory", { memoryReference, offset: 30, data: destination });
    expect((await client.get("evaluate", { expression: "ip.dst" })).result).toBe("10.0.3.11");
  });

  test("under the mouse a rule's number asks why it matches", async () => {
    const client = await stopped();
    await go(client, "stepIn");
    await go(client, "next");
    const [frame] = (await stack(client)).stackFrames;
    const hover = (expression: string) => client.ask("evaluate", { expression, context: "hover", frameId: frame?.id });
    expect((await hover("1002")).body.result).toMatch(/^rule 1002 does not match: from is web, not 203\.0\.113\.7/);
    expect((await hover("1001")).body.result).toBe("rule 1001 matches");
    expect((await hover("web")).body.result).toBe("web: 10.0.1.11");
    expect((await hover("udp.dstport")).success).toBe(false);
    const copied = await client.get("evaluate", { expression: "rule(1001)", context: "clipboard" });
    expect(copied).toMatchObject({ result: 'rule 1001 "Users to web" allow', variablesReference: 0 });
  });

  test("a long table comes in pages", async () => {
    const rules = Array.from({ length: 300 }, (_, i) => `    rule ${2000 + i} allow from 192.0.2.1 to web`).join("\n");
    const policy = POLICY.replace('  section "Shop"', `  section "Long" {\n${rules}\n  }\n  section "Shop"`);
    const client = await stopped({}, {}, policy);
    await go(client, "stepIn");
    await go(client, "next");
    const counters = (await open(client, "Slot state")).find((v) => v.name === "counters");
    expect(counters?.indexedVariables).toBe(303);
    const page = { variablesReference: counters?.variablesReference, filter: "indexed", start: 100, count: 2 };
    const { variables } = await client.get<{ variables: DebugProtocol.Variable[] }>("variables", page);
    expect(variables.map((v) => v.name)).toEqual(["rule 2100", "rule 2101"]);
  });
});

describe("the chain view", () => {
  interface View {
    vnic: string;
    direction: string;
    packet: string;
    outcome?: string;
    current?: number;
    slots: { slot: number; module: string; verdict?: string; by?: { id?: number } }[];
  }
  test("shows the walk ahead, the walk under way, and then the last", async () => {
    const client = await stopped();
    const ahead = await client.get<View>("iochain/chain");
    expect(ahead).toMatchObject({ vnic: "web-01.eth0", direction: "in", packet: expect.stringMatching(/^tcp/) });
    expect(ahead.slots.map((s) => s.slot)).toEqual([...Array(16).keys()]);
    expect(ahead.slots.some((s) => s.verdict)).toBe(false);
    await go(client, "stepIn");
    await go(client, "next");
    const here = await client.get<View>("iochain/chain");
    expect(here.current).toBe(2);
    expect(here.slots.filter((s) => s.verdict).map((s) => s.slot)).toEqual([...Array(13).keys()].map((i) => i + 3));
    await go(client, "stepOut");
    const last = await client.get<View>("iochain/chain");
    expect(last).toMatchObject({ outcome: "delivered", packet: expect.stringMatching(/:443 syn$/) });
    expect(last.slots[2]).toMatchObject({ verdict: "allow", by: { id: 1001 } });
  });
  test("runs to a slot that is asked for, on or back, an empty one too", async () => {
    const client = await stopped();
    const runTo = async (slot: number): Promise<number | undefined> => {
      await go(client, "iochain/runTo", { slot, walk: 0 });
      return (await client.get<View>("iochain/chain")).current;
    };
    expect(await runTo(2)).toBe(2);
    expect(await runTo(9)).toBe(9);
    expect(await runTo(0)).toBe(0);
    // After the trip, a slot of it is a way back.
    await go(client, "stepOut");
    expect(await runTo(2)).toBe(2);
    const { success } = await client.ask("iochain/runTo", { slot: 16 });
    expect(success).toBe(false);
  });
  test("shows every walk of a packet's trip, those ahead too", async () => {
    const client = await stopped({ packet: "tcp web-01:40000 -> db-01:3306 syn" });
    const { walks } = await client.get<{ walks: View[] }>("iochain/chain");
    expect(walks.map(({ vnic, direction }) => `${direction} ${vnic}`)).toEqual(["out web-01.eth0", "in db-01.eth0"]);
  });
});

test("what nobody sees is written out in values and names of frames, and is copied as it is", async () => {
  const NAME = "evil\u202Epets";
  const policy = POLICY.replace(/scenario "[^"]*"/, `scenario "${NAME}"`);
  const client = await stopped({}, {}, policy);
  const { stackFrames } = await stack(client);
  expect(stackFrames.at(-1)?.name).toContain("evil<U+202E>pets");
  const expression = `"${NAME}"`;
  const get = (context: string) => client.get<{ result: string }>("evaluate", { expression, context });
  expect((await get("repl")).result).toContain("evil<U+202E>pets");
  expect((await get("clipboard")).result).toContain(NAME);
});
