import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import {
  ALL_ADDRESSES,
  addressesContain,
  addressesEqual,
  addressesSize,
  addressSet,
  formatIp,
  formatIp6,
  formatMac,
  formatRange,
  type Ip,
  intersectAddresses,
  MAX_IP4,
  MAX_IP6,
  NO_ADDRESSES,
  noAddresses,
  parseIp,
  parseIp4,
  parseIp6,
  parseMac,
  parsePrefix,
  parseRange,
  prefixLengthOf,
  prefixRange,
  subtractAddresses,
  unionAddresses,
  unionAllAddresses,
} from "../../server/src/policy/addresses.ts";

const ip4 = fc.integer({ min: 0, max: MAX_IP4 });
const ip6 = fc.bigInt({ min: 0n, max: MAX_IP6 });
/** Addresses of a few neighbours, so that ranges meet, and the ends of each family. */
const near: fc.Arbitrary<Ip> = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: MAX_IP4 - 5, max: MAX_IP4 }),
  fc.bigInt({ min: 0n, max: 40n }),
  fc.bigInt({ min: MAX_IP6 - 5n, max: MAX_IP6 }),
);
const pair = fc.tuple(near, near).filter(([a, b]) => typeof a === typeof b);
const set = fc.array(pair, { maxLength: 8 }).map((pairs) => addressSet(pairs.flat()));
const probes: Ip[] = [
  ...Array.from({ length: 42 }, (_, i) => [i, BigInt(i)]).flat(),
  MAX_IP4,
  MAX_IP4 - 3,
  MAX_IP6,
  MAX_IP6 - 3n,
];

describe("reading and writing", () => {
  it("IPv4 comes back as it was", () => {
    fc.assert(
      fc.property(ip4, (ip) => {
        expect(parseIp4(formatIp(ip))).toBe(ip);
      }),
    );
  });

  it("IPv6 comes back as it was, and is written as ipaddr.js writes it", () => {
    const grouped = fc.array(fc.constantFrom(0, 0, 0, 1, 0xff, 0xffff), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.oneof(
          ip6,
          grouped.map((g) => g.reduce((all, x) => (all << 16n) | BigInt(x), 0n)),
        ),
        (ip) => {
          const text = formatIp6(ip);
          expect(parseIp6(text)).toBe(ip);
          if (ip >> 32n !== 0xffffn) expect(ipaddr.IPv6.parse(text).toRFC5952String()).toBe(text);
        },
      ),
    );
  });

  it("IPv6 is read as ipaddr.js reads it, from any text that could be one", () => {
    const digit = fc.constantFrom("0", "1", "a", "F", ":", ":", "::", ".", "12", "1.2.3.4", "ffff");
    fc.assert(
      fc.property(
        fc.array(digit, { maxLength: 12 }).map((parts) => parts.join("")),
        (text) => {
          const ours = parseIp6(text);
          // It takes the old IPv4-compatible ::1.2.3.4 for the IPv4-mapped ::ffff:1.2.3.4.
          if (ours === undefined || /^::\d+\.[\d.]+$/.test(text)) return;
          const parts = ipaddr.IPv6.parse(text).parts.reduce((all, x) => (all << 16n) | BigInt(x), 0n);
          expect(ours).toBe(parts);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["::", 0n],
    ["::1", 1n],
    ["1::", 1n << 112n],
    ["2001:DB8:0:0:8:800:200C:417A", 0x20010db80000000000080800200c417an],
    ["2001:db8::8:800:200c:417a", 0x20010db80000000000080800200c417an],
    ["FF01::101", 0xff010000000000000000000000000101n],
    ["0:0:0:0:0:0:13.1.68.3", 0x0d014403n],
    ["::13.1.68.3", 0x0d014403n],
    ["::FFFF:129.144.52.38", 0xffff81903426n],
    ["1:2:3:4:5:6:7::", 0x00010002000300040005000600070000n],
  ])("RFC 4291 spelling %s", (text, value) => expect(parseIp6(text)).toBe(value));

  it.each([
    "",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    "g::",
    "::1.2.3",
    "1.2.3.4::",
    "::1%eth0",
    "1:2:3:4:5:6:7::8:9",
    "::1.2.3.256",
  ])("%j is no IPv6 address", (text) => expect(parseIp6(text)).toBeUndefined());

  it.each(["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1..2.3", "1.2.3.4 ", "0x1.2.3.4", "-1.2.3.4"])(
    "%j is no IPv4 address",
    (text) => expect(parseIp4(text)).toBeUndefined(),
  );

  it("an IPv4 address in IPv6 is written as one", () => expect(formatIp(0xffff0a000001n)).toBe("::ffff:10.0.0.1"));

  it("MACs, in both spellings", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (mac) => {
        const text = formatMac(mac);
        expect(text).toMatch(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);
        expect(parseMac(text)).toBe(mac);
        expect(parseMac(text.replaceAll(":", "-").toUpperCase())).toBe(mac);
      }),
    );
    for (const text of ["00:50:56:aa:01", "00:50:56:aa:01:1", "00-50:56:aa:01:11", "00:50:56:aa:01:gg"])
      expect(parseMac(text)).toBeUndefined();
  });

  it("prefixes and ranges", () => {
    expect(parsePrefix("10.0.0.5/24")).toEqual({ address: 0x0a000005, length: 24 });
    expect(parsePrefix("fd00::/129")).toBeUndefined();
    expect(parsePrefix("10.0.0.0")).toBeUndefined();
    expect(parseRange("10.0.1.10-10.0.1.20")).toEqual([0x0a00010a, 0x0a000114]);
    expect(parseRange("10.0.1.20-10.0.1.10")).toBeUndefined();
    expect(parseRange("10.0.1.1-fd00::1")).toBeUndefined();
    expect(prefixRange(0xffffffff, 0)).toEqual([0, MAX_IP4]);
    expect(formatRange(0x0a000000, 0x0affffff)).toBe("10.0.0.0/8");
    expect(formatRange(0, MAX_IP4)).toBe("0.0.0.0/0");
    expect(formatRange(0n, MAX_IP6)).toBe("::/0");
    expect(formatRange(1, 2)).toBe("0.0.0.1-0.0.0.2");
  });

  it("a prefix's range has that prefix's length", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.tuple(ip4, fc.integer({ min: 0, max: 32 })), fc.tuple(ip6, fc.integer({ min: 0, max: 128 }))),
        ([ip, length]) => {
          const [low, high] = prefixRange(ip, length);
          expect(low <= ip && ip <= high).toBe(true);
          expect(prefixLengthOf(low, high)).toBe(length);
        },
      ),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        parseIp(text);
        parseMac(text);
        parsePrefix(text);
        parseRange(text);
      }),
    );
  });
});

