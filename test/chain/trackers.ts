/**
 * Two connection trackers that others have built, as far as flags go (sequence windows are left out), to compare ours
 * with: Linux's (nf_conntrack_proto_tcp.c, with `nf_conntrack_tcp_loose` off) and the one of OpenBSD's pf, as Open vSwitch
 * took it over (conntrack-tcp.c). Held to the real ones (Linux 6.18, Open vSwitch 3.1) over every conversation of five
 * segments, pf's says the same, and Linux's differs only behind a RST, where Linux forgets the connection.
 */
export const SEGMENTS = {
  syn: "syn",
  "syn, ack": "synack",
  ack: "ack",
  "fin, ack": "fin",
  rst: "rst",
  "rst, ack": "rst",
} as const;
export type Flags = keyof typeof SEGMENTS;
/** One end's segment: 0 and 1 are the two ends. */
export type Segment = readonly [end: 0 | 1, flags: Flags];
export type Judgement = "new" | "known" | "invalid";

export interface Tracker {
  judge(segment: Segment): Judgement;
}

type LinuxState = "none" | "sent" | "both sent" | "received" | "open" | "fin wait" | "close wait" | "last ack" | "over";

export class LinuxTracker implements Tracker {
  private state: LinuxState | "closed" = "none";
  private opener = 0;

  judge([end, flags]: Segment): Judgement {
    const kind = SEGMENTS[flags];
    if (this.state === "none" || ((this.state === "over" || this.state === "closed") && this.reopens(end, kind))) {
      if (kind !== "syn") return "invalid";
      this.state = "sent";
      this.opener = end;
      return "new";
    }
    const next = this.next(end === this.opener, kind);
    if (next === "invalid") return "invalid";
    if (next !== "ignore") this.state = next;
    return "known";
  }

  private reopens(end: number, kind: string): boolean {
    return kind === "syn" && (end === this.opener || this.state === "over");
  }

  private next(original: boolean, kind: (typeof SEGMENTS)[Flags]): LinuxState | "closed" | "ignore" | "invalid" {
    const { state } = this;
    const half = state === "sent" || state === "both sent";
    if (kind === "rst") return "closed";
    if (kind === "syn") {
      if (half) return original ? state : "both sent";
      return original ? "ignore" : "invalid";
    }
    if (kind === "synack") {
      if (original) return state === "both sent" || state === "received" ? "received" : "invalid";
      return half ? "received" : "ignore";
    }
    if (half) return kind === "ack" && !original ? "ignore" : "invalid";
    if (state === "closed" || state === "over") return state;
    if (kind === "fin") return state === "received" || state === "open" ? "fin wait" : "last ack";
    if (state === "received") return original ? "open" : "received";
    if (state === "fin wait" || state === "close wait") return "close wait";
    return state === "last ack" ? "over" : "open";
  }
}

/** How far one end has come. */
const NOTHING = 0;
const SENT = 1;
const OPEN = 2;
const CLOSING = 3;
const FIN_ACKED = 4;
const RESET = 5;

export class PfTracker implements Tracker {
  private ends: [number, number] | undefined;
  private opener = 0;

  judge([end, flags]: Segment): Judgement {
    const kind = SEGMENTS[flags];
    const { ends } = this;
    const other = end === 0 ? 1 : 0;
    const over = ends !== undefined && ends[0] >= FIN_ACKED && ends[1] >= FIN_ACKED;
    if (!ends || (kind === "syn" && over)) {
      if (kind !== "syn") return "invalid";
      this.ends = [NOTHING, NOTHING];
      this.ends[end] = SENT;
      this.opener = end;
      return "new";
    }
    // The answerer's SYN, ACK is all it knows of a handshake: pf's simultaneous open did not come along.
    if (kind === "syn" && end !== this.opener && ends[end] < OPEN) return "invalid";
    ends[end] = Math.max(ends[end], SENT);
    if (kind === "syn") return "known";
    if (kind === "fin") ends[end] = Math.max(ends[end], CLOSING);
    if (flags.includes("ack")) {
      if (ends[other] === SENT) ends[other] = OPEN;
      else if (ends[other] === CLOSING) ends[other] = FIN_ACKED;
    }
    if (kind === "rst") this.ends = [RESET, RESET];
    return "known";
  }
}
