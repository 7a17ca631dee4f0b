/**
 * The services that NSX comes with, as a manager of NSX-T lists them, and names that only NSX-v has. In the language's
 * notation; `alg` before a colon. Names count without regard to case, blanks and signs, so that ids are names, too.
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
DCM Java Object Cache port | tcp/7100
DHCP, MADCAP | udp/2535
DHCP-Client | udp/68
DHCP-Server | udp/67
DHCPv6 Client | udp/546
DHCPv6 Server | udp/547
Directory Services | tcp/5725
DNS | tcp/53
DNS-TCP | tcp/53
DNS-UDP | udp/53
EdgeSync service | tcp/50636
EdgeSync service/ADAM | tcp/50389
EGP | ip/8
Enterprise Manager Reporting port | tcp/3339
Enterprise Manager RMI port | tcp/1850
Enterprise Manager Servlet port SSL | tcp/1810
Enterprise ManagerAgent port | tcp/1831
ESP | ip/50
Exchange ActiveSync | udp/2883
For X.400 connections over TCP | tcp/102
FTP | ftp: tcp/21
GRE | ip/47
H323 Call Signaling | tcp/1720
H323 Gatekeeper Discovery | udp/1718
HBR Server App | tcp/5480
Heartbeat | udp/57348
HTTP | tcp/80
HTTPS | tcp/443
HTTPS, net.tcp binding | tcp/{32843, 32844, 32845}
IBM DB2 | tcp/5000
ICMP ALL | icmp
ICMP Destination Unreachable | icmp/3
ICMP Echo | icmp/8
ICMP Echo Reply | icmp/0:0
ICMP Echo Request | icmp/8:0
ICMP Redirect | icmp/5
ICMP Router Advertisement | icmp/9:0
ICMP Router Solicitation | icmp/10:0
ICMP Source Quench | icmp/4:0
ICMP Time Exceeded | icmp/11
ICMPv4-ALL | icmp
ICMPv6-ALL | icmpv6
IGMP | ip/2
IGMP Leave Group | ip/2
IGMP Membership Query | ip/2
IGMP V2 Membership Report | ip/2
IGMP V3 Membership Report | ip/2
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
ISAKMP | udp/500
iSQLPlus 10g | tcp/5560
iSQLPlus 10g (5580) | tcp/5580
Java Object Cache port | tcp/7000
KERBEROS | tcp/88
KERBEROS-TCP | tcp/88
KERBEROS-UDP | udp/88
L2TP | udp/1701
LDAP | tcp/389
LDAP Global Catalog | tcp/3268
LDAP-over-SSL | tcp/636
LDAP-over-SSL-UDP | udp/636
LDAP-UDP | udp/389
LLDP | ether/0x88cc
Log Loader | tcp/44000
MGCP (TCP) | tcp/2428
MGCP (UDP) | udp/2427
Microsoft Active Directory V1 | tcp/3268
Microsoft Media Server (TCP) | tcp/1755
Microsoft Media Server (UDP) | udp/1755
Microsoft SQL Server | tcp/1433
MS Customizable | tcp/64327
MS Replication service | tcp/808
MS RPC TCP | dcerpc: tcp/135
MS RPC UDP | dcerpc: udp/135
MS Unified Messaging server | tcp/{5060, 5061, 5062}
MS Unified Messaging server - Client Access | tcp/{5075, 5076, 5077}
MS Unified Messaging server-Phone | tcp/{5060, 5061, 5065, 5066, 5067, 5068}
MS-DS | tcp/445
MS-DS-TCP | tcp/445
MS-DS-UDP | udp/445
MS-SQL-M | udp/1434
MS-SQL-M-TCP | tcp/1434
MS-SQL-M-UDP | udp/1434
MS-SQL-S | tcp/1433
MS-SQL-S-TCP | tcp/1433
MS-SQL-S-UDP | udp/1433
MS_RPC_TCP | dcerpc: tcp/135
MS_RPC_UDP | dcerpc: udp/135
MSN (TCP) | tcp/1863
MSN (UDP) | udp/1863
MSSQL Server Database Engine | tcp/1433
MySQL | tcp/3306
NBDG-Broadcast | udp/138
NBDG-Broadcast-V1 | udp/138
NBDG-Unicast | udp/138
NBNS-Broadcast | udp/137
NBNS-Broadcast-V1 | udp/137
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
NFS Client | tcp/111
NFS Client UDP | udp/111
NFS-Server-TCP | tcp/2049
NFS-Server-UDP | udp/2049
NFS-TCP | tcp/2049
NFS-UDP | udp/2049
NNTP | tcp/119
NNTP_SSL | tcp/563
NTP | udp/123
NTP Time Server | udp/123
OC4J Forms / Reports Instance | tcp/8888
OC4J Forms / Reports Instance (8889) | tcp/8889
Office communication server | tcp/{5075, 5076, 5077}
Office Server Web Services, HTTP, SSL | tcp/{56737, 56738}
Oracle | tcp/1521
Oracle Connection Manager (CMAN) | tcp/1630
Oracle Connection Manager Admin (CMAN) | tcp/1830
Oracle Enterprise Manager Web Console | tcp/5500
Oracle Forms Server 6 / 6i | tcp/9000
Oracle GIOP IIOP | tcp/2481
Oracle GIOP IIOP for SSL | tcp/2482
Oracle HTTP Server Diagnostic Port | tcp/7200
Oracle HTTP Server Jserv port | tcp/8007
Oracle HTTP Server listen port | tcp/7778
Oracle HTTP Server port | tcp/7777
Oracle HTTP Server Port Tunneling | tcp/7501
Oracle HTTP Server SSL port | tcp/4443
Oracle Intelligent Agent (1748) | tcp/1748
Oracle Intelligent Agent (1754) | tcp/1754
Oracle Intelligent Agent (1808) | tcp/1808
Oracle Intelligent Agent (1809) | tcp/1809
Oracle Internet Directory(non-SSL) | tcp/389
Oracle Internet Directory(non-SSL, 4032) | tcp/4032
Oracle Internet Directory(SSL) | tcp/636
Oracle Internet Directory(SSL, 4031) | tcp/4031
Oracle JDBC for Rdb Thin Server | tcp/1701
Oracle Names | tcp/1575
Oracle Net Listener | tcp/1526
Oracle Net Listener / Enterprise Manager Repository port | tcp/1521
Oracle Notification Service local port | tcp/6100
Oracle Notification Service remote port | tcp/6200
Oracle Notification Service request port | tcp/6003
Oracle OC4J AJP | tcp/3301
Oracle OC4J IIOP | tcp/3401
Oracle OC4J IIOPS1 | tcp/3501
Oracle OC4J IIOPS2 | tcp/3601
Oracle OC4J JMS | tcp/3701
Oracle OC4J RMI | tcp/3201
Oracle SOAP Server | tcp/9998
Oracle Times Ten (15000) | tcp/15000
Oracle Times Ten (15002) | tcp/15002
Oracle Times Ten (15004) | tcp/15004
Oracle TimesTen | tcp/4662
Oracle TimesTen (4758) | tcp/4758
Oracle TimesTen (4759) | tcp/4759
Oracle TimesTen (4761) | tcp/4761
Oracle TimesTen (4764) | tcp/4764
Oracle TimesTen (4766) | tcp/4766
Oracle TimesTen (4767) | tcp/4767
Oracle TNS | oracle: tcp/1521
Oracle XMLDB FTP Port | tcp/2100
Oracle XMLDB HTTP port | tcp/8080
Oracle-2 | tcp/1526
ORACLE-FORM-SERVICES | tcp/9000
ORACLE-HTTP | tcp/7777
ORACLE-XDB-FTP | tcp/2100
Oracle9iAS Clickstream Collector Agent | tcp/6668
Oracle9iAS Web Cache Admin port | tcp/4000
Oracle9iAS Web Cache HTTP Listen(non-SSL) port | tcp/7779
Oracle9iAS Web Cache HTTP Listen(SSL) port | tcp/4444
Oracle9iAS Web Cache Invalidation port | tcp/4001
Oracle9iAS Web Cache Statistics port | tcp/4002
ORACLE_TNS | oracle: tcp/1521
OracleAS Certificate Authority (OCA) - Mutual Authentication | tcp/4401
OracleAS Certificate Authority (OCA) - Server Authentication | tcp/4400
OS Agent | tcp/14000
OSPF | ip/89
PC Anywhere (TCP) | tcp/5631
PC Anywhere (UDP) | udp/5632
PIM | ip/103
POP3 | tcp/110
POP3_SSL | tcp/995
PostgreSQL | tcp/5432
PPTP | tcp/1723
RARP | ether/0x8035
RDP | tcp/3389
RFB | tcp/5900-5964
Routing Engine service | tcp/691
RPC, DFSR (SYSVOL) | tcp/5722
RSVP | ip/46
RTSP (TCP) | tcp/554
RTSP (UDP) | udp/554
SAP Admin console | tcp/20005
SAP Alert Server | tcp/30011
SAP Backup Server | tcp/30017
SAP Cache Server | tcp/1095
SAP Central Software Deployment Manager | tcp/20201
SAP Comm | tcp/20003
SAP Content Server | tcp/1090
SAP Cruiser | tcp/30008
SAP Design Time Repository | tcp/50015
SAP Dispatcher | tcp/3200
SAP Dispatcher Netweaver App Server | udp/3200
SAP Enqueue Repl 2 | tcp/50116
SAP Enqueue Svr | tcp/3201
SAP Exchange Groupware Connector (DCOM) | tcp/135
SAP File Adapter | tcp/8230
SAP gateway - CPIC/RFC | tcp/3300
SAP Gateway Netweaver App Server | udp/3300
SAP gateway/replication | tcp/3301
SAP GRMG Service (Heartbeat) | tcp/30006
SAP HostControl | tcp/1128
SAP HostControlS | tcp/1129
SAP HTTP | tcp/50000
SAP HTTP Server | tcp/30005
SAP HTTP Server 2 | tcp/8353
SAP HTTPS | tcp/50001
SAP IBM | tcp/{4402, 50000}
SAP ICM HTTP | tcp/8000
SAP IIOP | tcp/50007
SAP IIOP initial | tcp/50002
SAP IIOPS | tcp/50003
SAP Import Mgr | tcp/20006
SAP Index Server | tcp/30003
SAP Index Server 2 | tcp/8351
SAP Inst | tcp/{21212, 21213}
SAP Inst on IBM | tcp/{59975, 59976}
SAP Inter Server COmm | tcp/20004
SAP IPC data loader | tcp/4445
SAP IPC Dispatcher Mobile client | tcp/4444
SAP IPC Dispatcher Mobile client 2 | tcp/4363
SAP IPC Server | tcp/9999
SAP Java Debug | tcp/50021
SAP Java Join | tcp/50020
SAP JDBCAdapter | tcp/8220
SAP JMS | tcp/50010
SAP JMS Adapter | tcp/8210
SAP JMS/JDBC/File Adapter Server | tcp/8200
SAP Layout Server | tcp/{31596, 31597, 31604}
SAP Layout Server 2 | tcp/31596
SAP Layout Server Adobe InDesign | tcp/31603
SAP Layout Server Quark Express | tcp/31602
SAP LiveCache | tcp/{7200, 7210, 7269, 7270, 7575}
SAP Lotus Domino - Connector | tcp/62026-62029
SAP Lotus Domino - Proxy | tcp/62126-62129
SAP Mapping Manager | tcp/3909
SAP MDM Server | tcp/2000-2002
SAP Message Server HTTP | tcp/8100
SAP Monitoring (GRMG) | tcp/8366
SAP Msg Svr | tcp/3600
SAP Msg Svr 2 | tcp/3601
SAP Msg Svr HTTP | tcp/8101
SAP Name Server | tcp/30001
SAP Name Server 2 | tcp/8355
SAP network Test Program | tcp/3298
SAP Oracle Listener | tcp/1527
SAP P4 | tcp/50004
SAP P4 over HTTP | tcp/50005
SAP P4 over SSL | tcp/50006
SAP PAW Communication Server | tcp/1099
SAP PAW Servlet Engine | tcp/1089
SAP Pre Processor | tcp/30002
SAP Pre Processor 2 | tcp/8357
SAP printer spooler | tcp/515
SAP Queue Server | tcp/30004
SAP Queue Server 2 | tcp/8352
SAP RFC Server | tcp/30007
SAP Router | tcp/3299
SAP SDM/SL | tcp/{50017, 50018, 50019}
SAP SNC secured gateway | tcp/4800
SAP Start Service | tcp/50013
SAP Start Service 2 | tcp/50014
SAP Syndicator Service | tcp/20007
SAP Telnet | tcp/50008
SAP Upgrade | tcp/{4238, 4239, 4240, 4241}
Server Message Block (SMB) | tcp/{137, 138, 139}
SIP 5060 | udp/5060
SIP 5061 | udp/5061
Site Replication service | tcp/379
Skinny | tcp/2000
SMB | tcp/445
SMB Server | tcp/445
SMB Server UDP | udp/445
SMTP | tcp/25
SMTP_TLS | tcp/587
SNMP | udp/161
SNMP-Receive | udp/161
SNMP-Recieve | udp/161
SNMP-Send | udp/162
SOAP | tcp/9389
SQL Analysis service | tcp/2383
SQL Server Browser service | tcp/2382
SSH | tcp/22
SUN RPC TCP | sun-rpc: tcp/111
SUN RPC UDP | sun-rpc: udp/111
SUN_RPC_TCP | sun-rpc: tcp/111
SUN_RPC_UDP | sun-rpc: udp/111
Syslog (TCP) | tcp/514
Syslog (UDP) | udp/514
Syslog-Server | tcp/514
Syslog-Server-UDP | udp/514
T120 (Whiteboard A43) | tcp/1503
Telnet | tcp/23
Terminal Services (TCP) | tcp/3389
Terminal Services (UDP) | udp/3389
TFTP | tftp: udp/69
VMware Consolidated Backup | tcp/443
VMware VMotion | tcp/8000
VMware-CIMSLP | udp/427
VMware-DataRecovery | tcp/22024
VMware-DVS | tcp/{8301, 8302}
VMware-ESXi5.x-TCP | tcp/902
VMware-ESXi5.x-UDP | udp/902
Vmware-FT-TCP | tcp/{8100, 8200}
Vmware-FT-UDP | udp/{8100, 8200}
VMware-HA-TCP | tcp/8182
VMware-HA-UDP | udp/8182
Vmware-Heartbeat-PrimarySecondary | tcp/57348
VMware-iSCSI-Server | tcp/3260
VMware-SPS | tcp/{31000, 31100}
VMware-SRM-H5-UI | tcp/443
VMware-SRM-HTTP | tcp/9008
VMware-SRM-Replication | tcp/8123
VMware-SRM-Server-Management | tcp/9086
VMware-SRM-SOAP | tcp/8043
VMware-SRM-UI | tcp/9085
VMware-SRM-VAMI | tcp/8080
VMware-SRM-vCentreServer | tcp/8096
VMware-SRM-vSphereReplication | tcp/{31031, 44046}
Vmware-SRM-WSDL-vCentreServer | tcp/9007
VMware-SRMClient-Server | tcp/8095
VMware-UpdateMgr | tcp/9000-9100
VMware-UpdateMgr-Patching | tcp/735
VMware-UpdateMgr-SOAP | tcp/8084
Vmware-UpdateMgr-update | tcp/9087
VMware-UpdateMgr-VUM | tcp/9084
VMware-VC-DPM | udp/623
VMware-VC-DumpCollector-TCP | tcp/8000
VMware-VC-DumpSvr | udp/6500
VMware-VC-ESXi | tcp/51915
Vmware-VC-HTTP | tcp/10080
VMware-VC-RemoteConsole | tcp/903
VMware-VC-Syslog | tcp/8001
Vmware-VC-VC-Internal | tcp/{7500, 8005, 8006, 8083, 8085, 8086, 8087, 8443, 10109, 10111, 60099}
Vmware-VC-WebAccess | tcp/{8443, 9443, 10443}
Vmware-VCHeartbeat | tcp/52267
VMware-VCO-Command | tcp/8240
VMware-VCO-Data | tcp/8244
Vmware-VCO-Lookup | tcp/8230
VMware-VCO-Messaging | tcp/8250
Vmware-VCO-VCO-HTTP | tcp/8282
VMware-VCO-VCO-HTTPS | tcp/8283
VMware-VCO-WebHTTP | tcp/8280
VMware-VCO-WebHTTPS | tcp/8281
VMware-VCOMgr-UI | tcp/1194
VMware-VCOStdAln-Heartbeat | tcp/1199
Vmware-VCOStdAln-Remote | tcp/61616
Vmware-VDM2.x-AJP | tcp/8009
VMware-VDM2.x-Ephemeral | tcp/1024-65535
Vmware-VDM2.x-JMS | tcp/4100
VMware-VDM2.x-RGS | tcp/42966
VMware-View-PCoIP | tcp/4172
VMware-View5.x-JMS | tcp/4001
VMware-View5.x-PCoIP-UDP | udp/4172
VMware-VR-Replication-Traffic | tcp/{31031, 44046}
VMware-VR-Server-Management-Traffic | tcp/8043
VRRP | ip/112
Win - RPC, DCOM, EPM, DRSUAPI, NetLogonR, SamR, FRS - TCP | tcp/1025-65535
Win - RPC, DCOM, EPM, DRSUAPI, NetLogonR, SamR, FRS - UDP | udp/1025-65535
Win 2003 - RPC, DCOM, EPM, DRSUAPI, NetLogonR, SamR, FRS | tcp/1025-5000
Win 2008 - RPC, DCOM, EPM, DRSUAPI, NetLogonR, SamR, FRS | tcp/49152-65535
Windows-Global-Catalog | tcp/3268
Windows-Global-Catalog-over-SSL | tcp/3269
WINS | tcp/42
WINS-UDP | udp/42
Yahoo Messenger (TCP) | tcp/5050
Yahoo Messenger (UDP) | udp/5050
`;

export interface PredefinedService {
  readonly name: string;
  readonly entry: string;
  readonly alg?: string;
}

export const PREDEFINED: readonly PredefinedService[] = ROWS.trim()
  .split("\n")
  .map((row) => {
    const [name, meaning] = row.split(" | ") as [string, string];
    const [alg, entry] = meaning.includes(": ") ? (meaning.split(": ") as [string, string]) : [undefined, meaning];
    return { name, entry, ...(alg !== undefined && { alg }) };
  });
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
const TABLE: ReadonlyMap<string, PredefinedService> = new Map(
  PREDEFINED.map((service) => [plain(service.name), service]),
);

/** By the ids of a manager: names with `_` for blanks, but for one. Names with other signs in them are left out. */
export const PREDEFINED_IDS: ReadonlyMap<string, PredefinedService> = new Map(
  PREDEFINED.filter(({ name }) => /^[\w .-]+$/.test(name)).map((service) => [
    service.name === "ICMP ALL" ? "ICMP-ALL" : service.name.replaceAll(" ", "_"),
    service,
  ]),
);

/** A service that NSX has without anybody's declaring it, by its name or the last part of its path. */
export const predefinedService = (name: string): PredefinedService | undefined => TABLE.get(plain(name));
