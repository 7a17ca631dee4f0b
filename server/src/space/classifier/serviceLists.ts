/** Which rules' services take a packet's protocol and port, for a stretch of rules by postings. */
import type { Rule, ServiceMatch } from "../../policy/policy.ts";
import type { Ranges } from "../../policy/ranges.ts";
import { PORT } from "./axis.ts";
import { BY, groupRules, portSets } from "./clauses.ts";
import { Lists } from "./lists.ts";

/** In place of the number of a set or list: the rule asks for none. */
export const ANY = -1;

/** Of each service list, the lowest and the highest port that it takes; the wrong way round where it takes none. */
interface Hulls {
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** They take every port between. */
  readonly isExact: boolean;
}
interface Protocol {
  readonly numbers: readonly number[];
  /** What every list is asked; or, where lists have several ranges, by port, unless ports are in too many lists each. */
  readonly by: Lists<number> | Hulls;
}

/** The different service lists of the rules, numbered; those that take the packet in hand are marked. */
export class ServiceLists {
  /** The number of each rule's list. */
  readonly of: Int32Array;
  private readonly protocols = new Map<number, Protocol>();
  private readonly stamps: Uint32Array;
  private turn = 0;
  private hulls: Hulls | undefined;
  private port = 0;
  /** Whether what is marked takes the protocol and port for certain. */
  isExact = false;

  /** `mostServices`: in how many lists all ports together may be, to be kept by port. */
  constructor(rules: readonly Rule[], begin: number, end: number, mostServices: number) {
    const { always, keys, members } = groupRules<readonly ServiceMatch[]>(rules, begin, end, BY.services);
    this.of = new Int32Array(end - begin).fill(keys.length);
    for (const rule of always) this.of[rule] = ANY;
    for (const [number, list] of members.entries()) for (const rule of list) this.of[rule] = number;
    // One more than there are: of rules that take no part.
    this.stamps = new Uint32Array(keys.length + 1);
    for (const [protocol, { ports, lists: numbers }] of portSets(keys)) {
      const isExact = ports.every(({ length }) => length <= 2);
      const lists = isExact ? undefined : new Lists(ports, PORT, mostServices);
      this.protocols.set(protocol, {
        numbers,
        by: lists?.axis ? lists : hullsOf(keys.length + 1, ports, numbers, isExact),
      });
    }
  }

  /** Marks what takes this protocol and port; without a port, all that name the protocol. */
  stamp(protocol: number, port: number | undefined): void {
    this.turn = this.turn === 0xffff_ffff ? 1 : this.turn + 1;
    if (this.turn === 1) this.stamps.fill(0);
    this.hulls = undefined;
    this.isExact = port !== undefined;
    const found = this.protocols.get(protocol);
    if (found === undefined) return;
    const { by, numbers } = found;
    if (port === undefined) {
      for (const number of numbers) this.stamps[number] = this.turn;
      return;
    }
    if ("low" in by) {
      this.hulls = by;
      this.isExact = by.isExact;
      this.port = port;
      return;
    }
    const list = by.axis?.classAt(port) as number;
    const end = by.starts[list + 1] as number;
    for (let at = by.starts[list] as number; at < end; at++)
      this.stamps[numbers[by.items[at] as number] as number] = this.turn;
  }
  /** Whether the list of this number takes what is marked. */
  take(number: number): boolean {
    if (number === ANY || this.stamps[number] === this.turn) return true;
    const { hulls, port } = this;
    return hulls !== undefined && (hulls.low[number] as number) <= port && port <= (hulls.high[number] as number);
  }
}

function hullsOf(size: number, ports: readonly Ranges<number>[], numbers: readonly number[], isExact: boolean): Hulls {
  const hulls: Hulls = { low: new Int32Array(size).fill(1), high: new Int32Array(size).fill(0), isExact };
  for (const [i, ranges] of ports.entries()) {
    if (ranges.length === 0) continue;
    hulls.low[numbers[i] as number] = ranges[0] as number;
    hulls.high[numbers[i] as number] = ranges.at(-1) as number;
  }
  return hulls;
}
