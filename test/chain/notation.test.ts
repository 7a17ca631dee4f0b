/** A packet that is told can be sent again: what `describe` writes, the notation reads. */
import { expect, test } from "vitest";
import { describe } from "../../server/src/chain/describe.ts";
import { makePacket } from "../../server/src/chain/packet.ts";
import { World } from "../../server/src/chain/world.ts";
import { parsePacket } from "../../server/src/syntax/packetText.ts";
import { policyOf } from "../policy/programs.ts";

const policy = policyOf(`
segment ls { vni 1  subnet 10.0.1.0/24, fd00:1::/64  gateway 10.0.1.1 }
vm web-01 { vnic eth0 { mac 00:50:56:aa:01:11  ip 10.0.1.11, fd00:1::11  segment ls } }
vm web-02 { vnic eth0 { mac 00:50:56:aa:01:12  ip dhcp  segment ls } }`);
const world = World.start(policy);

function told(text: string): string {
  const parsed = parsePacket(text);
  expect(parsed.errors.map(({ message }) => message)).toEqual([]);
  const made = parsed.packet && makePacket(world, parsed.packet, parsed.from);
  if (!made || "error" in made) throw new Error(made?.error ?? "no packet");
  return describe(made.packet, policy);
}

test.each([
  ["tcp web-01:1000 -> 203.0.113.7:443", "tcp 10.0.1.11:1000 -> 203.0.113.7:443 syn"],
  ["tcp [2001:db8::7]:1 -> web-01:443 fin, ack", "tcp [2001:db8::7]:1 -> [fd00:1::11]:443 fin, ack"],
  ["udp web-01:53 -> 203.0.113.7:1", "udp 10.0.1.11:53 -> 203.0.113.7:1"],
  ["sctp web-01:1 -> 203.0.113.7:2", "sctp 10.0.1.11:1 -> 203.0.113.7:2"],
  ["icmp web-01 -> 203.0.113.7", "icmp 10.0.1.11 -> 203.0.113.7 echo-request"],
  ["icmp web-01 -> 203.0.113.7 echo-reply id 7", "icmp 10.0.1.11 -> 203.0.113.7 echo-reply id 7"],
  ["icmpv6 web-01 -> fd00:1::1 neighbor-solicitation", "icmpv6 fd00:1::11 -> fd00:1::1 neighbor-solicitation"],
  ["ip/gre web-01 -> 203.0.113.7", "ip/gre 10.0.1.11 -> 203.0.113.7"],
  ["ip/200 web-01 -> 203.0.113.7", "ip/200 10.0.1.11 -> 203.0.113.7"],
  ["arp request 10.0.1.1 from web-01", "arp request 10.0.1.1 from 10.0.1.11"],
  ["arp reply 10.0.1.1 at 00:50:56:00:00:01 to web-01", "arp reply 10.0.1.1 at 00:50:56:00:00:01 to 10.0.1.11"],
  ["dhcp discover from web-02", "dhcp discover from web-02.eth0"],
  ["dhcp ack 10.0.1.50 to web-02", "dhcp ack 10.0.1.50 to web-02.eth0"],
])("%s", (sent, text) => {
  expect(told(sent)).toBe(text);
  expect(told(text)).toBe(text);
});

test.each([
  ["tcp nobody:1 -> web-01:2", "nobody"],
  ["tcp web-02:1 -> web-01:2", "web-02.eth0"],
  ["arp request fd00:1::1 from web-01", "IPv4"],
  ["dhcp ack 10.0.1.50 to 10.9.9.9", "a DHCP message goes to a VM"],
  ['frame "12"', "14 octets"],
  ['frame "00 5x"', "hex digit"],
  ["tcp web-01:1 -> web-01:2 ttl 300", "TTL"],
  ["tcp web-01:70000 -> web-01:2", "port"],
  ["tcp 999.1.1.1:1 -> web-01:2", "999.1.1.1"],
  ["ip/nonsense web-01 -> web-01", "nonsense"],
])("%s cannot be made, and the place is told", (text, why) => {
  const { packet, errors } = parsePacket(text);
  const made = packet ? makePacket(world, packet) : undefined;
  const error = made && "error" in made ? made : undefined;
  expect(error?.error ?? errors[0]?.message).toContain(why);
  if (error) expect(text.slice(error.start, error.end).length).toBeGreaterThan(0);
});
