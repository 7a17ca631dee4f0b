/** What an engineer would look up about a value: ports, protocols, timers, MAC vendors, special prefixes. Markdown. */

import { familyOf, formatIp, type Ip, type Mac, parsePrefix, prefixRange } from "../policy/addresses.ts";
import type { TimerName } from "../policy/policy.ts";
import { code } from "./markdown.ts";

/** Names of the ports that a firewall engineer meets (IANA's registry, and what is common in its place). */
const PORTS: ReadonlyMap<number, string> = new Map([
  [20, "FTP data"],
  [21, "FTP"],
  [22, "SSH"],
  [23, "Telnet"],
  [25, "SMTP"],
  [49, "TACACS+"],
  [53, "DNS"],
  [67, "DHCP server"],
  [68, "DHCP client"],
  [69, "TFTP"],
  [80, "HTTP"],
  [88, "Kerberos"],
  [110, "POP3"],
  [111, "rpcbind"],
  [123, "NTP"],
  [135, "Microsoft RPC endpoint mapper"],
  [137, "NetBIOS name service"],
  [138, "NetBIOS datagram"],
  [139, "NetBIOS session"],
  [143, "IMAP"],
  [161, "SNMP"],
  [162, "SNMP trap"],
  [179, "BGP"],
  [389, "LDAP"],
  [443, "HTTPS"],
  [445, "SMB"],
  [464, "Kerberos password"],
  [465, "SMTP over TLS"],
  [500, "IKE"],
  [514, "syslog"],
  [546, "DHCPv6 client"],
  [547, "DHCPv6 server"],
  [587, "mail submission"],
  [623, "IPMI"],
  [636, "LDAPS"],
  [853, "DNS over TLS"],
  [902, "VMware ESXi host management, VM console"],
  [989, "FTPS data"],
  [990, "FTPS"],
  [993, "IMAPS"],
  [995, "POP3S"],
  [1194, "OpenVPN"],
  [1433, "Microsoft SQL Server"],
  [1521, "Oracle database"],
  [1812, "RADIUS"],
  [1813, "RADIUS accounting"],
  [2049, "NFS"],
  [3260, "iSCSI"],
  [3268, "Active Directory global catalog"],
  [3269, "Active Directory global catalog over TLS"],
  [3306, "MySQL"],
  [3389, "RDP"],
  [3478, "STUN"],
  [4500, "IPsec NAT traversal"],
  [4789, "VXLAN"],
  [5060, "SIP"],
  [5061, "SIP over TLS"],
  [5353, "multicast DNS"],
  [5432, "PostgreSQL"],
  [5671, "AMQP over TLS"],
  [5672, "AMQP"],
  [5900, "VNC"],
  [5985, "WinRM"],
  [5986, "WinRM over TLS"],
  [6081, "Geneve"],
  [6379, "Redis"],
  [6443, "Kubernetes API"],
  [8080, "HTTP, alternative"],
  [8443, "HTTPS, alternative (Tomcat)"],
  [8472, "VXLAN, before IANA's 4789"],
  [9092, "Kafka"],
  [9200, "Elasticsearch"],
  [11211, "memcached"],
  [27017, "MongoDB"],
]);

/** What a port is known for, or the range it lies in (RFC 6335). */
export function portNote(port: number): string {
  const name = PORTS.get(port);
  const range =
    port < 1024 ? "system port (0–1023)" : port < 49152 ? "user port (1024–49151)" : "dynamic port (49152–65535)";
  return name === undefined ? `no well-known service; ${range}` : `**${name}**; ${range}`;
}
export const portName = (port: number): string | undefined => PORTS.get(port);

/** Default and meaning of a connection timer. */
export const TIMER_NOTES: Readonly<Record<TimerName, { readonly default: string; readonly text: string }>> = {
  "tcp-first-packet": { default: "120s", text: "after the SYN" },
  "tcp-opening": { default: "30s", text: "until the handshake is complete" },
  "tcp-established": { default: "12h", text: "while the connection is established" },
  "tcp-closing": { default: "120s", text: "after the first FIN" },
  "tcp-fin-wait": { default: "45s", text: "after both FINs" },
  "tcp-closed": { default: "20s", text: "after a RST" },
  "udp-first": { default: "60s", text: "after the first packet (UDP and other protocols)" },
  "udp-single": { default: "30s", text: "when the source has sent again without a reply" },
  "udp-multiple": { default: "60s", text: "when both sides have sent" },
  "icmp-first": { default: "20s", text: "after the first ICMP packet" },
  "icmp-error": { default: "10s", text: "after an ICMP error" },
};
export const isTimer = (word: string): word is TimerName => Object.hasOwn(TIMER_NOTES, word);

