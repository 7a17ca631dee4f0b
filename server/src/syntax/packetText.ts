/** A packet in the language's notation by itself: `--packet`, a launch configuration, a request from the editor. */
import { StatementParser } from "./parser.ts";
import { lex } from "./tokens.ts";
import type { Expectation, PacketText, SyntaxError, VnicRef } from "./tree.ts";

export interface ParsedPacket {
  readonly from?: VnicRef;
  readonly packet?: PacketText;
  readonly expect?: Expectation;
  readonly errors: readonly SyntaxError[];
}

const parser = new StatementParser();

/** What stands after `send`; the word itself may stand there too. */
export function parsePacket(text: string): ParsedPacket {
  const { tokens } = lex(text);
  if (tokens[0]?.image === "send") tokens.shift();
  if (tokens.length === 0) return { errors: [{ code: "syntax-error", start: 0, end: text.length, message: "expected a packet: tcp, udp, sctp, icmp, icmpv6, ip, arp, dhcp, frame" }] };
  const draft: { from?: VnicRef; packet?: PacketText; expect?: Expectation } = {};
  const errors = parser.read(parser.sent, tokens, 0, draft as Record<string, unknown>);
  return { ...draft, errors };
}
