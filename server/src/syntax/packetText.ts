/** A packet in the language's notation by itself: `--packet`, a launch configuration, a request from the editor. */
import { statementParser } from "./parser.ts";
import { lex } from "./tokens.ts";
import type { Expectation, PacketText, SyntaxError, VnicRef } from "./tree.ts";

export interface ParsedPacket {
  readonly from?: VnicRef;
  readonly packet?: PacketText;
  readonly expect?: Expectation;
  readonly errors: readonly SyntaxError[];
}

/** What stands after `send`; the word itself may stand there too. */
export function parsePacket(text: string): ParsedPacket {
  const { tokens } = lex(text);
  if (tokens[0]?.image === "send") tokens.shift();
  if (tokens.length === 0) {
    const message = "expected a packet: tcp, udp, sctp, icmp, icmpv6, ip, arp, dhcp, frame";
    return { errors: [{ code: "syntax-error", start: 0, end: text.length, message }] };
  }
  const { mistakes, ...read } = statementParser().readPacket(tokens);
  return { ...read, errors: mistakes };
}
