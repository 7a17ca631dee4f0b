/**
 * The connection table's entries and their life. The machine is pf's (`pf_test_state_tcp`, pf.conf(5) "Stateful
 * Tracking Options"), which vmware-sfw descends from, without its sequence windows: packets in the language's notation
 * carry no sequence numbers. Timers bear NSX's names ("Distributed Firewall session timers").
 */
import type { Packet, Tcp } from "../capture/packet.ts";
import type { Timeouts, TimerName } from "../policy/policy.ts";
import { ICMP, ICMPV6, TCP } from "../policy/protocols.ts";
import { DEFAULT_TIMEOUTS } from "../policy/timeouts.ts";
import type { End, Flow } from "./flow.ts";
import { numberAt, putNumber, type Rows } from "./flowPages.ts";
import { type FlowKey, ipOfKey } from "./flowTable.ts";

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;
const PSH = 8;
const URG = 32;

/** How far one end of a TCP connection has come. */
type TcpEnd = "silent" | "syn" | "open" | "fin";
interface Ends {
  readonly opener: TcpEnd;
  readonly answerer: TcpEnd;
}

const TCP_ENDS: readonly TcpEnd[] = ["silent", "syn", "open", "fin"];
const ALL_ENDS = TCP_ENDS.flatMap((opener) => TCP_ENDS.map((answerer): Ends => ({ opener, answerer })));
/** The same object each time. */
export const bothEnds = (opener: TcpEnd, answerer: TcpEnd): Ends =>
  ALL_ENDS[TCP_ENDS.indexOf(opener) * TCP_ENDS.length + TCP_ENDS.indexOf(answerer)] as Ends;

/** An entry. Never changed in place. */
export interface Connection {
  readonly key: FlowKey;
  /** Whether the end that the key has first has opened it. */
  readonly byLow: boolean;
  readonly state: TimerName;
  /** Clock at which it is gone; Infinity where its timer is 0. */
  readonly expires: number;
  readonly ends: Ends | undefined;
  /** The opener's initial sequence number as a signed number, to tell a retransmitted SYN from a new one. */
  readonly isn: number | undefined;
  /** The opener has sent a SYN, ACK as well, which it may have to repeat. */
  readonly simultaneous: boolean | undefined;
  /** Clock at which it began, and packets so far. */
  readonly since: number;
  readonly packets: number;
  /** The rule that let it in; undefined: a default. */
  readonly openedBy: number | undefined;
}

const STATES = Object.keys(DEFAULT_TIMEOUTS) as readonly TimerName[];
/** Bits of a connection's first cell: a state and a pair of ends have four, and so many more. */
const ENDS_AT = 4;
const HAS_ENDS = 1 << 8;
const BY_LOW = 1 << 9;
const HAS_ISN = 1 << 10;
const SIMULTANEOUS_SAID = 1 << 11;
const SIMULTANEOUS = 1 << 12;

/** Connections in a flow table. */
export const CONNECTIONS: Rows<Connection> = {
  columns: 9,
  write({ state, ends, byLow, isn, simultaneous, packets, expires, since, openedBy }, cells, at) {
    cells[at] =
      STATES.indexOf(state) |
      (ends === undefined ? 0 : HAS_ENDS | (ALL_ENDS.indexOf(ends) << ENDS_AT)) |
      (byLow ? BY_LOW : 0) |
      (isn === undefined ? 0 : HAS_ISN) |
      (simultaneous === undefined ? 0 : SIMULTANEOUS_SAID) |
      (simultaneous ? SIMULTANEOUS : 0);
    cells[at + 1] = isn ?? 0;
    cells[at + 2] = packets;
    putNumber(cells, at + 3, expires);
    putNumber(cells, at + 5, since);
    putNumber(cells, at + 7, openedBy ?? Number.NaN);
  },
  read(cells, at, key) {
    const bits = cells[at] as number;
    const openedBy = numberAt(cells, at + 7);
    return {
      key,
      byLow: (bits & BY_LOW) !== 0,
      since: numberAt(cells, at + 5),
      packets: (cells[at + 2] as number) >>> 0,
      openedBy: Number.isNaN(openedBy) ? undefined : openedBy,
      state: STATES[bits & 15] as TimerName,
      expires: numberAt(cells, at + 3),
      ends: (bits & HAS_ENDS) === 0 ? undefined : ALL_ENDS[(bits >> ENDS_AT) & 15],
      isn: (bits & HAS_ISN) === 0 ? undefined : cells[at + 1],
      simultaneous: (bits & SIMULTANEOUS_SAID) === 0 ? undefined : (bits & SIMULTANEOUS) !== 0,
    };
  },
};