/** Undefined when the word is no timer. */
export function timerText(word: string): string | undefined {
  if (!isTimer(word)) return undefined;
  const note = TIMER_NOTES[word];
  return `${code(word)}: how long a connection is kept ${note.text}. Default ${note.default}; 0s disables it.`;
}

/** Organisations behind the first three octets that a virtual data centre shows (IEEE's registry). */
const OUIS: ReadonlyMap<number, string> = new Map([
  [0x005056, "VMware"],
  [0x000c29, "VMware (generated, stand-alone host)"],
  [0x000569, "VMware"],
  [0x001c14, "VMware"],
  [0x00155d, "Microsoft Hyper-V"],
  [0x525400, "QEMU/KVM (locally administered)"],
  [0x080027, "VirtualBox"],
  [0x00163e, "Xen"],
]);

/** What the first hex digits of a group address are for (IEEE 802.1D, RFC 1112, RFC 2464, Cisco). */
const MULTICAST_MACS: readonly (readonly [string, string])[] = [
  ["0180c2000000", "spanning tree BPDUs"],
  ["0180c2000002", "LACP"],
  ["0180c200000e", "LLDP"],
  ["01000ccccccc", "CDP"],
  ["01005e", "IPv4 multicast"],
  ["3333", "IPv6 multicast"],
];

export function macNote(mac: Mac): string {
  const oui = Math.floor(mac / 0x1000000);
  const first = Math.floor(mac / 2 ** 40);
  if (mac === 2 ** 48 - 1) return "**broadcast**";
  if (first & 1) {
    const group = MULTICAST_MACS.find(([prefix]) => mac.toString(16).padStart(12, "0").startsWith(prefix))?.[1];
    return `**multicast**${group ? ` (${group})` : ""}: the lowest bit of the first octet is set, so no vNIC can own it`;
  }
  if (oui === 0x005056) {
    return `**VMware** (OUI 00:50:56), ${vmwareRange(Math.floor(mac / 0x10000) & 0xff)}`;
  }
  const vendor = OUIS.get(oui);
  if (vendor !== undefined) return `**${vendor}**`;
  return first & 2 ? "locally administered address" : "vendor not in the small table of this hover";
}

/** By the fourth octet (vSphere documentation, "VMware OUI Allocation" and "Assigning Static MAC Addresses"). */
function vmwareRange(fourth: number): string {
  if (fourth <= 0x3f) return "in the range for addresses set by hand (00:50:56:00:00:00–3f:ff:ff)";
  if (fourth >= 0x80 && fourth <= 0xbf)
    return `in the range that vCenter generates (00:50:56:80:00:00–bf:ff:ff), here the one whose instance id is ${fourth - 0x80}`;
  return "in a range that VMware keeps for other things, such as VMkernel adapters";
}

/** Groups that protocols listen to (IANA's registries of IPv4 and IPv6 multicast addresses). */
const MULTICAST_GROUPS: ReadonlyMap<string, string> = new Map([
  ["224.0.0.1", "all hosts"],
  ["224.0.0.2", "all routers"],
  ["224.0.0.5", "OSPF, all routers"],
  ["224.0.0.6", "OSPF, designated routers"],
  ["224.0.0.9", "RIPv2"],
  ["224.0.0.10", "EIGRP"],
  ["224.0.0.13", "PIM"],
  ["224.0.0.18", "VRRP"],
  ["224.0.0.22", "IGMPv3"],
  ["224.0.0.251", "multicast DNS"],
  ["224.0.0.252", "LLMNR"],
  ["239.255.255.250", "SSDP"],
  ["ff02::1", "all nodes"],
  ["ff02::2", "all routers"],
  ["ff02::5", "OSPFv3, all routers"],
  ["ff02::6", "OSPFv3, designated routers"],
  ["ff02::12", "VRRP"],
  ["ff02::16", "MLDv2"],
  ["ff02::fb", "multicast DNS"],
  ["ff02::1:2", "DHCPv6 servers and relays"],
  ["ff02::1:3", "LLMNR"],
]);

