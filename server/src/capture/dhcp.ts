import { u8, u32, u48 } from "./bytes.ts";
import { messageTypeAt } from "./dhcpOctets.ts";
import { type Draft, has, Layer, rare } from "./draft.ts";

const OPTIONS_AT = 240;

/** RFC 2131, RFC 2132. */
export function dhcp(draft: Draft): Layer {
  draft.protocols += ":dhcp";
  if (!has(draft, 34, "DHCP header")) return Layer.Done;
  const { data, at } = draft;
  rare(draft).dhcp = {
    op: u8(data, at),
    transactionId: u32(data, at + 4),
    clientIp: u32(data, at + 12),
    yourIp: u32(data, at + 16),
    clientMac: u48(data, at + 28),
    message: messageType(draft),
  };
  return Layer.Done;
}

function messageType(draft: Draft): number {
  if (!has(draft, OPTIONS_AT, "DHCP header")) return 0;
  const octets = draft.data.subarray(draft.at, draft.end);
  return octets[messageTypeAt(octets)] ?? 0;
}

/** RFC 8415: the first octet says which message it is. */
export function dhcpv6(draft: Draft): Layer {
  draft.protocols += ":dhcpv6";
  if (has(draft, 1, "DHCPv6 header")) rare(draft).dhcpv6 = { message: u8(draft.data, draft.at) };
  return Layer.Done;
}
