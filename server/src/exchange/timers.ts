/** The firewall's timers by the names of the two APIs, both in seconds. */
import type { TimerName } from "../policy/policy.ts";

/** PolicyFirewallSessionTimerProfile (NSX-T Data Center REST API). */
export const POLICY_TIMERS: Readonly<Record<TimerName, string>> = {
  "tcp-first-packet": "tcp_first_packet",
  "tcp-opening": "tcp_opening",
  "tcp-established": "tcp_established",
  "tcp-closing": "tcp_closing",
  "tcp-fin-wait": "tcp_finwait",
  "tcp-closed": "tcp_closed",
  "udp-first": "udp_first_packet",
  "udp-single": "udp_single",
  "udp-multiple": "udp_multiple",
  "icmp-first": "icmp_first_packet",
  "icmp-error": "icmp_error_reply",
};

/** Seconds from and to: established connections wait at least two minutes. */
export const POLICY_TIMER_BOUNDS: Readonly<Record<TimerName, readonly [min: number, max: number]>> = {
  "tcp-first-packet": [10, 4_320_000],
  "tcp-opening": [10, 4_320_000],
  "tcp-established": [120, 4_320_000],
  "tcp-closing": [10, 4_320_000],
  "tcp-fin-wait": [10, 4_320_000],
  "tcp-closed": [10, 4_320_000],
  "udp-first": [10, 4_320_000],
  "udp-single": [10, 4_320_000],
  "udp-multiple": [10, 4_320_000],
  "icmp-first": [10, 4_320_000],
  "icmp-error": [10, 4_320_000],
};

/** firewallTimerConfig (NSX for vSphere API Guide): element, element inside it, timer. */
export const XML_TIMERS: readonly (readonly [string, string, TimerName])[] = [
  ["tcpTimeouts", "firstPacket", "tcp-first-packet"],
  ["tcpTimeouts", "open", "tcp-opening"],
  ["tcpTimeouts", "established", "tcp-established"],
  ["tcpTimeouts", "closing", "tcp-closing"],
  ["tcpTimeouts", "finWait", "tcp-fin-wait"],
  ["tcpTimeouts", "close", "tcp-closed"],
  ["udpTimeouts", "firstPacket", "udp-first"],
  ["udpTimeouts", "single", "udp-single"],
  ["udpTimeouts", "multiple", "udp-multiple"],
  ["icmpTimeouts", "firstPacket", "icmp-first"],
  ["icmpTimeouts", "errorReply", "icmp-error"],
];