const isIcmp = (protocol: number): boolean => protocol === ICMP || protocol === ICMPV6;
const lowEnd = ({ low, lowPort }: FlowKey): End => ({ ip: ipOfKey(low), port: lowPort });
/** Of ICMP both have the identifier, which the key has once. */
const highEnd = ({ protocol, high, highPort, lowPort }: FlowKey): End => ({
  ip: ipOfKey(high),
  port: isIcmp(protocol) ? lowPort : highPort,
});
export const openerOf = ({ key, byLow }: Connection): End => (byLow ? lowEnd(key) : highEnd(key));
export const answererOf = ({ key, byLow }: Connection): End => (byLow ? highEnd(key) : lowEnd(key));
const isEnd = ({ ip, port }: End, other: End): boolean => ip === other.ip && port === other.port;

export const bareSyn = (tcp: Tcp): boolean => (tcp.flags & (SYN | ACK | RST | FIN)) === SYN;

/**
 * Combinations of flags that no TCP sends and that pf's normalisation drops (pf_norm.c, `pf_normalize_tcp`): SYN with
 * FIN or RST; neither SYN, RST nor ACK; FIN, PSH or URG without ACK.
 */
export function illegalFlags({ flags }: Tcp): boolean {
  if (flags & SYN) {
    if (flags & (RST | FIN)) return true;
  } else if (!(flags & (ACK | RST))) return true;
  return !(flags & ACK) && (flags & (FIN | PSH | URG)) !== 0;
}

/** An entry is gone at its time, not after it. */
export const isOver = (connection: Connection, clock: number): boolean => connection.expires <= clock;

const deadline = (clock: number, state: TimerName, timeouts: Timeouts) =>
  timeouts[state] === 0 ? Number.POSITIVE_INFINITY : clock + timeouts[state];

/** The entry that a packet opens. */
export function open(
  packet: Packet,
  flow: Flow,
  clock: number,
  timeouts: Timeouts,
  openedBy: number | undefined,
): Connection {
  const begun = (state: TimerName, ends?: Ends, isn?: number): Connection => ({
    key: flow.key,
    byLow: isEnd(flow.from, lowEnd(flow.key)),
    since: clock,
    packets: 1,
    openedBy,
    state,
    expires: deadline(clock, state, timeouts),
    ends,
    isn,
    simultaneous: undefined,
  });
  if (flow.protocol === TCP && !packet.tcp) return begun("tcp-established", bothEnds("open", "open"));
  if (!packet.tcp) return begun(isIcmp(flow.protocol) ? "icmp-first" : "udp-first");
  if (bareSyn(packet.tcp)) return begun("tcp-first-packet", bothEnds("syn", "silent"), packet.tcp.seq | 0);
  // Picked up in the middle: both ends count as open. A RST opens what is closed already.
  const state = packet.tcp.flags & RST ? "tcp-closed" : packet.tcp.flags & FIN ? "tcp-closing" : "tcp-established";
  return begun(state, bothEnds(packet.tcp.flags & FIN ? "fin" : "open", "open"));
}

export type Fate =
  /** It fits: the entry as it is after the packet. */
  | { readonly kind: "fits"; readonly connection: Connection }
  /** It does not: why, and what would, each in a few words. */
  | { readonly kind: "mismatch"; readonly why: string; readonly instead: string }
  /** A SYN on an entry that is over: the entry goes, and the packet is a new one. */
  | { readonly kind: "anew" };

