import { put32, put48, u32 } from "./bytes.ts";
import type { Dhcp } from "./packet.ts";

export const OPTIONS_AT = 240;
export const MAGIC = 0x63825363;
const MESSAGE_TYPE = 53;
const PAD = 0;
const END = 255;

/** A DHCP message (RFC 2131): the octets there are with the packet's values in them, or the least that says them. */
export function dhcpOctets(dhcp: Dhcp, octets: Uint8Array): Uint8Array {
  const to = octets.length >= 34 ? octets.slice() : fresh(dhcp);
  to[0] = dhcp.op;
  put32(to, 4, dhcp.transactionId);
  put32(to, 12, dhcp.clientIp);
  put32(to, 16, dhcp.yourIp);
  put48(to, 28, dhcp.clientMac);
  const at = messageTypeAt(to);
  if (at >= 0 && dhcp.message !== 0) to[at] = dhcp.message;
  return to;
}

/** Hardware type and length of Ethernet, the magic cookie, option 53 if there is a message type, and the end. */
function fresh(dhcp: Dhcp): Uint8Array {
  const to = new Uint8Array(OPTIONS_AT + (dhcp.message === 0 ? 1 : 4));
  to[1] = 1;
  to[2] = 6;
  put32(to, OPTIONS_AT - 4, MAGIC);
  to.set(dhcp.message === 0 ? [END] : [MESSAGE_TYPE, 1, dhcp.message, END], OPTIONS_AT);
  return to;
}

/** Where option 53's value is, or -1. */
export function messageTypeAt(octets: Uint8Array): number {
  const at = optionAt(octets, MESSAGE_TYPE, 1);
  return at < 0 || at + 2 >= octets.length ? -1 : at + 2;
}

/** Where the first option of a kind, of `size` octets if told, begins, or -1. */
export function optionAt(octets: Uint8Array, wanted: number, size?: number): number {
  if (octets.length < OPTIONS_AT || u32(octets, OPTIONS_AT - 4) !== MAGIC) return -1;
  for (let at = OPTIONS_AT; at + 1 < octets.length; ) {
    const option = octets[at];
    const length = octets[at + 1] ?? 0;
    if (option === END) return -1;
    if (option === PAD) at++;
    else if (option === wanted && length === (size ?? length)) return at;
    else at += 2 + length;
  }
  return -1;
}
