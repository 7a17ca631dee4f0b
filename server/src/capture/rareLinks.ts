import { u8, u16, u32 } from "./bytes.ts";
import { type Draft, has, Layer, NO_ETHERNET, rare } from "./draft.ts";
import { networkLayer } from "./osi.ts";

/** Goes on with an EtherType; 0 leaves the rest as octets. */
function carry(draft: Draft, type: number): Layer {
  draft.type = type;
  draft.eth = { ...NO_ETHERNET, type };
  if (type !== 0) return Layer.EtherType;
  if (draft.at < draft.end) draft.protocols += ":data";
  return Layer.Done;
}

function ipOf(draft: Draft): number {
  const version = draft.at < draft.end ? u8(draft.data, draft.at) >> 4 : 4;
  return version === 6 ? 0x86dd : 0x0800;
}

/** FDDI (ISO 9314-2): frame control, two addresses; of asynchronous LLC frames what they carry. */
export function fddi(draft: Draft): Layer {
  draft.protocols = "fddi";
  if (!has(draft, 13, "FDDI header")) return Layer.Done;
  const control = u8(draft.data, draft.at);
  draft.at += 13;
  return (control & 0xf8) === 0x50 ? Layer.Llc : carry(draft, 0);
}

/** Token ring (IEEE 802.5): access and frame control, two addresses, the first bit of the source's says: routed. */
export function tokenRing(draft: Draft): Layer {
  draft.protocols = "tr";
  if (!has(draft, 14, "token ring header")) return Layer.Done;
  const { data, at } = draft;
  const control = u8(data, at + 1);
  const isRouted = (u8(data, at + 8) & 0x80) !== 0 && at + 15 <= draft.end;
  draft.at += 14 + (isRouted ? u8(data, at + 14) & 0x1f : 0);
  if (control >> 6 === 1) return Layer.Llc;
  draft.protocols += control >> 6 === 0 ? ":trmac" : ":data";
  return Layer.Done;
}

/** ARCNET (RFC 1201 with a split flag and a sequence number, RFC 1051 without): system codes. */
const ARCNET: Readonly<Record<number, number>> = { 212: 0x0800, 213: 0x0806, 196: 0x86dd, 240: 0x0800, 241: 0x0806 };

/** `before`: octets between the addresses and the system code. */
export function arcnet(draft: Draft, before: number): Layer {
  draft.protocols = "arcnet";
  if (!has(draft, 3 + before, "ARCNET header")) return Layer.Done;
  const code = u8(draft.data, draft.at + 2 + before);
  draft.at += 3 + before;
  const type = ARCNET[code];
  if (type === undefined) return carry(draft, 0);
  if (code < 240) {
    if (!has(draft, 3, "ARCNET header")) return Layer.Done;
    draft.at += u8(draft.data, draft.at) === 0xff ? 7 : 3;
  }
  return carry(draft, type);
}

/** Frame relay (RFC 2427), and Cisco's, which has an EtherType in place of control and NLPID. */
export function frameRelay(draft: Draft): Layer {
  draft.protocols = "fr";
  if (!has(draft, 4, "frame relay header")) return Layer.Done;
  const { data, at } = draft;
  let size = 1;
  while (size < 4 && (u8(data, at + size - 1) & 1) === 0) size += 1;
  draft.at += size;
  if (!has(draft, 2, "frame relay header")) return Layer.Done;
  if (u8(data, draft.at) !== 3) {
    const type = u16(data, draft.at);
    draft.at += 2;
    return carry(draft, type);
  }
  draft.at += u8(data, draft.at + 1) === 0 ? 2 : 1;
  if (!has(draft, 1, "frame relay header")) return Layer.Done;
  const protocol = u8(data, draft.at);
  draft.at += 1;
  if (protocol === 0xcc) return carry(draft, 0x0800);
  if (protocol === 0x8e) return carry(draft, 0x86dd);
  if (protocol === 0xcf) {
    rare(draft).nested = { role: "inner", layer: Layer.Ppp, at: draft.at, type: 0, via: "" };
    return Layer.Done;
  }
  if (protocol === 0x80) {
    if (!has(draft, 5, "SNAP header")) return Layer.Done;
    const organisation = u32(data, draft.at) >>> 8;
    const type = u16(data, draft.at + 3);
    draft.at += 5;
    return organisation === 0x80c2 && (type === 7 || type === 1) ? Layer.Ethernet : carry(draft, type);
  }
  if (protocol === Q933) {
    draft.protocols += ":q933";
    return Layer.Done;
  }
  draft.at -= 1;
  return networkLayer(draft);
}
const Q933 = 8;

/** SunATM: what follows, the virtual path and channel, then LLC, or an emulated LAN's frame behind its two octets. */
export function sunAtm(draft: Draft): Layer {
  draft.protocols = "atm";
  if (!has(draft, 4, "ATM header")) return Layer.Done;
  const kind = u8(draft.data, draft.at) & 15;
  draft.at += 4;
  if (kind === 2) return Layer.Llc;
  if (kind !== 1) return carry(draft, 0);
  draft.protocols += ":lane";
  if (!has(draft, 2, "LAN emulation header")) return Layer.Done;
  draft.at += 2;
  return Layer.Ethernet;
}

