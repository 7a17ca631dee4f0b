/** A packet of a box that reads well: declared addresses, the first address of a network, well-known ports. */
import { formatIp } from "../policy/addresses.ts";
import type { Policy } from "../policy/policy.ts";
import { ICMP, ICMPV6, icmpName, ipProtocolName, SCTP, TCP, UDP } from "../policy/protocols.ts";
import { type Ranges, rangesContain } from "../policy/ranges.ts";
import {
  type Box,
  boxContains,
  DESTINATION,
  DESTINATION_PORT,
  FIELDS,
  icmpValue,
  type Point,
  PROTOCOL,
  SOURCE,
  SOURCE_PORT,
  type Values,
} from "./box.ts";
import type { Condition, Found, SameEnd } from "./find.ts";

/** RFC 5737 and RFC 3849: addresses for documentation, and what stands for "some host out there". */
const OUTSIDE_4 = [203 * 2 ** 24 + 113 * 256 + 7, 198 * 2 ** 24 + 51 * 2 ** 16 + 100 * 256 + 7];
const OUTSIDE_6 = [0x20010db8000000000000000000000007n];
const SERVER_PORTS = [443, 80, 22, 53, 3306, 8443, 8080];
const CLIENT_PORTS = [40000, 50000, 1024];
const PROTOCOL_ORDER = [TCP, UDP, ICMP, ICMPV6, SCTP];

/** A packet of the box, for a person to read. Every box has one. */
export function readableWitness(box: Box, policy: Policy): Point {
  const values = box.fields.map((values) => values[0] as number | bigint);
  if (box.layer === "ethernet") return { layer: box.layer, values };
  const protocols = box.fields[PROTOCOL] as Ranges<number>;
  const protocol = pick(protocols, PROTOCOL_ORDER);
  values[PROTOCOL] = protocol;
  const source = pickAddress(box.fields[SOURCE] as Values, policy, undefined);
  values[SOURCE] = source;
  values[DESTINATION] = pickAddress(box.fields[DESTINATION] as Values, policy, source);
  if (protocol === ICMP || protocol === ICMPV6) {
    const echo = protocol === ICMP ? 8 : 128;
    values[SOURCE_PORT] = pick(box.fields[SOURCE_PORT] as Ranges<number>, [echo * 256]);
    values[DESTINATION_PORT] = pick(box.fields[DESTINATION_PORT] as Ranges<number>, [0]);
  } else {
    values[SOURCE_PORT] = pick(box.fields[SOURCE_PORT] as Ranges<number>, CLIENT_PORTS);
    values[DESTINATION_PORT] = pick(box.fields[DESTINATION_PORT] as Ranges<number>, SERVER_PORTS);
  }
  return { layer: box.layer, values };
}

/** A packet that was found, with as many of its values as possible replaced by ones that a person would write. */
export function readablePacket(
  { packet, box }: Extract<Found, { kind: "packet" }>,
  conditions: readonly Condition[],
  policy: Policy,
  sameEnd: SameEnd,
): Point {
  const fits = (point: Point) =>
    boxContains(box, point) &&
    sameEnd(point.values[SOURCE] as number, point.values[DESTINATION] as number) === undefined &&
    conditions.every(({ list, limit, holds }) => holds(list.taker(point, limit)?.rule));
  const wanted = readableWitness(box, policy);
  if (fits(wanted)) return wanted;
  let best = packet;
  for (let field = 0; field < FIELDS; field += 1) {
    const tried: Point = { ...best, values: best.values.with(field, wanted.values[field] as number) };
    if (fits(tried)) best = tried;
  }
  return best;
}

const pick = (values: Ranges<number>, preferred: readonly number[]): number =>
  preferred.find((value) => rangesContain(values, value)) ?? firstFrom(values, 1024);

/** The first value from `least` on; the first at all when there is none. */
function firstFrom(values: Ranges<number>, least: number): number {
  for (let i = 0; i < values.length; i += 2)
    if ((values[i + 1] as number) >= least) return Math.max(values[i] as number, least);
  return values[0] as number;
}

function pickAddress(values: Values, policy: Policy, other: number | bigint | undefined): number | bigint {
  for (const vnic of policy.vnics.values())
    for (const ip of vnic.ips)
      if (ip !== other && typeof ip === typeof values[0] && rangesContain(values, ip)) return ip;
  const outside = typeof values[0] === "bigint" ? OUTSIDE_6 : OUTSIDE_4;
  const documented = outside.find((ip) => ip !== other && rangesContain(values, ip));
  if (documented !== undefined) return documented;
  let spare: number | bigint | undefined;
  for (let i = 0; i < values.length; i += 2) {
    const low = values[i] as number | bigint;
    const high = values[i + 1] as number | bigint;
    // The address after a network's own, which stands alone only where its hosts are others'.
    const next = (typeof low === "bigint" ? low + 1n : low + 1) as number | bigint;
    const isNetwork = typeof low === "bigint" ? low % 65536n === 0n : low % 256 === 0;
    for (const ip of high > low ? [next, low] : [low]) {
      if (ip === other) continue;
      if (ip !== low || !isNetwork) return ip;
      spare ??= ip;
    }
  }
  if (spare !== undefined) return spare;
  return values[0] as number | bigint;
}

/** A packet in the language's `send` notation. TCP is a bare SYN. Its addresses are real ones, of no plane. */
export function packetText(point: Point): string {
  const at = (field: number) => point.values[field] as number;
  const source = formatIp(point.values[SOURCE] as number | bigint);
  const destination = formatIp(point.values[DESTINATION] as number | bigint);
  const protocol = at(PROTOCOL);
  if (protocol === ICMP || protocol === ICMPV6) {
    const word = protocol === ICMP ? "icmp" : "icmpv6";
    const type = icmpValue(at(SOURCE_PORT));
    const code = icmpValue(at(DESTINATION_PORT));
    return `${word} ${source} -> ${destination} ${icmpText(word, type, code)}`.trimEnd();
  }
  const word = protocol === TCP ? "tcp" : protocol === UDP ? "udp" : protocol === SCTP ? "sctp" : undefined;
  if (word === undefined) return `ip/${ipProtocolName(protocol) ?? protocol} ${source} -> ${destination}`;
  const host = (ip: string) => (point.layer === 6 ? `[${ip}]` : ip);
  const flags = protocol === TCP ? " syn" : "";
  return `${word} ${host(source)}:${at(SOURCE_PORT)} -> ${host(destination)}:${at(DESTINATION_PORT)}${flags}`;
}

function icmpText(word: "icmp" | "icmpv6", type: number, code: number): string {
  return icmpName(word, type, code) ?? `${type}`;
}
