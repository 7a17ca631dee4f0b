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
