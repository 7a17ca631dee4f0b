/** The connection table's machine, one segment at a time: what `data/tcp-life.iochain` plays, and what no scenario shows. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Packet } from "../../server/src/capture/packet.ts";
import { bareSyn, type Connection, follow, illegalFlags, isOver, open } from "../../server/src/chain/connections.ts";
import { flowOf } from "../../server/src/chain/flow.ts";
import { DEFAULT_TIMEOUTS } from "../../server/src/policy/timeouts.ts";

const BITS = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32 } as const;
const A = { ip: 0x0a000001, port: 1000 };
const B = { ip: 0x0a000002, port: 80 };

/** `>SA`: a SYN, ACK from the opener; `<`: from the other end. */
function packet(text: string, seq = 0): Packet {
  const [from, to] = text.startsWith(">") ? [A, B] : [B, A];
  const flags = [...text.slice(1)].reduce((bits, letter) => bits | BITS[letter as keyof typeof BITS], 0);
  return {
    eth: { src: 1, dst: 2, type: 0x0800, tags: [] },
    ip: {
      version: 4,
      src: from.ip,
      dst: to.ip,
      protocol: 6,
      ttl: 64,
      dscp: 0,
      ecn: 0,
      id: 0,
      dontFragment: false,
      moreFragments: false,
      fragmentOffset: 0,
      headerLength: 20,
      length: 40,
    },
    tcp: { srcPort: from.port, dstPort: to.port, flags, seq, ack: 0, window: 0, headerLength: 20 },
    payload: new Uint8Array(0),
    protocols: "eth:ethertype:ip:tcp",
  };
}
const flow = (of: Packet) => flowOf(of) as NonNullable<ReturnType<typeof flowOf>>;
const opened = (text: string): Connection => open(packet(text), flow(packet(text)), 0, DEFAULT_TIMEOUTS, 1);

/** The states that a conversation goes through; `!` for a mismatch, `new` where the entry is over. */
function life(first: string, ...rest: string[]): string[] {
  let connection = opened(first);
  const states = [connection.state as string];
  for (const text of rest) {
    const fate = follow(connection, packet(text), flow(packet(text)), 0, DEFAULT_TIMEOUTS);
    if (fate.kind === "fits") connection = fate.connection;
    states.push(fate.kind === "fits" ? connection.state : fate.kind === "anew" ? "new" : "!");
  }
  return states.map((state) => state.replace("tcp-", ""));
}

describe("the life of a TCP connection", () => {
  test.each([
    [
      ">S <SA >A >PA <A <FA >A >FA <A",
      "first-packet opening established established established closing closing fin-wait fin-wait",
    ],
    [">S >S <SA >S <SA >A <SA", "first-packet first-packet opening opening opening established established"],
    [">S <S >SA <SA", "first-packet opening opening established"],
    [">S <S <SA >SA", "first-packet opening opening established"],
    [">S <S <S >A <A", "first-packet opening opening opening established"],
    [">S >A >PA >FA >SA <FA <SA", "first-packet ! ! ! ! ! opening"],
    [">S <RA >S", "first-packet closed new"],
    [">S >R <R", "first-packet closed closed"],
    [">S <SA >FA <FA >S", "first-packet opening closing fin-wait new"],
    [">S <SA >A <S", "first-packet opening established !"],
    [">S <SA >A >SA", "first-packet opening established !"],
    [">S <SA >A >FA >FA <PA <FA", "first-packet opening established closing closing closing fin-wait"],
    [">S <SA <FA >A >FA", "first-packet opening closing closing fin-wait"],
    // A half-open connection: the other end still knows an older one, and says so (RFC 9293, 3.5.1).
    [">S <A >R", "first-packet opening closed"],
    // Picked up midway.
    [">PA <PA >FA <FA", "established established closing fin-wait"],
    ["<SA >A", "established established"],
    [">FA <FA", "closing fin-wait"],
    [">RA <R", "closed closed"],
  ])("%s", (segments, states) => {
    const [first = "", ...rest] = segments.split(" ");
    expect(life(first, ...rest).join(" ")).toBe(states);
  });
});

test("a SYN of another number is a new one", () => {
  const connection = open(packet(">S", 7), flow(packet(">S")), 0, DEFAULT_TIMEOUTS, 1);
  const next = (seq: number) => follow(connection, packet(">S", seq), flow(packet(">S")), 0, DEFAULT_TIMEOUTS).kind;
  expect([next(7), next(8)]).toEqual(["fits", "mismatch"]);
});

test("flags that no TCP sends", () => {
  const illegal = (letters: string) => illegalFlags({ ...(packet(`>${letters}`).tcp as NonNullable<Packet["tcp"]>) });
  expect(["S", "SA", "A", "PA", "FA", "R", "RA", "UA", "FPUA"].filter(illegal)).toEqual([]);
  const wrong = ["", "F", "P", "U", "SF", "SR", "SFA", "SRA", "FPU", "RF", "SP", "SU"];
  expect(wrong.filter((letters) => !illegal(letters))).toEqual([]);
});

test("an entry is there until its time, and gone at it", () => {
  expect([119_999, 120_000].map((clock) => isOver(opened(">S"), clock))).toEqual([false, true]);
});

test("whatever is sent, the state is a TCP one and its timer runs from now", () => {
  const segment = fc
    .tuple(fc.constantFrom(">", "<"), fc.subarray(["S", "A", "F", "R", "P"], { minLength: 1 }))
    .map(([way, letters]) => way + letters.join(""));
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 30 }), (segments) => {
      let connection = opened(segments[0] as string);
      for (const [clock, text] of segments.entries()) {
        const fate = follow(connection, packet(text), flow(packet(text)), clock, DEFAULT_TIMEOUTS);
        if (fate.kind === "anew") expect(bareSyn(packet(text).tcp as NonNullable<Packet["tcp"]>)).toBe(true);
        if (fate.kind !== "fits") continue;
        connection = fate.connection;
        expect(connection.state).toMatch(/^tcp-/);
        expect(connection.expires).toBe(clock + DEFAULT_TIMEOUTS[connection.state]);
      }
    }),
  );
});
