import { hex, ip4Text, ip6Text, macText, parseIp4, parseIp6, parseMac } from "./text.ts";

/** How one sort of value is written and read. `parse` answers undefined for what it does not understand. */
export interface Sort<V> {
  readonly show: (value: V) => string;
  readonly parse: (text: string) => V | undefined;
  /** What a person may write, for the message when they wrote something else. */
  readonly wants: string;
}

function integer(text: string): number | undefined {
  const trimmed = text.trim();
  return /^(\d+|0x[0-9a-f]+)$/i.test(trimmed) ? Number(trimmed) : undefined;
}

function upTo(bits: number, show: (value: number) => string): Sort<number> {
  const most = 2 ** bits - 1;
  return {
    show,
    wants: `a number from 0 to ${most}`,
    parse: (text) => {
      const value = integer(text);
      return value !== undefined && value <= most ? value : undefined;
    },
  };
}

export const decimal = (bits: number): Sort<number> => upTo(bits, String);
export const hexadecimal = (bits: number): Sort<number> => upTo(bits, (value) => hex(value, Math.ceil(bits / 4)));

const FLAG_WORDS: Readonly<Record<string, boolean>> = {
  0: false,
  1: true,
  false: false,
  true: true,
  "not set": false,
  set: true,
  no: false,
  yes: true,
};
export const flag: Sort<boolean> = {
  show: (value) => (value ? "1" : "0"),
  wants: "0 or 1",
  parse: (text) => FLAG_WORDS[text.trim().toLowerCase()],
};

export const mac: Sort<number> = { show: macText, parse: parseMac, wants: "a MAC address such as 00:50:56:01:02:03" };
export const ip4: Sort<number> = { show: ip4Text, parse: parseIp4, wants: "an IPv4 address such as 10.0.1.11" };
export const ip6: Sort<bigint> = { show: ip6Text, parse: parseIp6, wants: "an IPv6 address such as 2001:db8::11" };

/** Octets as Wireshark writes them: 01:02:03; spaces and nothing between them are understood, too. */
export const octets: Sort<Uint8Array> = {
  show: (value) => Array.from(value, (octet) => octet.toString(16).padStart(2, "0")).join(":"),
  wants: "octets in hexadecimal, such as 01:02:ff",
  parse: (text) => {
    const digits = text.replace(/[\s:]/g, "");
    if (!/^([0-9a-f]{2})*$/i.test(digits)) return undefined;
    return Uint8Array.from(digits.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
  },
};

/** RFC 9293's flags, lowest bit first, with the names that Wireshark gives them. */
export const TCP_FLAGS = ["fin", "syn", "reset", "push", "ack", "urg", "ece", "cwr", "ae"] as const;
const FLAG_NAMES: Readonly<Record<string, number>> = {
  ...Object.fromEntries(TCP_FLAGS.map((name, bit) => [name, 1 << bit])),
  rst: 4,
  psh: 8,
};

/** A number, or names: `SYN,ACK`. */
export const tcpFlags: Sort<number> = {
  show: (value) => hex(value, 4),
  wants: "a number or flags such as SYN,ACK",
  parse: (text) => {
    const value = integer(text);
    if (value !== undefined) return value <= 0xfff ? value : undefined;
    let flags = 0;
    for (const name of text
      .toLowerCase()
      .split(/[\s,+|]+/)
      .filter((word) => word !== "")) {
      const bit = FLAG_NAMES[name];
      if (bit === undefined) return undefined;
      flags |= bit;
    }
    return flags;
  },
};
