/**
 * Addresses and sets of them. IPv4 is a number, IPv6 a bigint, a MAC a number (48 bits): each family has an order
 * and plain comparisons, and no object stands for an address.
 */
import {
  intersectRanges,
  normalizeRanges,
  type Ranges,
  rangesContain,
  rangesEqual,
  rangesSize,
  subtractRanges,
  unionRanges,
} from "./ranges.ts";

export type { Ranges } from "./ranges.ts";

export type Ip4 = number;
export type Ip6 = bigint;
export type Ip = Ip4 | Ip6;
export type Mac = number;

/** A set of IP addresses of both families. */
export interface AddressSet {
  readonly v4: Ranges<Ip4>;
  readonly v6: Ranges<Ip6>;
}

export const MAX_IP4: Ip4 = 0xffff_ffff;
export const MAX_IP6: Ip6 = (1n << 128n) - 1n;
export const NO_ADDRESSES: AddressSet = { v4: [], v6: [] };
export const ALL_ADDRESSES: AddressSet = { v4: [0, MAX_IP4], v6: [0n, MAX_IP6] };

export const familyOf = (ip: Ip): 4 | 6 => (typeof ip === "bigint" ? 6 : 4);
/** Bits of an address of the family: 32 or 128. */
export const bitsOf = (family: 4 | 6): 32 | 128 => (family === 4 ? 32 : 128);

// ---- reading ----------------------------------------------------------------------------------------------------

/** Four decimal octets. A leading zero is refused: some systems read it as octal. */
export function parseIp4(text: string): Ip4 | undefined {
  let value = 0;
  let octet = -1;
  let octets = 0;
  for (let i = 0; i <= text.length; i += 1) {
    const c = i < text.length ? text.charCodeAt(i) : 46;
    if (c === 46) {
      if (octet < 0) return undefined;
      value = value * 256 + octet;
      octet = -1;
      octets += 1;
    } else if (c >= 48 && c <= 57) {
      if (octet === 0) return undefined;
      octet = octet < 0 ? c - 48 : octet * 10 + c - 48;
      if (octet > 255) return undefined;
    } else return undefined;
  }
  return octets === 4 ? value : undefined;
}

/** Every spelling of RFC 4291 section 2.2: full, with `::`, with an IPv4 address at the end. No zone. */
export function parseIp6(text: string): Ip6 | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const last = halves.length - 1;
  const head = groupsOf(halves[0] as string, last === 0);
  const tail = last === 1 ? groupsOf(halves[1] as string, true) : "";
  if (head === undefined || tail === undefined) return undefined;
  const missing = 32 - head.length - tail.length;
  if (last === 0 ? missing !== 0 : missing < 4) return undefined;
  return BigInt(`0x${head}${"0".repeat(missing)}${tail}`);
}

const GROUP = /^[0-9a-fA-F]{1,4}$/;

/** The groups between colons as hex digits, four a group; undefined when one is none. */
function groupsOf(text: string, mayEndInIp4: boolean): string | undefined {
  if (text === "") return "";
  let hex = "";
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (GROUP.test(group)) hex += group.padStart(4, "0");
    else {
      const ip4 = mayEndInIp4 && index === groups.length - 1 ? parseIp4(group) : undefined;
      if (ip4 === undefined) return undefined;
      hex += ip4.toString(16).padStart(8, "0");
    }
  }
  return hex.length <= 32 ? hex : undefined;
}

/** An address of either family; undefined when the text is none. */
export const parseIp = (text: string): Ip | undefined => (text.includes(":") ? parseIp6(text) : parseIp4(text));

const MAC = /^[0-9a-fA-F]{2}([:-])(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}$/;

/** Six pairs of hex digits, all joined by `:` or all by `-`. */
export const parseMac = (text: string): Mac | undefined =>
  MAC.test(text) ? Number.parseInt(text.replace(/[:-]/g, ""), 16) : undefined;

/** `10.0.0.0/8`, `fd00::/8`, host bits kept; undefined when it is none. */
export function parsePrefix(text: string): { readonly address: Ip; readonly length: number } | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? undefined : parseIp(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === undefined || !/^\d{1,3}$/.test(digits)) return undefined;
  const length = Number(digits);
  return length <= bitsOf(familyOf(address)) ? { address, length } : undefined;
}

/** `10.0.1.10-10.0.1.20`, both ends of one family and in order; undefined when it is none. */
export function parseRange(text: string): readonly [Ip, Ip] | undefined {
  const dash = text.indexOf("-");
  if (dash < 0) return undefined;
  const low = parseIp(text.slice(0, dash));
  const high = parseIp(text.slice(dash + 1));
  if (low === undefined || high === undefined || typeof low !== typeof high || low > high) return undefined;
  return [low, high];
}

// ---- writing ----------------------------------------------------------------------------------------------------

