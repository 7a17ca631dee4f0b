/**
 * What hover and completion tell of the sixteen slots, beside the table of who owns them (`policy/platforms.ts`).
 *
 * Sources: VMware's "NSX for vSphere Network Virtualization Design Guide" and "NSX Troubleshooting Guide" (the IOChain
 * and its slots), the blog "VMware NSX – IOChain and how packets are processed within the kernel"
 * (thevirtualunknown.co.uk, February 2017) for slot 3 and the change of mind about slot 15, VMware's "NSX-T Reference
 * Design Guide" for Distributed Network Encryption.
 */
import type { Module, Platform, SlotNumber } from "../policy/platforms.ts";

/** What a module does with a packet, in one line and in full (Markdown), and where a host shows it. */
export interface ModuleNote {
  readonly title: string;
  readonly short: string;
  readonly text: string;
}

export const MODULE_NOTES: Readonly<Record<Module, ModuleNote>> = {
  acl: {
    title: "Distributed Virtual Filter",
    short: "stateless filtering and marking",
    text: "DVFilter watches the traffic between the VM's vNIC and its distributed port and filters it **statelessly**: each packet on its own, no connection table. `allow` and `drop` decide, `mark` sets DSCP or CoS and goes on.",
  },
  swsec: {
    title: "Switch Security",
    short: "SpoofGuard, address learning, ARP suppression",
    text: "`vmware-swsec` learns the VM's IP and MAC addresses (from DHCP ACKs, ARP, neighbour discovery, VMware Tools), tells the controller, answers ARP requests it knows the answer to (**ARP suppression**) and drops what a VM sends under an address that is not its own (**SpoofGuard**).",
  },
  dfw: {
    title: "Distributed Firewall",
    short: "stateful rules and the connection table",
    text: "`vmware-sfw`, one instance per vNIC, with two tables: the **rule table**, first match from the top, and the **connection tracker**. A packet of a known connection passes by state and no rule is read. `summarize-dvfilter` on the host lists it as `…-vmware-sfw.2`, `vsipioctl getrules` shows its rules.",
  },
  redirect: {
    title: "Partner service",
    short: "redirection to an appliance (NetX)",
    text: "Network introspection (NetX): traffic that the redirection rules match is handed to a partner's service VM on the same host, and goes on in the chain when the service returns it. `summarize-dvfilter` on the host lists it under the number of its slot. `fail open` or `fail closed` decides when the service is *down*; one that hangs while still attached swallows the packet.",
  },
  encryption: {
    title: "Distributed Network Encryption",
    short: "sealing between hosts",
    text: "Seals what leaves the VM with a group key, and opens what enters it: the last slot on the way out is the first on the way in, so every other slot sees clear text.",
  },
};

/** What is known, and not known, of a slot that nobody has today. Markdown. */
export function slotHistory(slot: SlotNumber, platform: Platform): string | undefined {
  if (slot === 3)
    return "**History.** VMware's pages list slots 0–2 and 4–12 and say of slot 3 only *reserved for future use*. People who asked VMware's own engineers what happens here were told that there is no better answer (thevirtualunknown.co.uk, 2017). No shipped module is known to have used it. So a packet simply goes on.";
  if (slot >= 13 && slot <= 14)
    return "**History.** The first four and the last slots of the IOChain were kept by VMware for itself, the middle given to partners. Nothing has been documented here: *reserved for future use*. So a packet simply goes on.";
  if (slot === 15 && platform.slots[15].module === "encryption")
    return '**History.** First *reserved for future use*; from about NSX 6.3 meant for Distributed Network Encryption "when it becomes available". It was announced, described in design guides (NSX-T 2.x: ESP with AES-GCM, group keys, rotation), and as far as public sources tell never generally shipped in this place. What you simulate here is the announced design.';
  if (slot === 15)
    return '**History.** *Reserved for future use* in this platform\'s documents; `platform nsx-v 6.3` is the one that gives it to Distributed Network Encryption, which was announced "when it becomes available".';
  if (slot === 12 && platform.slots[12].module === undefined)
    return "**Disagreement.** Public sources give the partner range as 4–11 or as 4–12; this platform takes 4–11. `platform nsx-v 6.3` takes 4–12.";
  if (slot === 12 && platform.slots[12].owner.startsWith("vmware-si"))
    return "NSX 4 runs its own service insertion (`vmware-si`) here in place of NetX: one module for all partners, whose service VMs may also stand on other hosts, in a service cluster. The partner slots below it are no longer used.";
  if (slot >= 4 && slot <= 12)
    return platform.slots[slot].module === "redirect"
      ? "Public sources give the partner range as 4–11 or as 4–12; it is chosen by `platform`. The first service that is deployed usually takes slot 4, the next slot 5."
      : "**History.** Partner services had slots 4–12 in NSX for vSphere; this platform reserves them.";
  return undefined;
}

/** The words of other products and layers for the two directions. Markdown. */
export const DIRECTION_WORDS = {
  out: "**out** is from the VM: *egress* in most firewall talk, *Tx* of the vNIC, `out` in `vsipioctl getrules`. vSphere's own traffic filtering on a distributed port calls the same packets **ingress**: they enter the switch.",
  in: "**in** is to the VM: *ingress* in most firewall talk, *Rx* of the vNIC, `in` in `vsipioctl getrules`. vSphere's own traffic filtering on a distributed port calls the same packets **egress**: they leave the switch.",
} as const;

/** `1st on the way out, 16th on the way in`: the place of a slot in both walks. */
export function slotOrder(slot: SlotNumber): string {
  return `${ordinal(slot + 1)} of 16 leaving the VM (*out*: slots 0 → 15), ${ordinal(16 - slot)} of 16 entering it (*in*: slots 15 → 0)`;
}

function ordinal(n: number): string {
  const suffix =
    n % 10 === 1 && n !== 11 ? "st" : n % 10 === 2 && n !== 12 ? "nd" : n % 10 === 3 && n !== 13 ? "rd" : "th";
  return `${n}${suffix}`;
}
