/**
 * Look-ups in the connection table beside a Map with text keys, as one would write it: processor time in nanoseconds a
 * look-up, the making of the key included.
 */
import { NUMBERS } from "../server/src/chain/flowPages.ts";
import { FlowTable, flowKey } from "../server/src/chain/flowTable.ts";
import { cpuEach, type Figure } from "./figure.ts";
import { randomFrom } from "./policies.ts";

const LOOK_UPS = 1_000_000;

function nanoseconds(count: number, work: (i: number) => unknown): number {
  return cpuEach(count, 5, () => {
    let found = 0;
    for (let i = 0; i < count; i += 1) if (work(i) !== undefined) found += 1;
    if (found !== count) throw new Error("a flow was not found");
  });
}

function measure(flows: number) {
  const random = randomFrom(13);
  const below = (n: number) => Math.floor(random() * n);
  const ends = Array.from({ length: flows }, () => ({
    a: below(2 ** 32),
    p: below(65536),
    b: below(2 ** 32),
    q: below(65536),
  }));
  const six = ends.map((end) => ({ ...end, a: (BigInt(end.a) << 64n) + 7n, b: (0x20010db8n << 96n) + BigInt(end.b) }));
  const table = new FlowTable(NUMBERS);
  const tableOfSix = new FlowTable(NUMBERS);
  const map = new Map<string, number>();
  const text = ({ a, p, b, q }: (typeof ends)[number]) => `6 ${a}:${p} ${b}:${q}`;
  for (const [i, end] of ends.entries()) {
    table.set(flowKey(6, end.a, end.p, end.b, end.q), i);
    map.set(text(end), i);
  }
  for (const [i, { a, p, b, q }] of six.entries()) tableOfSix.set(flowKey(6, a, p, b, q), i);
  const order = Uint32Array.from({ length: LOOK_UPS }, () => below(flows));
  const endOf = (i: number) => ends[order[i] as number] as (typeof ends)[number];
  const sixOf = (i: number) => six[order[i] as number] as (typeof six)[number];
  let forked = table;
  return {
    flows,
    table: nanoseconds(LOOK_UPS, (i) => {
      const { a, p, b, q } = endOf(i);
      return table.get(flowKey(6, a, p, b, q));
    }),
    tableOfSix: nanoseconds(LOOK_UPS, (i) => {
      const { a, p, b, q } = sixOf(i);
      return tableOfSix.get(flowKey(6, a, p, b, q));
    }),
    map: nanoseconds(LOOK_UPS, (i) => map.get(text(endOf(i)))),
    // What a step of the debugger costs: a fork, and one entry written.
    forkAndWrite: nanoseconds(1000, (i) => {
      forked = forked.fork();
      const { a, p, b, q } = endOf(i);
      forked.set(flowKey(6, a, p, b, q), i);
      return i;
    }),
  };
}

/** Sizes are of flows: the many of one host, and of a busy one. */
export async function connections(): Promise<Figure[]> {
  return [10_000, 100_000].map(measure).flatMap(({ flows, table, tableOfSix, map, forkAndWrite }) => {
    const figure = (what: string, subject: string, value: number): Figure => ({
      suite: "connections",
      what,
      subject,
      size: flows,
      value,
      unit: "ns",
    });
    return [
      figure("look-up, IPv4", "IOChain", table),
      figure("look-up, IPv4", "Map with text keys", map),
      figure("look-up, IPv6", "IOChain", tableOfSix),
      figure("a fork, and one entry written", "IOChain", forkAndWrite),
    ];
  });
}
