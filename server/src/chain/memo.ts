/** Answers of a long rule list, by all that rules can ask about a packet: exact, and no larger than it is made. */
import type { Rule, Vnic } from "../policy/policy.ts";
import { type FlowKey, flowKey, sameKey } from "./flowTable.ts";
import type { Asked } from "./match.ts";
import type { Direction } from "./trace.ts";

interface Answer {
  readonly key: FlowKey;
  readonly vnic: Vnic;
  readonly direction: Direction;
  readonly start: number;
  /** Who had which address: learned ones change what groups hold. */
  readonly addressing: object;
  readonly index: number;
}

/** Each answer has one place, and takes it from the one before when it is asked for again: most never are. */
const PLACES = 32_768;
const NO_PORT = 0x1_0000;

export class Memo {
  private readonly answers: (Answer | undefined)[] = new Array(PLACES).fill(undefined);
  /** The hash of the packet that last asked in vain. */
  private readonly asked = new Int32Array(PLACES);
  /** Source ports count only where a rule asks for one. */
  private readonly bySourcePort: boolean;

  constructor(rules: readonly Rule[]) {
    this.bySourcePort = rules.some(({ services }) => services?.some((s) => "sourcePorts" in s && s.sourcePorts));
  }

  /** The index that `find` gave for such a packet before; else what it gives now. The packet has addresses. */
  answer({ packet, vnic, direction, world }: Asked, start: number, find: () => number): number {
    const { ip, icmp, eth } = packet;
    if (ip === undefined) return find();
    const ports = packet.tcp ?? packet.udp ?? packet.sctp ?? packet.ports;
    const from = icmp ? icmp.type : ports && this.bySourcePort ? ports.srcPort : NO_PORT;
    const to = icmp ? icmp.code : (ports?.dstPort ?? NO_PORT);
    const key = flowKey(ip.protocol + 256 * eth.type, ip.src, from, ip.dst, to);
    const { addressing } = world;
    const place = (key.hash ^ (key.hash >>> 13)) & (PLACES - 1);
    const before = this.answers[place];
    if (
      before?.vnic === vnic &&
      before.direction === direction &&
      before.start === start &&
      before.addressing === addressing &&
      sameKey(before.key, key)
    )
      return before.index;
    const index = find();
    if (this.asked[place] === (key.hash | 0)) this.answers[place] = { key, vnic, direction, start, addressing, index };
    else this.asked[place] = key.hash;
    return index;
  }
}
