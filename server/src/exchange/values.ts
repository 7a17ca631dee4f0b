/** Values that every format has, from its spellings to the language's. Undefined where a text is none. */
import { formatIp, formatMac, parseIp, parseMac, parsePrefix, parseRange, prefixRange } from "../policy/addresses.ts";
import { IP_PROTOCOLS } from "../policy/protocols.ts";
import { MAX_PORT } from "../policy/services.ts";

/** An address, prefix or range: `10.0.0.1`, `10.0.0.0/24`, `10.0.0.0/255.255.255.0`, `10.0.0.1-10.0.0.9`. */
export function addressText(text: string): string | undefined {
  if (text.includes("-")) {
    const range = parseRange(text.replace(/\s+/g, ""));
    if (range === undefined) return undefined;
    return range[0] === range[1] ? formatIp(range[0]) : `${formatIp(range[0])}-${formatIp(range[1])}`;
  }
  if (!text.includes("/")) {
    const ip = parseIp(text);
    return ip === undefined ? undefined : formatIp(ip);
  }
  const prefix = parsePrefix(text) ?? parsePrefix(withLength(text));
  return prefix === undefined ? undefined : `${formatIp(prefix.address)}/${prefix.length}`;
}

/** The network of a prefix: `10.0.0.1/24` is in `10.0.0.0/24`. */
export function networkText(text: string): string | undefined {
  const prefix = parsePrefix(text);
  return prefix && `${formatIp(prefixRange(prefix.address, prefix.length)[0])}/${prefix.length}`;
}

/** `10.0.0.0/255.255.255.0` as `10.0.0.0/24`; any other text as it is. */
function withLength(text: string): string {
  const slash = text.indexOf("/");
  const mask = parseIp(text.slice(slash + 1));
  if (typeof mask !== "number") return text;
  const bits = mask.toString(2).padStart(32, "0");
  return /^1*0*$/.test(bits) ? `${text.slice(0, slash)}/${bits.indexOf("0") < 0 ? 32 : bits.indexOf("0")}` : text;
}

export function macText(text: string): string | undefined {
  const mac = parseMac(text);
  return mac === undefined ? undefined : formatMac(mac);
}

export const isMacText = (text: string): boolean => parseMac(text) !== undefined;

/** `80`, `1000-2000`, `1000:2000`; undefined where it is none or is reversed. */
export function portText(text: string): string | undefined {
  const match = /^(\d{1,5})(?:[-:](\d{1,5}))?$/.exec(text.replace(/\s+/g, ""));
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = match[2] === undefined ? from : Number(match[2]);
  if (from > to || to > MAX_PORT) return undefined;
  return from === to ? String(from) : `${from}-${to}`;
}

/** `tcp/443`, `udp/{53, 67-68} from 1024-65535`: a protocol with ports, each list empty for all. */
export function portEntry(protocol: "tcp" | "udp" | "sctp", to: readonly string[], from: readonly string[]): string {
  const list = (ports: readonly string[]) => (ports.length === 1 ? ports[0] : `{${ports.join(", ")}}`);
  return `${protocol}${to.length === 0 ? "" : `/${list(to)}`}${from.length === 0 ? "" : ` from ${list(from)}`}`;
}

/** What hosts and NSX-v call protocols besides: names of `/etc/protocols`, and those that it had before RFC 4303. */
const OTHER_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["ip", 0],
  ["ggp", 3],
  ["ipencap", 4],
  ["pup", 12],
  ["hmp", 20],
  ["xns-idp", 22],
  ["iso-tp4", 29],
  ["xtp", 36],
  ["ddp", 37],
  ["idpr-cmtp", 38],
  ["ipv6route", 43],
  ["ipv6frag", 44],
  ["idrp", 45],
  ["ipv6-crypt", 50],
  ["ipv6-auth", 51],
  ["skip", 57],
  ["ipv6nonxt", 59],
  ["ipv6opts", 60],
  ["rspf", 73],
  ["vmtp", 81],
  ["ax.25", 93],
  ["mobility-header", 135],
  ["manet", 138],
  ["hip", 139],
  ["wesp", 141],
  ["rohc", 142],
]);

/** An IP protocol by number or name, in any case, as a number. */
export function protocolNumber(text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= 255 ? Number(text) : undefined;
  const name = text.toLowerCase();
  return IP_PROTOCOLS.get(name) ?? OTHER_PROTOCOLS.get(name);
}

/** All of an IP protocol, as an entry. */
export function protocolEntry(number: number): string {
  const words: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6", 132: "sctp" };
  return words[number] ?? `ip/${number}`;
}

/** An EtherType, as an entry. */
export function etherText(text: string | undefined): string | undefined {
  if (text === undefined || !/^(?:0x[0-9a-f]{1,4}|\d{1,5})$/i.test(text) || Number(text) > 0xffff) return undefined;
  return `ether/0x${Number(text).toString(16).padStart(4, "0")}`;
}
