/**
 * Who `from`, `to` and `applied-to` mean, asked of a reading of the language that is as plain as can be: over groups in
 * groups, exceptions, tags, segments, machines, and an address that is learned on the way.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "../../server/src/chain/walk.ts";
import { World } from "../../server/src/chain/world.ts";
import { policyOf } from "../policy/programs.ts";
import { sendingOf } from "./packetOf.ts";

interface Machine {
  readonly name: string;
  readonly mac: string;
  readonly declared?: string;
  /** By DHCP. */
  readonly leased?: string;
  readonly segment?: keyof typeof SEGMENTS;
  readonly tags: readonly string[];
}
const SEGMENTS = { front: "10.0.1.0/24", back: "10.0.2.0/24" };
const MACHINES: readonly Machine[] = [
  { name: "web", mac: "00:50:56:00:00:01", declared: "10.0.1.1", segment: "front", tags: ["shop"] },
  { name: "app", mac: "00:50:56:00:00:02", declared: "10.0.1.2", segment: "front", tags: ["shop", "old"] },
  { name: "db", mac: "00:50:56:00:00:03", declared: "10.0.2.1", segment: "back", tags: ["old"] },
  { name: "late", mac: "00:50:56:00:00:04", leased: "10.0.2.77", segment: "back", tags: ["new"] },
  { name: "far", mac: "00:50:56:00:00:05", declared: "10.0.9.9", tags: [] },
];
const ADDRESSES = ["10.0.1.1", "10.0.1.2", "10.0.1.200", "10.0.2.1", "10.0.2.77", "10.0.9.9", "203.0.113.5"];

type Endpoint =
  | { readonly kind: "any" }
  | { readonly kind: "range"; readonly text: string; readonly low: number; readonly high: number }
  | { readonly kind: "machine"; readonly name: string }
  | { readonly kind: "vnic"; readonly name: string }
  | { readonly kind: "tag"; readonly name: string }
  | { readonly kind: "segment"; readonly name: string }
  | { readonly kind: "group"; readonly index: number };
interface List {
  readonly items: readonly Endpoint[];
  readonly except: readonly Endpoint[];
}

// ---- the plain reading ------------------------------------------------------------------------------------------------

const numberOf = (ip: string): number => ip.split(".").reduce((number, part) => number * 256 + Number(part), 0);
const rangeOf = (prefix: string): { low: number; high: number } => {
  const [ip = "", length = "32"] = prefix.split("/");
  const size = 2 ** (32 - Number(length));
  const low = Math.floor(numberOf(ip) / size) * size;
  return { low, high: low + size - 1 };
};
const isWithin = (ip: string, { low, high }: { low: number; high: number }): boolean =>
  low <= numberOf(ip) && numberOf(ip) <= high;

class Reading {
  private readonly groups: readonly List[];
  private readonly isLeased: boolean;
  constructor(groups: readonly List[], isLeased: boolean) {
    this.groups = groups;
    this.isLeased = isLeased;
  }
  /** Whether a list holds an address. */
  holds = ({ items, except }: List, ip: string): boolean =>
    items.some((item) => this.one(item, ip)) && !except.some((item) => this.one(item, ip));
  private one(item: Endpoint, ip: string): boolean {
    if (item.kind === "any") return true;
    if (item.kind === "group") return this.holds(this.groups[item.index] as List, ip);
    if (item.kind === "range") return isWithin(ip, item);
    const owner = MACHINES.find(({ declared, leased }) => declared === ip || (this.isLeased && leased === ip));
    const inSubnet = item.kind === "segment" && isWithin(ip, rangeOf(SEGMENTS[item.name as keyof typeof SEGMENTS]));
    return inSubnet || (owner !== undefined && isMember(item, owner));
  }
  /** Whether `applied-to` picks a machine: as a member, or by the address that it declares. */
  picks = ({ items, except }: List, machine: Machine): boolean =>
    items.some((item) => this.pick(item, machine)) && !except.some((item) => this.pick(item, machine));
  private pick(item: Endpoint, machine: Machine): boolean {
    if (item.kind === "group") return this.picks(this.groups[item.index] as List, machine);
    const { declared } = machine;
    return isMember(item, machine) || (declared !== undefined && this.one(item, declared));
  }
}
function isMember(item: Endpoint, { name, tags, segment }: Machine): boolean {
  if (item.kind === "any") return true;
  if (item.kind === "tag") return tags.includes(item.name);
  if (item.kind === "segment") return segment === item.name;
  return (item.kind === "machine" || item.kind === "vnic") && item.name === name;
}

// ---- policies ---------------------------------------------------------------------------------------------------------

