/** Logical link control (IEEE 802.2), and what SNAP (RFC 1042) and its service access points name. */
import { u8, u16, u32 } from "./bytes.ts";
import { type Draft, has, hasFields, Layer, rare } from "./draft.ts";
import { networkLayer } from "./osi.ts";

/** The service access points that tshark names. */
const SAP_NAMES: Readonly<Record<number, string>> = {
  4: ":sna",
  128: ":3comxns",
  188: ":vines_llc",
  224: ":ipx",
  240: ":netbios",
};

const UNNUMBERED_INFORMATION = 3;
const IP_SAP = 6;
const SPANNING_TREE = 66;
const SNAP = 170;
const OSI_SAP = 254;

export function llc(draft: Draft): Layer {
  draft.protocols += draft.protocols === "" ? "llc" : ":llc";
  if (!has(draft, 3, "LLC header")) return Layer.Done;
  const { data, at } = draft;
  // What is not IP keeps its LLC header in the payload: the packet has no other place for it.
  const done = (name: string): Layer => {
    draft.protocols += name;
    draft.at = at;
    return Layer.Done;
  };
  const dsap = u8(data, at);
  // An unnumbered frame's control field has one octet, others have two (IEEE 802.2, 5.2).
  const control = u8(data, at + 2);
  const unnumbered = (control & 3) === 3;
  if (!unnumbered && !has(draft, 4, "LLC header")) return Layer.Done;
  draft.at += unnumbered ? 3 : 4;
  if (draft.at >= draft.end) return done("");
  const isInformation = (control & 1) === 0 || (control & 0xef) === UNNUMBERED_INFORMATION;
  if (dsap !== SNAP && !isInformation) return done(":data");
  if (dsap === IP_SAP) {
    draft.type = 0x0800;
    return Layer.Ip;
  }
  if (dsap === OSI_SAP) {
    draft.protocols += ":osi";
    const next = networkLayer(draft);
    if (next === Layer.Done) draft.at = at;
    return next;
  }
  if (dsap === SPANNING_TREE) {
    bridgeProtocol(draft);
    return done(":stp");
  }
  if (dsap !== SNAP) return done(SAP_NAMES[dsap] ?? (draft.at < draft.end ? ":data" : ""));
  if (!has(draft, 5, "SNAP header")) return done("");
  const organisation = u32(data, draft.at) >>> 8;
  const type = u16(data, draft.at + 3);
  draft.at += 5;
  // RFC 1042: OUI 0 carries an EtherType; 0xf8 is a bridge-tunnelled frame (IEEE 802.1H).
  if (organisation === 0 || organisation === 0xf8) {
    draft.type = type;
    if (draft.eth.type === 0) draft.eth = { ...draft.eth, type };
    return Layer.EtherType;
  }
  if (organisation === BRIDGED && (type === 1 || type === 7)) {
    // RFC 2684, 5.2: two octets fill up before the frame.
    rare(draft).nested = { role: "inner", layer: Layer.Ethernet, at: draft.at + 2, type: 0, via: "" };
    return done("");
  }
  return done(SNAP_NAMES[organisation]?.[type] ?? (draft.at < draft.end ? ":data" : ""));
}

/** IEEE 802.1D, 9: a configuration has 35 octets, of the rapid tree 36; a change of the topology has four. */
function bridgeProtocol(draft: Draft): void {
  if (!hasFields(draft, 4, "bridge protocol data unit")) return;
  const least = { 0: 35, 2: 36 }[u8(draft.data, draft.at + 3)] ?? 4;
  hasFields(draft, least, "bridge protocol data unit");
}

/** IEEE 802.1's own identifier: frames that are bridged over something else. */
const BRIDGED = 0x0080c2;
const CISCO_SNAP: Readonly<Record<number, string>> = {
  260: ":pagp",
  267: ":stp",
  268: ":dtp",
  8192: ":cdp",
  8195: ":vtp",
  8196: ":dtp",
  273: ":udld",
};
/** Protocols of organisations, by theirs (Cisco, Extreme, Apple) and their own identifiers. */
const SNAP_NAMES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  12: CISCO_SNAP,
  [BRIDGED]: { 14: ":stp" },
  57387: { 187: ":edp" },
  524295: { 32923: ":ddp" },
};
