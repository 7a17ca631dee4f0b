/** Ethernet (IEEE 802.3) and its VLAN tags (IEEE 802.1Q, 802.1ad). The names are tshark's protocol names. */
import { u16, u32, u48 } from "./bytes.ts";
import { bogus, type Draft, has, hasHeader, Layer, name, rare } from "./draft.ts";
import type { Ethernet, VlanTag } from "./packet.ts";

const PROVIDER_TAG = 0x88a8;
/** Of an EtherType that is a tag's. */
export function tagName(type: number): ":vlan" | ":ieee8021ad" | undefined {
  if (type === 0x8100 || type === 0x9100) return ":vlan";
  return type === PROVIDER_TAG ? ":ieee8021ad" : undefined;
}
/** Above it the field is a type. */
export const MAX_LENGTH_FIELD = 0x5ff;
const LONGEST_LENGTH = 1500;
const NO_TAGS: readonly VlanTag[] = [];

export function ethernetFrame(draft: Draft): Layer {
  name(draft, draft.protocols === "" ? "eth" : ":eth");
  const { data, at, end } = draft;
  if (!hasHeader(draft, 14, "eth", "Ethernet header")) {
    draft.eth = {
      dst: at + 6 <= end ? u48(data, at) : 0,
      src: at + 12 <= end ? u48(data, at + 6) : 0,
      type: 0,
      tags: NO_TAGS,
    };
    return Layer.Done;
  }
  const type = u16(data, at + 12);
  draft.at = at + 14;
  if (type <= MAX_LENGTH_FIELD) {
    draft.eth = header(data, at, type, 0, 0);
    if (type > 0 && type <= LONGEST_LENGTH) return lengthField(draft, type);
    if (type === 0 && draft.at < draft.end) draft.protocols += ":ethertype";
    bogus(draft, draft.at - 2, `${type} is neither an Ethernet length nor a type`);
    if (draft.at < draft.end) draft.protocols += ":data";
    return Layer.Done;
  }
  name(draft, ":ethertype");
  const tag = tagName(type);
  if (tag !== undefined) {
    const behind = at + 18 <= end ? u16(data, at + 16) : 0;
    if (behind <= LONGEST_LENGTH || tagName(behind) !== undefined)
      return tagged(draft, u48(data, at + 6), u48(data, at), type);
    draft.eth = header(data, at, behind, type, u16(data, at + 14));
    draft.type = behind;
    draft.at = at + 18;
    name(draft, tag);
    name(draft, ":ethertype");
    return Layer.EtherType;
  }
  draft.eth = header(data, at, type, 0, 0);
  draft.type = type;
  return Layer.EtherType;
}

const MEMO_SIZE = 256;
const KEY = 5;
const memoWords = new Uint32Array(MEMO_SIZE * KEY);
const memo: Ethernet[] = new Array<Ethernet>(MEMO_SIZE).fill({ dst: 0, src: 0, type: 0, tags: NO_TAGS });

/**
 * A header without a tag, or with one, of this type (else 0) and control field. A capture has few distinct headers:
 * packets share them, as the last ones seen are remembered.
 */
function header(data: Uint8Array, at: number, type: number, tpid: number, control: number): Ethernet {
  const a = u32(data, at);
  const b = u32(data, at + 4);
  const c = u32(data, at + 8);
  const types = (type << 16) | tpid;
  const slot = Math.imul(a ^ (b << 1) ^ (c << 3) ^ types ^ (control << 5), 0x9e3779b1) >>> 24;
  const w = slot * KEY;
  if (
    memoWords[w] === a &&
    memoWords[w + 1] === b &&
    memoWords[w + 2] === c &&
    memoWords[w + 3] === types >>> 0 &&
    memoWords[w + 4] === control
  )
    return memo[slot] as Ethernet;
  const eth = {
    src: u48(data, at + 6),
    dst: u48(data, at),
    type,
    tags: tpid === 0 ? NO_TAGS : [vlanTag(tpid, control)],
  };
  memoWords[w] = a;
  memoWords[w + 1] = b;
  memoWords[w + 2] = c;
  memoWords[w + 3] = types;
  memoWords[w + 4] = control;
  memo[slot] = eth;
  return eth;
}
const vlanTag = (tpid: number, control: number): VlanTag => ({
  tpid,
  id: control & 0xfff,
  priority: control >> 13,
  dei: (control & 0x1000) !== 0,
});

/** Several tags, or one before a length, or one that is cut. */
function tagged(draft: Draft, src: number, dst: number, first: number): Layer {
  const { data } = draft;
  const tags: VlanTag[] = [];
  let type = first;
  let isLength = false;
  for (let tag = tagName(type); tag !== undefined; tag = tagName(type)) {
    name(draft, tag);
    if (!has(draft, 4, "VLAN tag")) {
      draft.eth = { src, dst, type, tags };
      if (type !== PROVIDER_TAG) rare(draft).part = { layer: "vlan", octets: data.subarray(draft.at, draft.end) };
      return Layer.Done;
    }
    const isProvider = type === PROVIDER_TAG;
    type = push(tags, draft, type);
    // A service and a customer tag of IEEE 802.1ad are one header to tshark.
    if (isProvider && type === PROVIDER_TAG) {
      if (!has(draft, 4, "VLAN tag")) {
        draft.eth = { src, dst, type, tags };
        return Layer.Done;
      }
      type = push(tags, draft, type);
    }
    isLength = !isProvider && type <= LONGEST_LENGTH;
    if (!isLength) name(draft, ":ethertype");
  }
  draft.eth = { src, dst, type, tags };
  if (isLength) return lengthField(draft, type);
  draft.type = type;
  return Layer.EtherType;
}

/** Reads a tag, and the type behind it. */
function push(tags: VlanTag[], draft: Draft, tpid: number): number {
  const { data, at } = draft;
  tags.push(vlanTag(tpid, u16(data, at)));
  draft.at = at + 4;
  return u16(data, at + 2);
}

/** IEEE 802.3: the field is the length of what follows (up to 1500), which is LLC, or Novell's IPX without it. */
function lengthField(draft: Draft, length: number): Layer {
  if (draft.at + length > draft.limit) {
    // What is there is decoded all the same.
    rare(draft).malformed = { at: draft.at - 2, why: `an Ethernet length of ${length} octets, more than there are` };
  }
  draft.limit = Math.min(draft.limit, draft.at + length);
  draft.end = Math.min(draft.end, draft.limit);
  if (draft.end - draft.at >= 2 && u16(draft.data, draft.at) === 0xffff) {
    draft.protocols += ":ipx";
    return Layer.Done;
  }
  return Layer.Llc;
}
