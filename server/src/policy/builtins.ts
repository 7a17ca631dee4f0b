/** The built-in services, readable without declaring them: one row each, with the text that hover shows. */

import type { Service, ServiceMatch } from "./policy.ts";
import { ICMP, ICMPV6, SCTP, TCP, UDP } from "./protocols.ts";

const ports = (protocol: number, low: number, high = low): ServiceMatch => ({
  layer: "ip",
  protocol,
  ports: [low, high],
});
const tcp = (low: number, high?: number) => ports(TCP, low, high);
const udp = (low: number, high?: number) => ports(UDP, low, high);
const ip = (protocol: number): ServiceMatch => ({ layer: "ip", protocol });
const icmp = (icmpType: number): ServiceMatch => ({ layer: "ip", protocol: ICMP, icmpType });
const icmp6 = (icmpType: number): ServiceMatch => ({ layer: "ip", protocol: ICMPV6, icmpType });

export interface BuiltinService extends Service {
  /** One line of Markdown. */
  readonly hover: string;
}
const row = (name: string, matches: readonly ServiceMatch[], hover: string): BuiltinService => ({
  name,
  matches,
  hover,
});

const ROWS: readonly BuiltinService[] = [
  row("http", [tcp(80)], "Web pages, in clear."),
  row("https", [tcp(443)], "Web pages over TLS. HTTP/3 runs over `udp/443` and is not in it."),
  row("ssh", [tcp(22)], "Secure Shell: remote log-in, also SFTP and scp."),
  row("telnet", [tcp(23)], "Remote log-in in clear, passwords included."),
  row("ftp", [tcp(21)], "File transfer, the control connection only; data goes over others."),
  row("ftp-data", [tcp(20)], "File transfer, the server's end of active-mode data connections."),
  row("smtp", [tcp(25)], "Mail between servers."),
  row("dns", [udp(53), tcp(53)], "Name look-up; TCP for long answers and zone transfers."),
  row("dhcp", [udp(67), udp(68)], "Address leases for IPv4: to the server (67) and to the client (68)."),
  row("dhcpv6", [udp(546), udp(547)], "Address leases for IPv6: to the client (546) and to the server (547)."),
  row("ntp", [udp(123)], "Network time."),
  row("snmp", [udp(161)], "Management queries to an agent."),
  row("snmp-trap", [udp(162)], "Management notifications from an agent."),
  row("syslog", [udp(514), tcp(514)], "Log messages to a collector."),
  row("ldap", [tcp(389), udp(389)], "Directory; UDP is what domain members use to find a controller."),
  row("ldaps", [tcp(636)], "Directory over TLS."),
  row("kerberos", [tcp(88), udp(88)], "Kerberos tickets."),
  row("smb", [tcp(445)], "Windows file sharing, without NetBIOS."),
  row("netbios", [udp(137), udp(138), tcp(139)], "NetBIOS names, datagrams and sessions."),
  row("rdp", [tcp(3389), udp(3389)], "Remote Desktop."),
  row("vnc", [tcp(5900, 5903)], "VNC, displays 0 to 3."),
  row("mysql", [tcp(3306)], "MySQL and MariaDB."),
  row("postgresql", [tcp(5432)], "PostgreSQL."),
  row("mssql", [tcp(1433)], "Microsoft SQL Server, the default instance."),
  row("oracle", [tcp(1521)], "Oracle database listener."),
  row("mongodb", [tcp(27017)], "MongoDB."),
  row("redis", [tcp(6379)], "Redis."),
  row("bgp", [tcp(179)], "Border Gateway Protocol."),
  row("ospf", [ip(89)], "Open Shortest Path First."),
  row("vrrp", [ip(112)], "Virtual Router Redundancy Protocol."),
  row("gre", [ip(47)], "Generic Routing Encapsulation."),
  row("esp", [ip(50)], "IPsec, encrypted payload."),
  row("ah", [ip(51)], "IPsec, authentication header."),
  row("ping", [icmp(8)], "ICMP echo request; the reply comes back by state."),
  row("ping6", [icmp6(128)], "ICMPv6 echo request; the reply comes back by state."),
  row("traceroute", [udp(33434, 33523)], "UDP probes of traceroute; the answers are ICMP errors."),
  row("nd", [icmp6(135), icmp6(136)], "IPv6 neighbour solicitation and advertisement: IPv6 does not work without."),
  row(
    "arp",
    [{ layer: "ethernet", etherType: 0x0806 }],
    "Address resolution for IPv4; a service for ethernet sections.",
  ),
  row("any-tcp", [ip(TCP)], "All of TCP."),
  row("any-udp", [ip(UDP)], "All of UDP."),
  row("any-icmp", [ip(ICMP)], "All of ICMP for IPv4. `icmpv6` is all of ICMP for IPv6."),
];

export const BUILTIN_SERVICES: ReadonlyMap<string, BuiltinService> = new Map(ROWS.map((r) => [r.name, r]));

/** What a protocol's word stands for where no port or type follows. */
export const BARE_PROTOCOLS: ReadonlyMap<string, ServiceMatch> = new Map([
  ["tcp", ip(TCP)],
  ["udp", ip(UDP)],
  ["sctp", ip(SCTP)],
  ["icmp", ip(ICMP)],
  ["icmpv6", ip(ICMPV6)],
]);