const names = MACHINES.map(({ name }) => name);
const prefixes = [...ADDRESSES, "0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "10.0.1.0/31", "10.0.2.0/25"];
const plain: fc.Arbitrary<Endpoint> = fc.oneof(
  fc.constant<Endpoint>({ kind: "any" }),
  fc.constantFrom(...prefixes).map((text): Endpoint => ({ kind: "range", text, ...rangeOf(text) })),
  fc.constantFrom(["10.0.1.1", "10.0.1.2"], ["10.0.1.2", "10.0.2.1"]).map(([from = "", to = ""]): Endpoint => {
    return { kind: "range", text: `${from}-${to}`, low: numberOf(from), high: numberOf(to) };
  }),
  fc.tuple(fc.constantFrom("machine", "vnic"), fc.constantFrom(...names)).map(([kind, name]) => ({ kind, name })),
  fc.constantFrom("shop", "old", "new", "nobody").map((name): Endpoint => ({ kind: "tag", name })),
  fc.constantFrom("front", "back").map((name): Endpoint => ({ kind: "segment", name })),
) as fc.Arbitrary<Endpoint>;
/** A list that may name the first `groups` groups. */
const list = (groups: number): fc.Arbitrary<List> => {
  const named = fc.nat(Math.max(0, groups - 1)).map((index): Endpoint => ({ kind: "group", index }));
  const item = groups === 0 ? plain : fc.oneof({ weight: 3, arbitrary: plain }, { weight: 2, arbitrary: named });
  return fc.record({
    items: fc.array(item, { minLength: 1, maxLength: 3 }),
    except: fc.array(item, { maxLength: 2 }),
  });
};
const GROUPS = 4;
const maybe = fc.option(list(GROUPS), { nil: undefined });
const rule = fc.record({ from: maybe, to: maybe, appliedTo: maybe });

const text = (item: Endpoint): string => {
  if (item.kind === "any") return "any";
  if (item.kind === "group") return `group-${item.index}`;
  if (item.kind === "range") return item.text;
  if (item.kind === "tag") return `tag ${item.name}`;
  return item.kind === "vnic" ? `${item.name}.eth0` : item.name;
};
const listText = ({ items, except }: List): string =>
  `${items.map(text).join(", ")}${except.length > 0 ? ` except ${except.map(text).join(", ")}` : ""}`;
const clause = (word: string, wanted: List | undefined): string => (wanted ? ` ${word} ${listText(wanted)}` : "");

const machineText = ({ name, mac, declared, segment, tags }: Machine): string =>
  `vm ${name} { ${tags.length > 0 ? `tags ${tags.join(", ")}` : ""}  vnic eth0 { mac ${mac}  ip ${declared ?? "dhcp"} ${segment ? ` segment ${segment}` : ""} } }`;

test("the rule that decides is the one that a plain reading finds", () => {
  fc.assert(
    fc.property(
      fc.tuple(list(0), list(1), list(2), list(3)),
      fc.array(rule, { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(fc.constantFrom(...ADDRESSES), fc.constantFrom(...ADDRESSES)), { minLength: 4, maxLength: 8 }),
      fc.boolean(),
      (groups, rules, flows, isLeased) => {
        const policy = policyOf(
          [
            ...Object.entries(SEGMENTS).map(([name, subnet]) => `segment ${name} { subnet ${subnet} }`),
            ...MACHINES.map(machineText),
            ...groups.map((group, index) => `group group-${index} = ${listText(group)}`),
            "swsec learner { discover dhcp }",
            'dfw fw { section "S" stateless {',
            ...rules.map(
              ({ from, to, appliedTo }, index) =>
                `  rule ${index + 1} allow${clause("from", from)}${clause("to", to)}${clause("applied-to", appliedTo)}`,
            ),
            '} section "Lease" { rule 99 allow service dhcp } default drop }',
            "chain c { slot 1 swsec learner  slot 2 dfw fw }",
          ].join("\n"),
        );
        const reading = new Reading(groups, isLeased);
        const world = World.start(policy);
        if (isLeased) run(world, sendingOf(world, "dhcp ack 10.0.2.77 to late"));
        for (const [from, to] of flows) {
          if (from === to) continue;
          for (const walk of run(world, sendingOf(world, `tcp ${from}:1000 -> ${to}:80 syn`)).walks) {
            const machine = MACHINES.find(({ name }) => walk.vnic === `${name}.eth0`) as Machine;
            const wanted = rules.findIndex(
              (r) =>
                (!r.appliedTo || reading.picks(r.appliedTo, machine)) &&
                (!r.from || reading.holds(r.from, from)) &&
                (!r.to || reading.holds(r.to, to)),
            );
            const decided = walk.slots.find(({ slot }) => slot === 2)?.by;
            expect(decided).toMatchObject(wanted < 0 ? { kind: "default" } : { kind: "rule", id: wanted + 1 });
          }
        }
      },
    ),
    { numRuns: 400 },
  );
});
