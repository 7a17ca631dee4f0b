/** Names as the language writes them. */
import { quote } from "./strings.ts";
import { RESERVED_WORDS } from "./tokens.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*$/;
const DASHED_MAC = /^[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}$/;
/** Where a service may stand these are protocols: one that is called so would let all of the protocol through. */
const PROTOCOLS: ReadonlySet<string> = new Set(["tcp", "udp", "sctp", "icmp", "icmpv6", "ip", "ether"]);

/** A name as it is written: in quotes where it is a reserved word, a protocol, a MAC, or no name at all. */
export const writeName = (name: string): string =>
  NAME.test(name) && !RESERVED_WORDS.has(name) && !PROTOCOLS.has(name) && !DASHED_MAC.test(name) ? name : quote(name);
