/** Where two other trackers agree about a segment, ours agrees with them: every conversation of up to five segments. */
import { expect, test } from "vitest";
import { makePacket } from "../../server/src/chain/packet.ts";
import { run } from "../../server/src/chain/walk.ts";
import { World } from "../../server/src/chain/world.ts";
import { parsePacket } from "../../server/src/syntax/packetText.ts";
import type { PacketText } from "../../server/src/syntax/tree.ts";
import { policyOf } from "../policy/programs.ts";
import { type Flags, type Judgement, LinuxTracker, PfTracker, SEGMENTS, type Segment } from "./trackers.ts";

const LONGEST = 5;
const policy = policyOf(`
  vm server { vnic eth0 { mac 00:50:56:00:00:01  ip 10.0.1.1 } }
  dfw fw { section "S" tcp-strict { rule 1 allow to server service https } default drop }
  chain c { slot 2 dfw fw }`);
const ENDS = ["203.0.113.7:1000 -> server:443", "server:443 -> 203.0.113.7:1000"] as const;
const all: readonly Segment[] = ENDS.flatMap((_, end) =>
  (Object.keys(SEGMENTS) as Flags[]).map((flags): Segment => [end as 0 | 1, flags]),
);
const texts = new Map(all.map((segment) => [segment, parsePacket(`tcp ${ENDS[segment[0]]} ${segment[1]}`).packet]));

function judge(world: World, segment: Segment): Judgement {
  const sending = makePacket(world, texts.get(segment) as PacketText);
  if ("error" in sending) throw new Error(sending.error);
  const { outcome, walks } = run(world, sending);
  if (outcome !== "delivered") return "invalid";
  return walks[0]?.slots.find(({ slot }) => slot === 2)?.by?.kind === "state" ? "known" : "new";
}

/** What both say of the last segment; undefined where they have ever disagreed. */
function agreed(conversation: readonly Segment[]): Judgement | undefined {
  const linux = new LinuxTracker();
  const pf = new PfTracker();
  let said: Judgement | undefined;
  for (const segment of conversation) {
    said = linux.judge(segment);
    if (pf.judge(segment) !== said) return undefined;
  }
  return said;
}

test("agrees where Linux and pf agree", () => {
  const differences: string[] = [];
  let count = 0;
  const extend = (conversation: readonly Segment[], before: World) => {
    for (const segment of all) {
      const longer = [...conversation, segment];
      const said = agreed(longer);
      if (said === undefined) continue;
      const world = before.fork();
      const ours = judge(world, segment);
      // What opens a connection from the server is for the rules, which have none for it.
      const expected = said === "new" && segment[0] === 1 ? "invalid" : said;
      // Both hold a SYN after both FINs for a stray one until the last FIN is acknowledged; the language has it begin anew.
      const begunAnew = ours === "new" && expected === "known" && segment[1] === "syn";
      count += 1;
      if (ours !== expected && !begunAnew)
        differences.push(`${longer.map(([end, flags]) => `${end} ${flags}`).join(" | ")}: ${ours}, not ${expected}`);
      // What is invalid has changed nothing.
      else if (longer.length < LONGEST && ours === said && ours !== "invalid") extend(longer, world);
    }
  };
  extend([], World.start(policy));
  expect(differences).toEqual([]);
  expect(count).toBeGreaterThan(5000);
}, 60_000);
