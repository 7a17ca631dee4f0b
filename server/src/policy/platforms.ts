/**
 * Which slot is whose: the one table of the platforms. What a slot *does* is `chain/slots/`.
 */
export type Module = "acl" | "swsec" | "dfw" | "redirect" | "encryption";

export type SlotNumber = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;
export const SLOTS: readonly SlotNumber[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
export const isSlotNumber = (n: number): n is SlotNumber => Number.isInteger(n) && n >= 0 && n <= 15;

export interface SlotOwner {
  /** Undefined: reserved, nothing may be placed here. */
  readonly module?: Module;
  /** `DVFilter`, `vmware-swsec`, `partner service` … */
  readonly owner: string;
  /** True for a slot whose owner was announced but not delivered (finding `slot-preview`). */
  readonly preview?: boolean;
}
export interface Platform {
  /** As written after `platform`: `nsx-v 6.3`. */
  readonly id: string;
  readonly title: string;
  readonly slots: Readonly<Record<SlotNumber, SlotOwner>>;
}

const ACL: SlotOwner = { module: "acl", owner: "DVFilter, stateless ACL" };
const SWSEC: SlotOwner = { module: "swsec", owner: "vmware-swsec, switch security" };
const DFW: SlotOwner = { module: "dfw", owner: "vmware-sfw, Distributed Firewall" };
const PARTNER: SlotOwner = { module: "redirect", owner: "partner service" };
const SERVICE_INSERTION: SlotOwner = { module: "redirect", owner: "vmware-si, service insertion" };
const RESERVED: SlotOwner = { owner: "reserved" };
const FUTURE: SlotOwner = { owner: "reserved by VMware for future use" };
const DNE: SlotOwner = { module: "encryption", owner: "Distributed Network Encryption", preview: true };

type Row = Readonly<Partial<Record<SlotNumber, SlotOwner>>>;
const partners = (from: SlotNumber, to: SlotNumber): Row =>
  Object.fromEntries(SLOTS.filter((n) => n >= from && n <= to).map((n) => [n, PARTNER]));
function platform(id: string, title: string, row: Row): Platform {
  const slots = Object.fromEntries(SLOTS.map((n) => [n, row[n] ?? RESERVED])) as Record<SlotNumber, SlotOwner>;
  return { id, title, slots };
}

/** Public sources disagree on the partner range; docs/platforms.md cites them. */
export const PLATFORMS: readonly Platform[] = [
  platform("nsx-v 6.3", "NSX for vSphere 6.3 and 6.4", {
    0: ACL,
    1: SWSEC,
    2: DFW,
    3: FUTURE,
    ...partners(4, 12),
    13: FUTURE,
    14: FUTURE,
    15: DNE,
  }),
  platform("nsx-v 6.2", "NSX for vSphere 6.2", {
    0: ACL,
    1: SWSEC,
    2: DFW,
    3: FUTURE,
    ...partners(4, 12),
    13: FUTURE,
    14: FUTURE,
    15: FUTURE,
  }),
  platform("nsx-v-netx", "NSX for vSphere, NetX partner range 4–11", {
    0: ACL,
    1: SWSEC,
    2: DFW,
    3: FUTURE,
    ...partners(4, 11),
  }),
  platform("nsx 4", "NSX 4", { 0: ACL, 1: SWSEC, 2: DFW, 12: SERVICE_INSERTION }),
];
export const DEFAULT_PLATFORM: Platform = PLATFORMS[0] as Platform;

/** The platform of `platform NAME VERSION`, or undefined when there is none of that name. */
export const findPlatform = (id: string): Platform | undefined => PLATFORMS.find((p) => p.id === id);