/** What a packet of a known flow does to its entry. */
export function follow(connection: Connection, packet: Packet, flow: Flow, clock: number, timeouts: Timeouts): Fate {
  const fromOpener = isEnd(flow.from, openerOf(connection));
  const { protocol } = connection.key;
  const fits = (state: TimerName, next?: TcpNext): Fate => ({
    kind: "fits",
    connection: {
      key: connection.key,
      byLow: connection.byLow,
      since: connection.since,
      packets: connection.packets + 1,
      openedBy: connection.openedBy,
      state,
      expires: deadline(clock, state, timeouts),
      ends: next?.ends ?? connection.ends,
      isn: connection.isn,
      simultaneous: next?.simultaneous || connection.simultaneous,
    },
  });
  if (connection.ends && packet.tcp) {
    const next = followTcp(connection, packet.tcp, fromOpener);
    if ("kind" in next) return next;
    return fits(next.state, next);
  }
  // A header that the capture did not keep whole says no more than that the conversation goes on.
  if (protocol === TCP) return fits(connection.state);
  if (isIcmp(protocol)) return fits("icmp-first");
  if (connection.state === "udp-multiple" || !fromOpener) return fits("udp-multiple");
  return fits("udp-single");
}

/** An ICMP error about the flow came by. */
export function afterIcmpError(connection: Connection, clock: number, timeouts: Timeouts): Connection {
  const about = isIcmp(connection.key.protocol);
  const state = about ? "icmp-error" : connection.state;
  // Only ICMP's own entries have a timer for it; another's clock runs on (pf_test_state_icmp).
  return about ? { ...connection, state, expires: deadline(clock, state, timeouts) } : connection;
}

interface TcpNext {
  readonly state: TimerName;
  readonly simultaneous?: boolean;
  readonly ends: Ends;
}

const ANEW = "behind a RST, both FINs or its timer a SYN would begin anew";

function followTcp(
  connection: Connection,
  tcp: Tcp,
  fromOpener: boolean,
): TcpNext | Extract<Fate, { kind: "mismatch" | "anew" }> {
  const ends = connection.ends as Ends;
  const { state } = connection;
  const mismatch = (why: string, instead: string) => ({ kind: "mismatch" as const, why, instead });
  const syn = bareSyn(tcp);
  if (syn && (state === "tcp-closed" || state === "tcp-fin-wait")) return { kind: "anew" };
  if (tcp.flags & RST) return { state: "tcp-closed", ends };
  if (state === "tcp-closed") return { state, ends };

  let simultaneous = false;
  let mine = fromOpener ? ends.opener : ends.answerer;
  let other = fromOpener ? ends.answerer : ends.opener;
  if (tcp.flags & SYN) {
    // Of a connection picked up midway nobody knows with which number its opener began.
    if (syn && fromOpener && (connection.isn === undefined || (tcp.seq | 0) === connection.isn)) return { state, ends };
    const handshake = state === "tcp-first-packet" || state === "tcp-opening";
    if (syn && (!handshake || fromOpener)) return mismatch("a new SYN on a connection that is open", ANEW);
    // The answerer's own SYN belongs to a simultaneous open: neither end has acknowledged anything yet.
    if (syn && (mine === "open" || other === "open")) return mismatch("a SYN behind what has been acknowledged", ANEW);
    // In a simultaneous open (RFC 9293, 3.5) both ends answer; a connection picked up midway takes either side's segments.
    if (!syn && fromOpener && connection.isn !== undefined && state !== "tcp-opening" && !connection.simultaneous)
      return mismatch("a SYN, ACK from the end that opened", "the other end's SYN, ACK would fit");
    if (mine === "silent") mine = "syn";
    simultaneous = !syn && fromOpener;
  } else if (fromOpener && other === "silent")
    return mismatch(
      "nothing has been answered yet that this could acknowledge",
      "behind the other end's SYN, ACK it would fit",
    );
  else if (mine === "silent" && tcp.flags & FIN)
    return mismatch("a FIN from an end that has not opened", "behind its SYN, ACK it would fit");

  if (mine === "silent") mine = "syn";
  if (tcp.flags & ACK && other === "syn") other = "open";
  if (tcp.flags & FIN) mine = "fin";
  const next = fromOpener ? bothEnds(mine, other) : bothEnds(other, mine);
  return { state: tcpState(next, state), ends: next, simultaneous };
}

function tcpState({ opener, answerer }: Ends, before: TimerName): TimerName {
  if (before === "tcp-fin-wait" || (opener === "fin" && answerer === "fin")) return "tcp-fin-wait";
  if (opener === "fin" || answerer === "fin") return "tcp-closing";
  if (opener === "open" && answerer === "open") return "tcp-established";
  return "tcp-opening";
}