describe("sets of addresses", () => {
  it("are sorted, disjoint and not adjacent", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        for (const { v4, v6 } of [a, unionAddresses(a, b), intersectAddresses(a, b), subtractAddresses(a, b)]) {
          for (let i = 2; i < v4.length; i += 2) expect((v4[i] as number) - 1).toBeGreaterThan(v4[i - 1] as number);
          for (let i = 2; i < v6.length; i += 2) expect((v6[i] as bigint) - 1n > (v6[i - 1] as bigint)).toBe(true);
        }
      }),
    );
  });

  it("hold what each operation says", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const union = unionAddresses(a, b);
        const both = intersectAddresses(a, b);
        const less = subtractAddresses(a, b);
        for (const ip of probes) {
          const inA = addressesContain(a, ip);
          const inB = addressesContain(b, ip);
          expect(addressesContain(union, ip)).toBe(inA || inB);
          expect(addressesContain(both, ip)).toBe(inA && inB);
          expect(addressesContain(less, ip)).toBe(inA && !inB);
        }
      }),
    );
  });

  it("obey the laws of sets", () => {
    fc.assert(
      fc.property(set, set, set, (a, b, c) => {
        expect(addressesEqual(subtractAddresses(a, subtractAddresses(a, b)), intersectAddresses(a, b))).toBe(true);
        expect(addressesEqual(unionAddresses(subtractAddresses(a, b), intersectAddresses(a, b)), a)).toBe(true);
        expect(addressesEqual(unionAllAddresses([a, b, c]), unionAddresses(a, unionAddresses(b, c)))).toBe(true);
        expect(addressesSize(unionAddresses(a, b))).toBe(
          addressesSize(a) + addressesSize(b) - addressesSize(intersectAddresses(a, b)),
        );
        expect(noAddresses(subtractAddresses(a, ALL_ADDRESSES))).toBe(true);
        expect(addressesEqual(unionAddresses(a, NO_ADDRESSES), a)).toBe(true);
      }),
    );
  });
});
