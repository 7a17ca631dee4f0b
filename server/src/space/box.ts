/**
 * Boxes: products of one set a field. A set of packets is a list of boxes (`packets.ts`), and a box less a box is at
 * most one box a field, because a field's value is a set of its own and not an interval.
 *
 * IPv4, IPv6 and Ethernet packets are three spaces of the same seven fields. In the Ethernet space the addresses are
 * MACs and the protocol is the EtherType. The ports of ICMP are its type and code, each spread over 256 values
 * (`icmpPorts`), so that "any port" and "any type" are the same set.
 */
import { intersectRanges, type Ranges, rangesContain, rangesOverlap, subtractRanges } from "../policy/ranges.ts";

export type Layer = 4 | 6 | "ethernet";
export type Values = Ranges<number | bigint>;

export const DIRECTION = 0;
export const VNIC = 1;
export const SOURCE = 2;
export const DESTINATION = 3;
export const PROTOCOL = 4;
export const SOURCE_PORT = 5;
export const DESTINATION_PORT = 6;
export const FIELDS = 7;

export interface Box {
  readonly layer: Layer;
  /** One set a field, in the order of the constants above; none is empty. */
  readonly fields: readonly Values[];
}
/** One packet at one vNIC: a value a field. */
export interface Point {
  readonly layer: Layer;
  readonly values: readonly (number | bigint)[];
}

export const IN: Ranges<number> = [0, 0];
export const OUT: Ranges<number> = [1, 1];
export const BOTH_WAYS: Ranges<number> = [0, 1];
export const ALL_PORTS: Ranges<number> = [0, 65535];
/** ICMP belongs to IPv4 and ICMPv6 to IPv6: the other one's number is no packet of the family. */
export const PROTOCOLS: Readonly<Record<4 | 6, Ranges<number>>> = { 4: [0, 57, 59, 255], 6: [0, 0, 2, 255] };
export const ETHER_TYPES: Ranges<number> = [0, 65535];

/** An ICMP type or code as the ports that stand for it. */
export const icmpPorts = (value: number): Ranges<number> => [value * 256, value * 256 + 255];
export const icmpValue = (port: number): number => port >>> 8;

/** Subtraction narrows the fields in this order: those with few values first, so that pieces stay large. */
const ORDER = [DIRECTION, PROTOCOL, DESTINATION_PORT, SOURCE_PORT, VNIC, DESTINATION, SOURCE] as const;

export function boxesOverlap(a: Box, b: Box): boolean {
  if (a.layer !== b.layer) return false;
  for (const field of ORDER) {
    const x = a.fields[field] as Values;
    const y = b.fields[field] as Values;
    if (x !== y && !rangesOverlap(x, y)) return false;
  }
  return true;
}

/** What is in both; undefined when nothing is. */
export function intersectBoxes(a: Box, b: Box): Box | undefined {
  if (!boxesOverlap(a, b)) return undefined;
  return {
    layer: a.layer,
    fields: a.fields.map((x, field) => {
      const y = b.fields[field] as Values;
      return x === y ? x : intersectRanges(x, y);
    }),
  };
}

/** What is in `a` and not in `b`, as disjoint boxes. */
export function subtractBox(a: Box, b: Box): Box[] {
  if (!boxesOverlap(a, b)) return [a];
  const pieces: Box[] = [];
  const fields = a.fields.slice();
  for (const field of ORDER) {
    const x = a.fields[field] as Values;
    const y = b.fields[field] as Values;
    if (x === y) continue;
    const outside = subtractRanges(x, y);
    if (outside.length === 0) continue;
    const piece = fields.slice();
    piece[field] = outside;
    pieces.push({ layer: a.layer, fields: piece });
    fields[field] = intersectRanges(x, y);
  }
  return pieces;
}

export const subtractBoxes = (from: readonly Box[], taken: readonly Box[]): readonly Box[] =>
  taken.reduce<readonly Box[]>((left, box) => left.flatMap((piece) => subtractBox(piece, box)), from);

export function boxContains(box: Box, point: Point): boolean {
  if (box.layer !== point.layer) return false;
  for (let field = 0; field < FIELDS; field += 1)
    if (!rangesContain(box.fields[field] as Values, point.values[field] as number | bigint)) return false;
  return true;
}

/** What two sets share. Sets are shared by many rules, so that answers are kept while both live. */
const shared = new WeakMap<Values, WeakMap<Values, Values>>();
function share(a: Values, b: Values): Values {
  let answers = shared.get(b);
  if (answers === undefined) {
    answers = new WeakMap();
    shared.set(b, answers);
  }
  let both = answers.get(a);
  if (both === undefined) {
    both = intersectRanges(a, b);
    answers.set(a, both);
  }
  return both;
}

/** A box with one of its fields narrowed to a set that many are narrowed to; undefined when nothing of it is left. */
export function narrow(box: Box, field: number, to: Values): Box | undefined {
  const values = share(box.fields[field] as Values, to);
  if (values.length === 0) return undefined;
  const fields = box.fields.slice();
  fields[field] = values;
  return { layer: box.layer, fields };
}

/** The packet with the lowest value in every field. */
export const corner = (box: Box): Point => ({
  layer: box.layer,
  values: box.fields.map((values) => values[0] as number | bigint),
});

/** A rough measure of the work that one operation on the box is. */
export const weight = (box: Box): number => box.fields.reduce((sum, values) => sum + values.length, 0);
