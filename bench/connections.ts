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

const at = <T>(cells: ArrayLike<T>, i: number): T => cells[i] as T;

function measure(flows: number) {
  const random = randomFrom(13);
  const below = (n: number) => Math.floor(random() * n);
  // In columns, as numbers that are read off a packet are: boxed ones would be fetched from all over the heap.
  const column = <T extends Uint32Array | Uint16Array>(cells: T, limit: number) => cells.map(() => below(limit)) as T;
  const a = column(new Uint32Array(flows), 2 ** 32);
  const p = column(new Uint16Array(flows), 65536);
  const b = column(new Uint32Array(flows), 2 ** 32);
  const q = column(new Uint16Array(flows), 65536);
  const low = Array.from(a, (ip) => (BigInt(ip) << 64n) + 7n);
  const high = Array.from(b, (ip) => (0x20010db8n << 96n) + BigInt(ip));
  const keyOf = (k: number) => flowKey(6, at(a, k), at(p, k), at(b, k), at(q, k));
  const keyOfSix = (k: number) => flowKey(6, at(low, k), at(p, k), at(high, k), at(q, k));
  const textOf = (k: number) => `6 ${a[k]}:${p[k]} ${b[k]}:${q[k]}`;
  const table = new FlowTable(NUMBERS);
  const tableOfSix = new FlowTable(NUMBERS);
  const map = new Map<string, number>();
  for (let k = 0; k < flows; k += 1) {
    table.set(keyOf(k), k);
    tableOfSix.set(keyOfSix(k), k);
    map.set(textOf(k), k);
  }
  const order = Uint32Array.from({ length: LOOK_UPS }, () => below(flows));
  let forked = table;
  return {
    flows,
    table: nanoseconds(LOOK_UPS, (i) => table.get(keyOf(at(order, i)))),
    tableOfSix: nanoseconds(LOOK_UPS, (i) => tableOfSix.get(keyOfSix(at(order, i)))),
    map: nanoseconds(LOOK_UPS, (i) => map.get(textOf(at(order, i)))),
    // What a step of the debugger costs: a fork, and one entry written.
    forkAndWrite: nanoseconds(1000, (i) => {
      forked = forked.fork();
      forked.set(keyOf(at(order, i)), i);
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