/** RFC 2684, behind LLC. */
export function llcOnly(draft: Draft): Layer {
  draft.protocols = "";
  return Layer.Llc;
}

/** RFC 2225; Linux's captures have IP at once or behind LLC and SNAP. */
export function classicalIp(draft: Draft): Layer {
  draft.protocols = "clip";
  const hasLlc = draft.at + 8 <= draft.end && u16(draft.data, draft.at) === 0xaaaa;
  if (hasLlc) draft.at += 8;
  return carry(draft, ipOf(draft));
}

/** RFC 2516, without Ethernet. */
export function pppoe(draft: Draft): Layer {
  draft.protocols = "pppoes";
  if (!has(draft, 6, "PPPoE header")) return Layer.Done;
  rare(draft).nested = { role: "inner", layer: Layer.Ppp, at: draft.at + 6, type: 0, via: "" };
  return Layer.Done;
}

/** OpenBSD's address families, and those that others write. */
function familyType(family: number): number {
  if (family === 2) return 0x0800;
  return family === 24 || family === 28 || family === 30 ? 0x86dd : 0;
}

/** OpenBSD's log of its packet filter: the header's length without padding, and the address family. */
export function packetFilterLog(draft: Draft): Layer {
  draft.protocols = "pflog";
  if (!has(draft, 4, "pflog header")) return Layer.Done;
  const length = Math.ceil(u8(draft.data, draft.at) / 4) * 4;
  const family = u8(draft.data, draft.at + 1);
  if (!has(draft, length, "pflog header")) return Layer.Done;
  draft.at += length;
  return carry(draft, familyType(family));
}

/** OpenBSD's enc(4): the address family in the host's order, an SPI, flags. */
export function encapsulating(draft: Draft): Layer {
  draft.protocols = "enc";
  if (!has(draft, 12, "enc header")) return Layer.Done;
  const family = u32(draft.data, draft.at);
  draft.at += 12;
  return carry(draft, familyType(family > 0xffff ? family >>> 24 : family));
}

/** RFC 2625: two addresses of eight octets, then LLC. */
export function ipOverFibreChannel(draft: Draft): Layer {
  draft.protocols = "ipfc";
  if (!has(draft, 16, "IP over Fibre Channel header")) return Layer.Done;
  draft.at += 16;
  return Layer.Llc;
}

const NFLOG_PAYLOAD = 9;

/** Linux's NFLOG: the family, then attributes of length and type in the host's order (little-endian is assumed). */
export function netfilterLog(draft: Draft): Layer {
  draft.protocols = "nflog";
  if (!has(draft, 4, "NFLOG header")) return Layer.Done;
  const { data } = draft;
  const family = u8(data, draft.at);
  draft.at += 4;
  while (draft.at + 4 <= draft.end) {
    const length = u8(data, draft.at) | (u8(data, draft.at + 1) << 8);
    const type = (u8(data, draft.at + 2) | (u8(data, draft.at + 3) << 8)) & 0x7fff;
    if (length < 4 || !has(draft, length, "NFLOG attribute")) return Layer.Done;
    if (type !== NFLOG_PAYLOAD) {
      draft.at = Math.min(draft.at + Math.ceil(length / 4) * 4, draft.end);
      continue;
    }
    draft.limit = Math.min(draft.limit, draft.at + length);
    draft.end = Math.min(draft.end, draft.limit);
    draft.at += 4;
    return carry(draft, family === 2 ? 0x0800 : family === 10 ? 0x86dd : 0);
  }
  return Layer.Done;
}

/** What tshark calls the frames of link types that are not decoded. */
export const UNDECODED: ReadonlyMap<number, string> = new Map([
  [114, "llap"],
  [139, "mtp2"],
  [140, "mtp2"],
  [141, "mtp3"],
  [142, "sccp"],
  [143, "docsis"],
  [165, "mstp"],
  [177, "lapd"],
  [187, "bluetooth:hci_h4"],
  [189, "usb"],
  [195, "wpan"],
  [196, "sita:data"],
  [197, "erf"],
  [199, "i2c:data"],
  [201, "bluetooth:hci_h4"],
  [202, "ax25_kiss:ax25"],
  [203, "lapd"],
  [209, "i2c:data"],
  [210, "flexray"],
  [212, "lin"],
  [215, "wpan-nonask-phy"],
  [220, "usb"],
  [224, "fc"],
  [226, "ipnet"],
  [227, "can:data"],
  [230, "wpan"],
  [235, "dvb-ci"],
  [236, "mux27010"],
  [240, "netanalyzer"],
  [241, "netanalyzer"],
  [243, "mp2t"],
  [248, "sctp"],
  [249, "usb"],
  [251, "bluetooth:btle"],
  [252, "exported_pdu"],
  [253, "netlink"],
  [254, "bluetooth:hci_mon"],
  [256, "bluetooth:btle_rf:btle"],
  [264, "iso14443"],
  [270, "loratap"],
  [271, "vsock"],
  [272, "nordic_ble"],
  [283, "wpan-tap"],
  [288, "usbll"],
  // Private use.
  ...Array.from({ length: 16 }, (_, i): [number, string] => [147 + i, "user_dlt:data"]),
  // Juniper's.
  ...[130, 131, 133, 135, 137, 167, 179, 180, 181, 183, 200].map((type): [number, string] => [type, "juniper:data"]),
]);
