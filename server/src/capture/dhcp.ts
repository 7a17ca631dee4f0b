import { u32, u48 } from "./bytes.ts";
import { type Draft, has, Layer, rare } from "./draft.ts";

const MAGIC = 0x63825363;
const OPTION_PAD = 0;
const OPTION_MESSAGE_TYPE = 53;
const OPTION_END = 255;
const OPTIONS_AT = 240;

/** RFC 2131, RFC 2132. */
export function dhcp(draft: Draft): Layer {
  draft.protocols += ":dhcp";
  if (!has(draft, 34, "DHCP header")) return Layer.Done;
  const { data, at } = draft;
  rare(draft).dhcp = {
    op: data[at]!,
    transactionId: u32(data, at + 4),
    clientIp: u32(data, at + 12),
    yourIp: u32(data, at + 16),
    clientMac: u48(data, at + 28),
    message: messageType(draft),
  };
  return Layer.Done;
}

function messageType(draft: Draft): number {
  const { data, end } = draft;
  let at = draft.at + OPTIONS_AT;
  if (!has(draft, OPTIONS_AT, "DHCP header") || u32(data, at - 4) !== MAGIC) return 0;
  while (at < end) {
    const option = data[at]!;
    if (option === OPTION_END) return 0;
    if (option === OPTION_PAD) {
      at++;
      continue;
    }
    if (at + 2 > end) return 0;
    if (option === OPTION_MESSAGE_TYPE && at + 3 <= end && data[at + 1] === 1) return data[at + 2]!;
    at += 2 + data[at + 1]!;
  }
  return 0;
}

/** RFC 8415: the first octet says which message it is. */
export function dhcpv6(draft: Draft): Layer {
  draft.protocols += ":dhcpv6";
  if (has(draft, 1, "DHCPv6 header")) rare(draft).dhcpv6 = { message: draft.data[draft.at]! };
  return Layer.Done;
}
