/** What options of DHCP hold inside: names and lists that end too early, as tshark takes them. */
import { u8, u32 } from "./bytes.ts";
import { MAGIC, OPTIONS_AT } from "./dhcpOctets.ts";
import { type Fault, labelsEnd } from "./dnsFault.ts";

const PAD = 0;
const END = 255;
const CLIENT_IDENTIFIER = 61;
const CLIENT_NAME = 81;
const INTERFACE = 94;
const DOMAINS = 119;
const ROUTES = 121;
const VENDOR_CLASSES = 124;
const VENDORS = 125;
/** What others had before option 121. */
const MICROSOFT_ROUTES = 249;
/** RFC 4361, 6.1: a client that has a DUID; RFC 4578, 2.2: one whose interface has a version. */
const WITH_DUID = 255;
const UNIVERSAL = 1;
/** RFC 4702, 2.1: the name is in the form of DNS. */
const IN_LABELS = 0x04;

/** Where the options of a message cannot be read on inside. */
export function dhcpFault(octets: Uint8Array): Fault | undefined {
  if (octets.length < OPTIONS_AT || u32(octets, OPTIONS_AT - 4) !== MAGIC) return undefined;
  // A list of domains goes on in the next option of its kind (RFC 3396).
  const domains: number[] = [];
  let domainsEnd = 0;
  for (let at = OPTIONS_AT; at < octets.length && u8(octets, at) !== END; ) {
    const option = u8(octets, at);
    if (option === PAD) {
      at += 1;
      continue;
    }
    const from = at + 2;
    const to = from + (octets[at + 1] ?? 0);
    if (to > octets.length) return undefined;
    if (option === DOMAINS) {
      domains.push(...octets.subarray(from, to));
      domainsEnd = to;
    } else if (!isWhole(octets, option, from, to)) return { at: to, why: `option ${option} ends too early` };
    at = to;
  }
  return areNames(Uint8Array.from(domains)) ? undefined : { at: domainsEnd, why: `option ${DOMAINS} ends too early` };
}

function isWhole(octets: Uint8Array, option: number, from: number, to: number): boolean {
  switch (option) {
    case CLIENT_NAME:
      // Behind the flags stand two codes of earlier drafts.
      return to - from <= 3 || (u8(octets, from) & IN_LABELS) === 0 || labelsEnd(octets, from + 3, to, true) <= to;
    case CLIENT_IDENTIFIER:
      return to === from || u8(octets, from) !== WITH_DUID || to - from >= 7;
    case INTERFACE:
      return to > from && (u8(octets, from) !== UNIVERSAL || to - from >= 3);
    case ROUTES:
    case MICROSOFT_ROUTES:
      return areRoutes(octets.subarray(from, to));
    case VENDOR_CLASSES:
      return areClasses(octets.subarray(from, to));
    case VENDORS:
      return areVendors(octets.subarray(from, to));
    default:
      return true;
  }
}

/** RFC 3397: names one after another. */
function areNames(octets: Uint8Array): boolean {
  let at = 0;
  while (at < octets.length) at = labelsEnd(octets, at, octets.length, true);
  return at === octets.length;
}

/** RFC 3442: a prefix's length, as many octets of it as it has, and a router. One that is too long ends the list. */
function areRoutes(octets: Uint8Array): boolean {
  if (octets.length < 5) return true;
  let at = 0;
  while (at < octets.length) {
    const length = u8(octets, at);
    if (length > 32) return true;
    at += 1 + Math.ceil(length / 8) + 4;
  }
  return at === octets.length;
}

/** RFC 3925, 3: for each vendor a number, a length and a class. */
function areClasses(octets: Uint8Array): boolean {
  let at = 0;
  while (octets.length - at >= 5) at += 5 + u8(octets, at + 4);
  return at <= octets.length;
}

/** RFC 3925: for each vendor a number and a list of options, of which none is read behind the list's end. */
function areVendors(octets: Uint8Array): boolean {
  for (let at = 0; octets.length - at >= 5; ) {
    const end = at + 5 + u8(octets, at + 4);
    for (at += 5; at < end; ) {
      if (at >= octets.length) return false;
      if (at + 1 >= end) break;
      if (at + 1 >= octets.length) return false;
      const next = at + 2 + u8(octets, at + 1);
      if (next > end) break;
      if (next > octets.length) return false;
      at = next;
    }
    at = end;
  }
  return true;
}