const SPECIAL: readonly (readonly [string, string])[] = [
  ["0.0.0.0/32", "the unspecified address"],
  ["10.0.0.0/8", "private (RFC 1918)"],
  ["172.16.0.0/12", "private (RFC 1918)"],
  ["192.168.0.0/16", "private (RFC 1918)"],
  ["100.64.0.0/10", "shared, carrier-grade NAT (RFC 6598)"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local (RFC 3927)"],
  ["192.0.2.0/24", "documentation, TEST-NET-1 (RFC 5737)"],
  ["198.51.100.0/24", "documentation, TEST-NET-2 (RFC 5737)"],
  ["203.0.113.0/24", "documentation, TEST-NET-3 (RFC 5737)"],
  ["198.18.0.0/15", "benchmarking (RFC 2544)"],
  ["255.255.255.255/32", "limited broadcast"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved"],
  ["::/128", "the unspecified address"],
  ["::1/128", "loopback"],
  ["fe80::/10", "link-local (RFC 4291)"],
  ["fc00::/7", "unique local (RFC 4193)"],
  ["2001:db8::/32", "documentation (RFC 3849)"],
  ["ff00::/8", "multicast"],
  ["64:ff9b::/96", "IPv4 translated (RFC 6052)"],
];
const SPECIAL_RANGES = SPECIAL.map(([text, name]) => {
  const prefix = parsePrefix(text) as { address: Ip; length: number };
  return { range: prefixRange(prefix.address, prefix.length), name };
});

/** What kind of addresses all of a range are: `private (RFC 1918)`; undefined for ordinary ones. */
export function addressNote(low: Ip, high: Ip = low): string | undefined {
  const kind = SPECIAL_RANGES.find(
    ({ range: [from, to] }) => familyOf(from) === familyOf(low) && from <= low && high <= to,
  )?.name;
  const group = low === high ? MULTICAST_GROUPS.get(formatIp(low)) : undefined;
  return group === undefined ? kind : `${kind}: ${group}`;
}

/** Multicast and broadcast: no vNIC has such an address, many may listen to it. */
export const isToMany = (low: Ip, high: Ip = low): boolean =>
  /^(?:multicast|limited broadcast)/.test(addressNote(low, high) ?? "");

const DURATIONS: readonly (readonly [number, string])[] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1000, "second"],
  [1, "millisecond"],
];
/** `12h` → `12 hours`. */
export function durationWords(milliseconds: number): string {
  let rest = milliseconds;
  const parts: string[] = [];
  for (const [size, word] of DURATIONS) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0) parts.push(`${n} ${word}${n === 1 ? "" : "s"}`);
  }
  return parts.length === 0 ? "0 seconds: disabled" : parts.join(" ");
}

/** DSCP values with a name (RFC 2474, 2597, 3246, 5865). */
export const DSCP_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "CS0, best effort"],
  [8, "CS1"],
  [10, "AF11"],
  [12, "AF12"],
  [14, "AF13"],
  [16, "CS2"],
  [18, "AF21"],
  [20, "AF22"],
  [22, "AF23"],
  [24, "CS3"],
  [26, "AF31"],
  [28, "AF32"],
  [30, "AF33"],
  [32, "CS4"],
  [34, "AF41"],
  [36, "AF42"],
  [38, "AF43"],
  [40, "CS5"],
  [44, "VOICE-ADMIT"],
  [46, "EF, expedited forwarding"],
  [48, "CS6, network control"],
  [56, "CS7"],
]);
/** What the priorities of 802.1p are meant for (IEEE 802.1Q, "Traffic types"). */
export const COS_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "best effort"],
  [1, "background"],
  [2, "excellent effort"],
  [3, "critical applications"],
  [4, "video"],
  [5, "voice"],
  [6, "internetwork control"],
  [7, "network control"],
]);
