/** Why a slot decided as it did: the field's words, each with a sentence for people and where it comes from. */
export interface ReasonRow {
  /** Completes "…, because". */
  readonly text: string;
  readonly origin: string;
}
const row = (text: string, origin: string): ReasonRow => ({ text, origin });

/** "reason" in the table of the log's fields. */
const LOG = "NSX-T 3.2 Administration Guide, Firewall Packet Logs";
const KB = "VMware KB 301324, PF reason codes";

export const REASONS = {
  match: row("a rule matched", LOG),
  "no-match": row("no rule matched, so the default decided", "pf.conf(5)"),
  state: row("the connection table has the flow, and the packet fits", "pf.conf(5), stateful tracking"),
  "state-mismatch": row("the connection table has the flow, but the packet does not fit its state", `${LOG}; ${KB}`),
  "strict-no-syn": row(
    "a tcp-strict section wants a new connection to begin with a bare SYN",
    "NSX Administration Guide, TCP Strict; its own logs say state-mismatch (VMware KB 301324)",
  ),
  fragment: row("a later fragment came without its first one", LOG),
  short: row("the packet ends inside a header", LOG),
  normalize: row(
    "no host sends this: TCP flags that exclude each other, or a header length that cannot be",
    `${LOG}; pf_normalize_ip, pf_normalize_tcp`,
  ),
  "proto-cksum": row("the transport checksum is wrong", LOG),
  excluded: row("the vNIC is on the firewall's exclusion list", "NSX Administration Guide, Exclusion List"),
  "not-ip": row("the packet is not IP, which the module does not decide", "NSX Administration Guide, Layer 2 rules"),
  approved: row("SpoofGuard knows the address as this vNIC's", "NSX Administration Guide, SpoofGuard"),
  "spoofguard-mac": row("the source MAC is not this vNIC's", "NSX Administration Guide, SpoofGuard"),
  "spoofguard-ipv4": row("the source address is not approved for this vNIC", "NSX Administration Guide, SpoofGuard"),
  "spoofguard-ipv6": row("the source address is not approved for this vNIC", "NSX Administration Guide, SpoofGuard"),
  "spoofguard-arp": row("the ARP sender is not approved for this vNIC", "NSX Administration Guide, SpoofGuard"),
  "spoofguard-nd": row(
    "the address that neighbour discovery claims is not approved for this vNIC",
    "NSX Administration Guide, SpoofGuard",
  ),
  "rate-limit": row(
    "more packets of the kind than the limit allows within a second",
    "NSX Administration Guide, segment security profile",
  ),
  "block-dhcp-server": row("the VM answers as a DHCP server", "NSX Administration Guide, segment security profile"),
  "block-dhcp-client": row("the VM asks as a DHCP client", "NSX Administration Guide, segment security profile"),
  "block-bpdu": row("the VM sends spanning-tree BPDUs", "NSX Administration Guide, segment security profile"),
  "block-router-advertisement": row(
    "the VM advertises itself as an IPv6 router",
    "NSX Administration Guide, segment security profile",
  ),
  "block-non-ip": row("the VM sends neither IP nor ARP", "NSX Administration Guide, segment security profile"),
  "ttl-expired": row(
    "the distributed router takes one off the TTL, and nothing is left",
    "RFC 1812, 5.3.1; the router drops it between two walks",
  ),
  "arp-suppression": row(
    "the controller knows the answer, so the request is answered here",
    "NSX for vSphere Design Guide, ARP suppression",
  ),
  "appliance-drop": row("the appliance drops what it inspects", "this simulator: the appliance's inspect rules"),
  "fail-open": row(
    "what should have decided is down, and its failure policy is to pass",
    "NSX service insertion, failure policy",
  ),
  "fail-closed": row(
    "what should have decided is down, and its failure policy is to drop",
    "NSX service insertion, failure policy",
  ),
  "appliance-hung": row(
    "the appliance is powered on and silent: it is still attached, so no failure policy is used",
    "NSX service insertion",
  ),
  sealed: row("a rule wants the packet sealed", "Distributed Network Encryption"),
  opened: row("the packet was sealed with a key that is known here", "Distributed Network Encryption"),
  "decrypt-failed": row(
    "the packet is sealed with a key or an epoch that is not known here",
    "Distributed Network Encryption",
  ),
  "not-sealed": row("a rule wants the packet sealed, and it came in the clear", "Distributed Network Encryption"),
} as const satisfies Record<string, ReasonRow>;

export type ReasonCode = keyof typeof REASONS;