export const formatIp4 = (ip: Ip4): string => `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;

/** As RFC 5952 asks: lower case, the longest run of zero groups (two at least, the first of equals) as `::`. */
export function formatIp6(ip: Ip6): string {
  if (ip >> 32n === 0xffffn) return `::ffff:${formatIp4(Number(ip & 0xffff_ffffn))}`;
  const hex = ip.toString(16).padStart(32, "0");
  const groups: string[] = [];
  for (let i = 0; i < 32; i += 4) groups.push(Number.parseInt(hex.slice(i, i + 4), 16).toString(16));
  let best = 0;
  let length = 1;
  for (let i = 0; i < 8; i += 1) {
    let end = i;
    while (groups[end] === "0") end += 1;
    if (end - i > length) [best, length] = [i, end - i];
    if (end > i) i = end;
  }
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, best).join(":")}::${groups.slice(best + length).join(":")}`;
}

export const formatIp = (ip: Ip): string => (typeof ip === "bigint" ? formatIp6(ip) : formatIp4(ip));

/** Lower case, joined by colons. */
export const formatMac = (mac: Mac): string =>
  mac
    .toString(16)
    .padStart(12, "0")
    .replace(/..(?=.)/g, "$&:");

/** One range in the language's notation: an address, a prefix where it is one, else `low-high`. */
export function formatRange(low: Ip, high: Ip): string {
  if (low === high) return formatIp(low);
  const length = prefixLengthOf(low, high);
  return length === undefined ? `${formatIp(low)}-${formatIp(high)}` : `${formatIp(low)}/${length}`;
}

/** The length of the prefix that is exactly this range; undefined when none is. */
export function prefixLengthOf(low: Ip, high: Ip): number | undefined {
  const span = BigInt(high) - BigInt(low) + 1n;
  if ((span & (span - 1n)) !== 0n || BigInt(low) % span !== 0n) return undefined;
  return bitsOf(familyOf(low)) - (span.toString(2).length - 1);
}

// ---- prefixes ---------------------------------------------------------------------------------------------------

/** First and last address of a prefix; host bits of `address` are ignored. `length` is within the family's bits. */
export function prefixRange(address: Ip, length: number): readonly [Ip, Ip] {
  if (typeof address === "bigint") {
    const rest = (1n << BigInt(128 - length)) - 1n;
    return [address - (address & rest), address | rest];
  }
  const size = 2 ** (32 - length);
  const low = address - (address % size);
  return [low, low + size - 1];
}

// ---- sets -------------------------------------------------------------------------------------------------------

/** The set of these ranges, in any order, of both families mixed: low and high of each in turn. */
export function addressSet(pairs: readonly Ip[]): AddressSet {
  const v4: Ip4[] = [];
  const v6: Ip6[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const low = pairs[i] as Ip;
    const high = pairs[i + 1] as Ip;
    if (typeof low === "bigint") v6.push(low, high as Ip6);
    else v4.push(low, high as Ip4);
  }
  return { v4: normalizeRanges(v4), v6: normalizeRanges(v6) };
}

export const unionAddresses = (a: AddressSet, b: AddressSet): AddressSet => ({
  v4: unionRanges(a.v4, b.v4),
  v6: unionRanges(a.v6, b.v6),
});

/** The union of many sets at once: n log n in their ranges together. */
export function unionAllAddresses(sets: readonly AddressSet[]): AddressSet {
  const filled = sets.filter((set) => !noAddresses(set));
  if (filled.length <= 1) return filled[0] ?? NO_ADDRESSES;
  if (filled.length === 2) return unionAddresses(filled[0] as AddressSet, filled[1] as AddressSet);
  return { v4: normalizeRanges(filled.flatMap((s) => s.v4)), v6: normalizeRanges(filled.flatMap((s) => s.v6)) };
}

export const intersectAddresses = (a: AddressSet, b: AddressSet): AddressSet => ({
  v4: intersectRanges(a.v4, b.v4),
  v6: intersectRanges(a.v6, b.v6),
});

/** What is in `a` and not in `b`. */
export const subtractAddresses = (a: AddressSet, b: AddressSet): AddressSet => ({
  v4: subtractRanges(a.v4, b.v4),
  v6: subtractRanges(a.v6, b.v6),
});

export const addressesContain = (set: AddressSet, ip: Ip): boolean =>
  typeof ip === "bigint" ? rangesContain(set.v6, ip) : rangesContain(set.v4, ip);

export const noAddresses = (set: AddressSet): boolean => set.v4.length === 0 && set.v6.length === 0;
export const addressesEqual = (a: AddressSet, b: AddressSet): boolean =>
  rangesEqual(a.v4, b.v4) && rangesEqual(a.v6, b.v6);
/** How many addresses there are in it, of both families together. */
export const addressesSize = (set: AddressSet): bigint => rangesSize(set.v4) + rangesSize(set.v6);

/** 169.254.0.0/16 (RFC 3927), fe80::/10 (RFC 4291). */
export const isLinkLocal = (ip: Ip): boolean => (typeof ip === "bigint" ? ip >> 118n === 0x3fan : ip >>> 16 === 0xa9fe);
