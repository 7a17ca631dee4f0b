/**
 * The services that NSX comes with: what their names mean (NSX-T "System-defined services", NSX-v "Service"). In the
 * language's notation; `alg` before a colon. The names of both generations, without regard to case, blanks and hyphens.
 */
const ROWS = `
Active Directory Server | tcp/464
Active Directory Server UDP | udp/464
AD Server | tcp/1024
AH | ip/51
ANY TCP | tcp
ANY UDP | udp
ARP | ether/0x0806
BGP | tcp/179
CIM-HTTP | tcp/5988
CIM-HTTPS | tcp/5989
DHCP-Client | udp/68
DHCP-Server | udp/67
DHCPv6 Client | udp/546
DHCPv6 Server | udp/547
DNS | tcp/53
DNS-TCP | tcp/53
DNS-UDP | udp/53
EGP | ip/8
ESP | ip/50
FTP | ftp: tcp/21
GRE | ip/47
HTTP | tcp/80
HTTPS | tcp/443
HTTPS, net.tcp binding | tcp/32844
Heartbeat | udp/57348
IBM DB2 | tcp/523
ICMP ALL | icmp
ICMP Destination Unreachable | icmp/3
ICMP Echo | icmp/8
ICMP Echo Reply | icmp/0
ICMP Echo Request | icmp/8
ICMP Redirect | icmp/5
ICMP Router Advertisement | icmp/9
ICMP Router Solicitation | icmp/10
ICMP Source Quench | icmp/4
ICMP Time Exceeded | icmp/11
ICMPv4-ALL | icmp
ICMPv6-ALL | icmpv6
IGMP | ip/2
IKE (Key Exchange) | udp/500
IKE (NAT Traversal) | udp/4500
IMAP | tcp/143
IMAP_SSL | tcp/993
IPSEC-AH | ip/51
IPSEC-ESP | ip/50
IPv6-ICMP Destination Unreachable | icmpv6/1
IPv6-ICMP Echo | icmpv6/128
IPv6-ICMP Echo Reply | icmpv6/129
IPv6-ICMP Echo Request | icmpv6/128
IPv6-ICMP Multicast Listener Done | icmpv6/132
IPv6-ICMP Multicast Listener Query | icmpv6/130
IPv6-ICMP Multicast Listener Report | icmpv6/131
IPv6-ICMP Neighbor Advertisement | icmpv6/136
IPv6-ICMP Neighbor Solicitation | icmpv6/135
IPv6-ICMP Packet Too Big | icmpv6/2
IPv6-ICMP Parameter Problem | icmpv6/4
IPv6-ICMP Router Advertisement | icmpv6/134
IPv6-ICMP Router Solicitation | icmpv6/133
IPv6-ICMP Time Exceeded | icmpv6/3
IPv6-ICMP Version 2 Multicast Listener | icmpv6/143
KERBEROS | udp/88
KERBEROS-TCP | tcp/88
KERBEROS-UDP | udp/88
L2TP | udp/1701
LDAP | tcp/389
LDAP-UDP | udp/389
LDAP Global Catalog | tcp/3268
LDAP-over-SSL | tcp/636
LLDP | ether/0x88cc
MS RPC TCP | dcerpc: tcp/135
MS RPC UDP | dcerpc: udp/135
MS_RPC_TCP | dcerpc: tcp/135
MS_RPC_UDP | dcerpc: udp/135
MS-DS-TCP | tcp/445
MS-DS-UDP | udp/445
MS-SQL-M-TCP | tcp/1434
MS-SQL-M-UDP | udp/1434
MS-SQL-S-TCP | tcp/1433
MS-SQL-S-UDP | udp/1433
MSSQL Server Database Engine | tcp/1433
Microsoft Active Directory V1 | tcp/3268
Microsoft Media Server (TCP) | tcp/1755
Microsoft Media Server (UDP) | udp/1755
Microsoft SQL Server | tcp/1433
MySQL | tcp/3306
NBDG-Broadcast | udp/138
NBDG-Unicast | udp/138
NBNS-Broadcast | udp/137
NBNS-Unicast | udp/137
NBSS | tcp/139
NetBios Datagram (TCP) | tcp/138
NetBios Datagram (UDP) | udp/138
NetBios Name Service (TCP) | tcp/137
NetBios Name Service (UDP) | udp/137
NetBios Session Service (TCP) | tcp/139
NetBios Session Service (UDP) | udp/139
NFS (TCP) | tcp/2049
NFS (UDP) | udp/2049
NFS-TCP | tcp/2049
NFS-UDP | udp/2049
NTP | udp/123
NTP Time Server | udp/123
Oracle | tcp/1521
Oracle-2 | tcp/1526
Oracle TNS | oracle: tcp/1521
ORACLE_TNS | oracle: tcp/1521
OSPF | ip/89
PIM | ip/103
POP3 | tcp/110
POP3_SSL | tcp/995
PPTP | tcp/1723
RARP | ether/0x8035
RDP | tcp/3389
RSVP | ip/46
RTSP (TCP) | tcp/554
RTSP (UDP) | udp/554
SIP 5060 | udp/5060
SIP 5061 | tcp/5061
SMB | tcp/445
SMB Server | tcp/445
SMB Server UDP | udp/445
SMTP | tcp/25
SMTP_TLS | tcp/587
SNMP | udp/161
SNMP-Recieve | udp/161
SNMP-Receive | udp/161
SNMP-Send | udp/162
SSH | tcp/22
SUN RPC TCP | sun-rpc: tcp/111
SUN RPC UDP | sun-rpc: udp/111
SUN_RPC_TCP | sun-rpc: tcp/111
SUN_RPC_UDP | sun-rpc: udp/111
Server Message Block (SMB) | tcp/445
Syslog (TCP) | tcp/514
Syslog (UDP) | udp/514
Syslog-Server | tcp/514
Syslog-Server-UDP | udp/514
TFTP | tftp: udp/69
Telnet | tcp/23
Terminal Services (TCP) | tcp/3389
Terminal Services (UDP) | udp/3389
VRRP | ip/112
WINS | tcp/42
WINS-UDP | udp/42
Windows-Global-Catalog | tcp/3268
Windows-Global-Catalog-over-SSL | tcp/3269
`;

export interface PredefinedService {
  readonly name: string;
  readonly entry: string;
  readonly alg?: string;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
const TABLE: ReadonlyMap<string, PredefinedService> = new Map(
  ROWS.trim()
    .split("\n")
    .map((row) => {
      const [name, meaning] = row.split(" | ") as [string, string];
      const [alg, entry] = meaning.includes(": ") ? (meaning.split(": ") as [string, string]) : [undefined, meaning];
      return [plain(name), { name, entry, ...(alg !== undefined && { alg }) }];
    }),
);

/** A service that NSX has without anybody's declaring it, by its name or the last part of its path. */
export const predefinedService = (name: string): PredefinedService | undefined => TABLE.get(plain(name));
