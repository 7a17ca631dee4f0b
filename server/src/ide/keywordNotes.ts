/** What every word of the grammar means: for hover, and for the documentation of completion items. Markdown. */
import { DIRECTION_WORDS, MODULE_NOTES } from "./slotNotes.ts";

export interface KeywordNote {
  /** How it is written. */
  readonly syntax: string;
  readonly text: string;
}

const note = (syntax: string, text: string): KeywordNote => ({ syntax, text });

export const KEYWORD_NOTES: ReadonlyMap<string, KeywordNote> = new Map<string, KeywordNote>(
  Object.entries({
    // ---- declarations
    policy: note('policy "TITLE"', "The policy's title, for people."),
    platform: note(
      "platform nsx-v 6.3",
      "Says whose slot is whose: `nsx-v 6.2`, `nsx-v 6.3` (the default), `nsx-v-netx`, `nsx 4`. Public sources disagree on the partner range, so it is chosen here.",
    ),
    import: note(
      'import "FILE"',
      "Makes everything that another policy file declares visible. The path is relative to this file; cycles are harmless.",
    ),
    segment: note(
      "segment NAME { vni 5001  subnet 10.0.1.0/24  gateway 10.0.1.1 }",
      "A layer-2 segment: a logical switch (`vni`) or a VLAN (`vlan`). ARP suppression works only on a segment with a `vni`. Inside a `vnic`, the segment that the vNIC is connected to.",
    ),
    vm: note("vm NAME { tags …  vnic eth0 { … } }", "A virtual machine of the inventory: its tags and vNICs."),
    vnic: note(
      "vnic NAME { mac …  ip …  segment … }",
      "A virtual network card. Each has its own chain of sixteen slots, its own firewall instance and its own connection table.",
    ),
    group: note(
      "group NAME = ENDPOINTS except ENDPOINTS",
      "A named set of endpoints: addresses, prefixes, ranges, MACs, VMs, vNICs, segments, tags, other groups. Membership by tag, VM or vNIC follows the addresses that are learned.",
    ),
    service: note(
      "service NAME = tcp/443, udp/{53, 5353}",
      "A declaration: a named set of protocols and ports. In a rule: what the packet must be; without it, anything.",
    ),
    acl: note("acl NAME { rule …  default … }", `**Slot 0.** ${MODULE_NOTES.acl.text} Without \`default\`: allow.`),
    swsec: note("swsec NAME { spoofguard …  bind … }", `**Slot 1.** ${MODULE_NOTES.swsec.text}`),
    dfw: note("dfw NAME { section … { rule … }  default … }", `**Slot 2.** ${MODULE_NOTES.dfw.text}`),
    appliance: note(
      'appliance NAME { vendor "…"  fail closed  inspect { … } }',
      "A partner's service VM. A scenario sets its state: *up* inspects, *down* follows `fail`, *hung* swallows packets.",
    ),
    redirect: note(
      "redirect NAME via APPLIANCE { rule … redirect … }",
      `A block for a partner slot; as an action, hands the packet to the appliance. ${MODULE_NOTES.redirect.text} Without \`default\`: skip. A flow's later packets go the way of its first.`,
    ),
    encryption: note(
      "encryption NAME { key …  rule … encrypt with KEY … }",
      `**Slot 15.** ${MODULE_NOTES.encryption.text} Without a match: clear.`,
    ),
    chain: note(
      "chain NAME applied-to ENDPOINTS { slot 2 dfw NAME }",
      "Which block runs in which slot, for which vNICs. Packets from the VM walk slots 0 → 15, packets to it 15 → 0. Without `applied-to` it covers every vNIC.",
    ),
    scenario: note(
      'scenario "TITLE" { send … expect … }',
      "A script of packets with what must become of each. It starts afresh: clock 0, empty tables, everything up.",
    ),
    assert: note(
      'assert "TITLE" allowed|blocked|inspected by A|encrypted from … to …',
      "A statement about **every** packet that could open a connection, decided exactly, not by samples. One that fails names a counterexample.",
    ),

    // ---- inside inventory
    vni: note(
      "vni 5001",
      "The VXLAN or Geneve network identifier of an overlay segment: 24 bits. The controller's ARP table is kept per VNI.",
    ),
    vlan: note("vlan 10", "An 802.1Q VLAN id, 0–4094. As an option of a packet: the tag it carries."),
    subnet: note("subnet 10.0.1.0/24, fd00::/64", "The segment's prefixes. A bound address outside them is a finding."),
    gateway: note(
      "gateway 10.0.1.1",
      "The distributed router's addresses on the segment. Between segments it takes one off the TTL and rewrites both MACs.",
    ),
    tags: note("tags web, prod", "The VM's security tags, which groups select by `tag NAME`."),
    tag: note("tag NAME", "All vNICs of the VMs that have this tag."),
    mac: note(
      "mac 00:50:56:aa:01:11",
      "In a `vnic`: its hardware address. In a `bind`: the only source MAC that SpoofGuard accepts. As a packet's option: `mac SOURCE -> DESTINATION`.",
    ),
    ip: note(
      "ip 10.0.1.11, fd00::11 | ip dhcp",
      "In a `vnic`: its addresses, or `dhcp` for one that is unknown until it is learned. In a `bind`: the approved ones. As a service or packet, `ip/PROTOCOL`.",
    ),

    // ---- rules
    rule: note(
      'rule ID "TITLE" ACTION from … to … service … in|out applied-to … ipv4|ipv6 log disabled',
      "The first rule whose every clause matches decides. A clause that is missing matches anything; an endpoint list without any address never matches. Ids are unique in their block.",
    ),
    default: note("default ACTION log", "What happens to a packet that no rule of the block takes."),
    from: note(
      "from ENDPOINTS",
      "The packet's source. In a service entry, `from PORTS` is the source port. In `send from VNIC`, who emits the packet.",
    ),
    to: note("to ENDPOINTS", "The packet's destination."),
    in: note("in", `Only packets to the VM whose chain this is. ${DIRECTION_WORDS.in}`),
    out: note("out", `Only packets from the VM whose chain this is. ${DIRECTION_WORDS.out}`),
    "applied-to": note(
      "applied-to ENDPOINTS",
      "At which vNICs the rule exists, the section's rules exist, or the chain runs. It selects by membership (VM, tag, segment, group), so a vNIC whose address is unknown counts too. A section's `applied-to` replaces its rules'.",
    ),
    ipv4: note("ipv4", "Only IPv4 packets."),
    ipv6: note("ipv6", "Only IPv6 packets."),
    log: note('log "LABEL"', "The match is logged, with a label of at most 32 characters. It changes nothing else."),
    disabled: note("disabled", "The rule is skipped; the trace says so."),
    any: note("any", "Every address. `any except …` is every other one."),
    except: note("except ENDPOINTS", "Taken out of the list before it, whatever put it in."),
    allow: note(
      "allow",
      "The packet goes on to the next slot. In the firewall it also makes a connection, unless the section is `stateless`; in an ethernet section it only goes on to the IP rules.",
    ),
    drop: note("drop", "The packet ends here; nobody is told."),
    reject: note("reject", "A drop that answers: TCP gets a RST, anything else ICMP *administratively prohibited*."),
    mark: note(
      "mark dscp 46 | mark cos 5",
      "Sets the packet's DSCP (0–63) or CoS (802.1p, 0–7) and goes on with the next rule.",
    ),
    dscp: note(
      "dscp 46",
      "Differentiated services code point, 0–63 (RFC 2474). 46 is expedited forwarding, 0 best effort.",
    ),
    cos: note("cos 5", "Class of service: the 802.1p priority of the VLAN tag, 0–7."),
    skip: note("skip", "The packet is not redirected and goes on."),
    encrypt: note("encrypt with KEY", "Seals the packet with the key: confidential and authentic."),
    protect: note("protect with KEY", "Seals the packet's integrity with the key; the content stays readable."),
    clear: note("clear", "The packet travels unsealed."),
    with: note("encrypt with KEY", "Names a key of this block."),
    "jump-to-application": note(
      "jump-to-application",
      "Only in the environment category: goes on at the first application section, past what is left of environment.",
    ),

    // ---- dfw
    section: note(
      "section NAME [ethernet] [category …] [stateless] [tcp-strict] [applied-to …] { rule … }",
      "A run of firewall rules with properties in common. Ethernet sections come first, then emergency, infrastructure, environment, application.",
    ),
    ethernet: note(
      "section NAME ethernet",
      "Layer 2, stateless: a `drop` ends the packet, an `allow` or no match goes on to the IP rules. What is not IP then passes.",
    ),
    category: note(
      "category emergency|infrastructure|environment|application",
      "The order in which sections are tried; `application` when none is given.",
    ),
    emergency: note("category emergency", "Tried first: quarantine, break-glass allow rules."),
    infrastructure: note(
      "category infrastructure",
      "Tried second: shared services such as DNS, DHCP, NTP, Active Directory.",
    ),
    environment: note(
      "category environment",
      "Tried third: between zones such as production and development. Here `jump-to-application` hands on to the application rules.",
    ),
    application: note(
      "category application",
      "Tried last: between and within applications. The category of a section that names none.",
    ),
    stateless: note("section NAME stateless", "Its allow rules make no connection: each direction needs a rule."),
    "tcp-strict": note(
      "section NAME tcp-strict",
      "A TCP packet of no known connection that matches an allow rule must be a bare SYN, else it is dropped (`strict-no-syn`). Without it, a packet in mid-connection opens an established one.",
    ),
    exclude: note(
      "exclude ENDPOINTS",
      "vNICs that skip the firewall altogether, as NSX's exclusion list does for its own managers and controllers.",
    ),
    timeouts: note(
      "timeouts { tcp-established 12h }",
      "The connection table's timers for this firewall. 0s disables one; each packet restarts its connection's timer.",
    ),

    // ---- swsec
    spoofguard: note(
      "spoofguard off|tofu|manual",
      "Whether a VM may send under an address that is not its own. `manual`: only what `bind` or `approve` says. `tofu` (trust on first use): also the first address per family that discovery reports.",
    ),
    off: note("off", "Switched off."),
    on: note("on", "Switched on. In an expectation: the walk (`on VM.VNIC`) that is meant."),
    tofu: note(
      "spoofguard tofu",
      "Trust on first use: the first address per family that discovery reports is approved; a later, different one waits for approval.",
    ),
    manual: note("spoofguard manual", "Only addresses in `bind`, and those a scenario has approved."),
    "allow-local": note("allow-local on|off", "Also approves link-local addresses: 169.254.0.0/16 and fe80::/10."),
    bind: note("bind VM.VNIC mac MAC ip IP, …", "The MAC and addresses that SpoofGuard approves for a vNIC."),
    discover: note(
      "discover dhcp, arp, nd, tools",
      "How addresses are learned: from DHCP ACKs, the VM's ARP, its neighbour advertisements, VMware Tools. What is learned joins every group that the vNIC is in, at once.",
    ),
    dhcp: note(
      "dhcp",
      "In `ip dhcp`: the address is unknown until learned. In `discover`: learn from the ACK that reaches the VM. As a packet: `dhcp discover|request|offer|ack|nak|release`. As a service: UDP 67 and 68.",
    ),
    arp: note(
      "arp",
      "In `discover`: learn from the sender of the VM's ARP packets. As a packet: `arp request IP from HOST`, `arp reply IP at MAC to HOST`. As a service: EtherType 0x0806.",
    ),
    nd: note("nd", "IPv6 neighbour discovery. In `discover`: learn from the VM's neighbour advertisements."),
    tools: note("discover tools", "VMware Tools reports the vNIC's declared addresses from the start."),
    "arp-suppression": note(
      "arp-suppression on|off",
      "An ARP request for an address that the controller knows on this VNI is answered here and not flooded.",
    ),
    block: note(
      "block dhcp-server, dhcp-client, bpdu, router-advertisement, non-ip",
      "What switch security drops from the VM, whatever the firewall says.",
    ),
    "dhcp-server": note("block dhcp-server", "Drops DHCP offers and ACKs that the VM sends: it is no DHCP server."),
    "dhcp-client": note("block dhcp-client", "Drops DHCP discovers and requests that the VM sends."),
    bpdu: note("block bpdu", "Drops spanning-tree frames that the VM sends: it is no bridge."),
    "router-advertisement": note(
      "block router-advertisement",
      "Drops IPv6 router advertisements that the VM sends: it is no router.",
    ),
    "non-ip": note("block non-ip", "Drops what is neither IPv4, IPv6, ARP nor BPDU."),
    limit: note(
      "limit broadcast|multicast in|out RATE pps",
      "Drops what exceeds the rate, in packets a second on the scenario's clock.",
    ),
    broadcast: note("limit broadcast", "Frames to ff:ff:ff:ff:ff:ff."),
    multicast: note("limit multicast", "Frames to a group address: the lowest bit of the first octet is set."),
    pps: note("INT pps", "Packets a second."),

    // ---- services and slots
    vendor: note('vendor "…"', "Whose appliance it is; for people."),
    fail: note(
      "fail open|closed",
      "When the appliance or the slot's module is down: `open` lets packets pass, `closed` (the default) drops them. A *hung* appliance is still attached, so this is not asked.",
    ),
    open: note("fail open", "Down means: packets pass uninspected."),
    closed: note("fail closed", "Down means: packets are dropped. The default."),
    inspect: note(
      "inspect { rule … default … }",
      "What the appliance does with the packets it sees while it is up. Without `default`: allow.",
    ),
    via: note("redirect NAME via APPLIANCE", "The appliance that redirected packets go to."),
    key: note("key NAME id 16 algorithm aes-gcm", "A group key of this block. Both ends need a key with the same id."),
    id: note(
      "id 16",
      "In a `key`: the number by which both ends know it. As a packet's option: the ICMP echo identifier, else the IP identification.",
    ),
    algorithm: note("algorithm NAME", "The key's cipher; informative."),
    slot: note(
      "slot NUMBER MODULE BLOCK fail open|closed",
      "Puts a block into one of the sixteen slots of the chain. An empty slot and a reserved one pass packets on.",
    ),
    alg: note(
      "service NAME = … alg NAME",
      "The application-level gateway that the firewall would attach. It is not simulated.",
    ),

    // ---- scenarios
    send: note(
      "send [from VNIC] PACKET [expect …]",
      "Sends one packet through the chains. Who emits it is the vNIC of the source address; `from` says another.",
    ),
    wait: note("wait 30s", "Lets the scenario's clock run: timers expire, rate limits recover."),
    set: note("set NAME up|hung|down", "Sets the state of an appliance, or (up, down) of a block."),
    up: note("set NAME up", "Works."),
    hung: note(
      "set NAME hung",
      "Powered on but silent, still attached: the failure policy is not used, packets are blackholed.",
    ),
    down: note("set NAME down", "Off: the failure policy decides."),
    approve: note("approve VM.VNIC IP", "Approves a pending address in SpoofGuard, as the administrator would."),
    rotate: note("rotate BLOCK.KEY", "Starts a new epoch of the key. The epoch before is still accepted."),
    replay: note(
      'replay "CAPTURE" at VM.VNIC',
      "Sends every frame of a pcap or pcapng file that was taken at this vNIC.",
    ),
    expect: note(
      "expect OUTCOME at slot N on VM.VNIC by rule N|state|default|REASON",
      "What must become of the packet. Without `at` and `on`, the slot that ended the trip, or slot 2 of any walk when it was delivered.",
    ),
    delivered: note("expect delivered", "The last walk ended: the packet arrived."),
    dropped: note("expect dropped", "A slot ended the trip in silence."),
    rejected: note("expect rejected", "A slot ended the trip and answered."),
    answered: note("expect answered", "ARP suppression replied; the request went no further."),
    blackholed: note("expect blackholed", "Handed to a hung appliance and never seen again."),
    flooded: note("expect flooded", "Sent to every other vNIC of the segment; each has its own outcome."),
    at: note("at slot N | replay … at VNIC", "The slot that is meant, or the vNIC where a capture was taken."),
    by: note(
      "by rule N|state|default|REASON",
      "What decided, in the slot that is meant. In `inspected by A`: the appliance.",
    ),
    state: note("by state", "The connection table knew the flow; no rule was read."),
    tcp: note(
      "tcp/443 | tcp SRC:PORT -> DST:PORT syn",
      "TCP. Without ports it means all of them. A packet without flags is a bare SYN.",
    ),
    udp: note("udp/53 | udp SRC:PORT -> DST:PORT", "UDP. Without ports it means all of them."),
    sctp: note("sctp/2905 | sctp SRC:PORT -> DST:PORT", "SCTP. Without ports it means all of them."),
    icmp: note(
      "icmp/echo-request | icmp/8:0 | icmp SRC -> DST echo-request",
      "ICMP for IPv4: by name, by type, or by type and code.",
    ),
    icmpv6: note(
      "icmpv6/135 | icmpv6 SRC -> DST echo-request",
      "ICMP for IPv6: by name, by type, or by type and code.",
    ),
    ether: note("ether/0x0806 | ether/arp", "An EtherType; only for ethernet sections."),
    request: note("arp request IP from HOST | dhcp request to|from HOST", "An ARP or DHCP request."),
    reply: note("arp reply IP at MAC to HOST", "An ARP reply."),
    offer: note("dhcp offer IP to HOST", "A DHCP server's offer."),
    ack: note(
      "ack | dhcp ack IP to HOST",
      "The TCP flag, or a DHCP server's ACK, which is what address discovery learns from.",
    ),
    nak: note("dhcp nak to HOST", "A DHCP server's refusal."),
    release: note("dhcp release from HOST", "A DHCP client gives its address back."),
    frame: note('frame "HEX"', "A whole Ethernet frame in hexadecimal digits."),
    ttl: note("ttl 64", "Time to live, IPv6's hop limit: 0–255."),
    payload: note("payload 100", "Octets of payload after the last header."),
    syn: note("syn", "TCP flag: opens a connection."),
    fin: note("fin", "TCP flag: this side has sent all it has."),
    rst: note("rst", "TCP flag: aborts the connection."),
    psh: note("psh", "TCP flag: push."),
    urg: note("urg", "TCP flag: urgent data."),
    ece: note("ece", "TCP flag: congestion was experienced (RFC 3168)."),
    cwr: note("cwr", "TCP flag: congestion window reduced (RFC 3168)."),

    // ---- asserts
    allowed: note("assert allowed from … to …", "All of these packets are delivered."),
    blocked: note("assert blocked from … to …", "None of these packets is delivered."),
    inspected: note(
      "assert inspected by APPLIANCE from … to …",
      "Each of these packets that is delivered has been at the appliance.",
    ),
    encrypted: note(
      "assert encrypted from … to …",
      "Each of these packets that is delivered between two vNICs was sealed.",
    ),
  }),
);
