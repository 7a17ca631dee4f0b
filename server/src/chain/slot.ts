/** What a module sees while a packet is in its slot, and what it answers. `walk.ts` calls it; `slots/` are the modules. */
import type { Packet } from "../capture/packet.ts";
import type { Appliance, Block, Chain, Default, Rule, Slot, Source, Timeouts, Vnic } from "../policy/policy.ts";
import { lineOf } from "../syntax/document.ts";
import { reassembled } from "./fragments.ts";
import type { ReasonCode } from "./reasons.ts";
import type { By, Change, Direction, SlotTrace, Verdict } from "./trace.ts";
import type { World } from "./world.ts";

/** How an encrypted packet is sealed: with which key, at which epoch. */
export interface Seal {
  readonly id: number;
  readonly epoch: number;
}

export interface SlotPlace {
  readonly vnic: Vnic;
  readonly direction: Direction;
  readonly chain?: Chain;
  readonly slot: number;
  /** The chain's line; undefined where the slot is empty or reserved. */
  readonly line?: Slot;
}

/** A place at which a trip can be stopped. `packet` is the packet as it is there; `seal` is there when it is sealed. */
export type Stop = { readonly packet: Packet; readonly seal?: Seal | undefined } & (
  | { readonly kind: "walk"; readonly vnic: Vnic; readonly direction: Direction; readonly chain?: Chain }
  | ({ readonly kind: "slot" } & SlotPlace)
  /** A statement of the slot's block is about to be tried. */
  | ({
      readonly kind: "statement";
      readonly source: Source;
      readonly rule?: Rule;
      readonly appliance?: Appliance;
    } & SlotPlace)
  /** The slot has decided. */
  | ({ readonly kind: "decided"; readonly decision: SlotTrace; readonly source?: Source } & SlotPlace)
);
/** Given back at a stop: the packet to go on with instead. */
export type Resume = { readonly packet: Packet } | undefined;
export type Steps<T> = Generator<Stop, T, Resume>;

export interface SlotAnswer {
  readonly verdict: Verdict;
  readonly reason: ReasonCode;
  readonly by?: By;
  readonly source?: Source;
  readonly state?: string;
  readonly reply?: string;
  readonly appliance?: string;
  readonly disabled?: readonly number[];
}

/** A packet's visit to a slot. Modules change `packet` and `seal`; the walk reads them afterwards. */
export class Visit {
  packet: Packet;
  seal: Seal | undefined;
  readonly changes: Change[] = [];
  readonly world: World;
  readonly place: SlotPlace;
  readonly stepping: boolean;

  constructor(world: World, place: SlotPlace, packet: Packet, seal: Seal | undefined, stepping: boolean) {
    this.world = world;
    this.place = place;
    this.packet = packet;
    this.seal = seal;
    this.stepping = stepping;
  }

  /** Stops at a statement that is about to be tried, when someone is stepping. */
  *at(source: Source | undefined, more: { rule?: Rule; appliance?: Appliance } = {}): Steps<void> {
    if (!this.stepping || !source) return;
    const resume = yield { kind: "statement", packet: this.packet, seal: this.seal, source, ...more, ...this.place };
    if (resume) this.packet = resume.packet;
  }

  /** The packet as a block sees it that treats datagrams whole: a later fragment with its first one's ports. */
  get whole(): Packet {
    return reassembled(this.world, this.place.vnic, this.place.direction, this.packet);
  }

  /** Sets DSCP or CoS. CoS without an 802.1Q tag gives the packet a priority tag (VLAN 0). */
  mark(field: "dscp" | "cos", value: number): void {
    const { packet } = this;
    if (field === "dscp") {
      if (!packet.ip || packet.ip.dscp === value) return;
      this.changes.push({
        field: packet.ip.version === 4 ? "ip.dsfield.dscp" : "ipv6.tclass.dscp",
        from: packet.ip.dscp,
        to: value,
      });
      this.packet = { ...packet, ip: { ...packet.ip, dscp: value } };
      return;
    }
    const [outer, ...rest] = packet.eth.tags;
    if (outer?.priority === value) return;
    this.changes.push({ field: "vlan.priority", from: outer?.priority ?? null, to: value });
    const tag = outer ? { ...outer, priority: value } : { tpid: 0x8100, id: 0, priority: value, dei: false };
    this.packet = { ...packet, eth: { ...packet.eth, tags: [tag, ...rest] } };
  }
}

/** A module: what a slot does with a packet. */
export type Module<B extends Block = Block> = (block: B, visit: Visit) => Steps<SlotAnswer>;

export const byRule = (rule: Rule): By => ({
  kind: "rule",
  id: rule.id,
  ...(rule.title !== undefined && { name: rule.title }),
  ...written(rule.source),
});
export const byDefault = (found: Default | undefined): By => ({ kind: "default", ...written(found?.source) });
export const written = (source: Source | undefined): { file?: string; line?: number } =>
  source ? { file: source.uri, line: lineOf(source.statement) } : {};

/** The timers that hold at a chain: its firewall's, else the defaults. */
export function timeoutsOf(chain: Chain | undefined, fallback: Timeouts): Timeouts {
  for (const { block } of chain?.slots.values() ?? []) if (block?.module === "dfw") return block.timeouts;
  return fallback;
}
