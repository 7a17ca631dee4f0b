/** Rules that take no packet: nothing matches them, `applied-to` misses, or earlier rules take it all. */
import type { EndpointSet, Rule } from "../../policy/policy.ts";
import { intersectRanges, rangesOverlap, subtractRanges } from "../../policy/ranges.ts";
import { type Box, DESTINATION, type Layer, SOURCE, type Values } from "../../space/box.ts";
import { type Meaning, onRealPlane } from "../../space/meaning.ts";
import { listName, type Places, type RuleBlock } from "../../space/places.ts";
import { layersOf, ruleSpace } from "../../space/rule.ts";
import type { RuleList } from "../../space/ruleList.ts";
import type { Clause } from "../../syntax/tree.ts";
import type { Finding, Place } from "../finding.ts";
import type { SetEvent } from "../sets.ts";
import type { Search } from "./kept.ts";
import { clauseOf, listOf, nameOf, placeOf, placeOfClause, sentence } from "./places.ts";

/** Rules between two places to breathe. */
const STRIDE = 16;

export function* unusedRules(
  { places, hasError, lists, unused: answers }: Search,
  block: RuleBlock,
  rules: readonly Rule[],
  unused: Set<Rule>,
): Generator<SetEvent, void> {
  if (rules.length === 0) return;
  const list = yield* places.whole(block, rules);
  lists.set(listName(block, rules), list);
  for (const [i, rule] of rules.entries()) {
    if (i % STRIDE === 0) yield;
    if (rule.disabled || hasError(rule.source.statement)) continue;
    const finding = answers.of(rule, () => neverMatches(places, block, list, i) ?? covered(list, i));
    if (finding === undefined) continue;
    if (finding === "undecided") yield { undecided: rule };
    else {
      unused.add(rule);
      yield finding;
    }
  }
}

/** Two rules do the same to a packet that they take. */
const sameAction = (a: Rule, b: Rule): boolean => a.action === b.action && a.key === b.key;

function covered(list: RuleList, i: number): Finding | "undecided" | undefined {
  const cover = list.cover(i);
  if (cover.kind === "reached") return undefined;
  if (cover.kind === "undecided") return "undecided";
  const rule = (list.rules[i] as (typeof list.rules)[number]).rule;
  const other = list.otherTaker(i, cover.by, sameAction);
  if (other === "undecided") return "undecided";
  const blockers = list.concise(i, cover.by, other).map((j) => (list.rules[j] as (typeof list.rules)[number]).rule);
  const related = blockers.map((blocker) => ({
    ...placeOf(blocker),
    message: `${nameOf(blocker)} (${blocker.action}) takes ${blockers.length === 1 ? "all" : "part"} of it`,
  }));
  if (other === undefined)
    return {
      code: "rule-redundant",
      place: placeOf(rule),
      message: sentence(
        `Nothing is left for ${nameOf(rule)}: ${listOf(blockers)} ${blockers.length === 1 ? "takes" : "take"} all that it matches, with the same action`,
      ),
      related,
    };
  return {
    code: "rule-shadowed",
    place: placeOf(rule),
    message: sentence(
      `No packet comes to ${nameOf(rule)}: ${listOf(blockers)} ${blockers.length === 1 ? "takes" : "together take"} all that it matches`,
    ),
    related,
  };
}

// ---- never matches ----------------------------------------------------------------------------------------------

function neverMatches(places: Places, block: RuleBlock, list: RuleList, i: number): Finding | undefined {
  const { meaning } = places;
  const { rule, boxes: listed } = list.rules[i] as (typeof list.rules)[number];
  if (rule.appliedTo === undefined && listed.length > 0) return undefined;
  const boxes = ruleSpace({ ...rule, appliedTo: undefined }, meaning, [0, 0]);
  if (boxes.length === 0) {
    const { why, place } = reason(rule, meaning);
    return { code: "rule-never-matches", place, message: sentence(`${nameOf(rule)} never matches: ${why}`) };
  }
  if (rule.appliedTo === undefined) return undefined;
  const why = misses(places, block, rule, boxes);
  if (why === undefined) return undefined;
  const own = clauseOf(rule, "applied-to");
  const section = rule.section?.source;
  const bySection = section?.statement.appliedTo !== undefined;
  return {
    code: "applied-to-misses",
    place: bySection ? placeOf(rule) : placeOf(rule, own),
    message: sentence(`${nameOf(rule)}: ${why}`),
    ...(bySection && {
      related: [
        {
          at: section,
          span: section.statement.appliedTo ?? section.statement,
          message: "applied-to of its section",
        },
      ],
    }),
  };
}

function reason(rule: Rule, meaning: Meaning): { why: string; place: Place } {
  const at = (kind: Clause["kind"], why: string) => ({ why, place: placeOfClause(rule, kind) });
  const layers = layersOf(rule);
  const [first] = layers;
  if (first === "ethernet") {
    for (const [kind, set] of [
      ["from", rule.from],
      ["to", rule.to],
    ] as const)
      if (meaning.addresses(set, "ethernet").length === 0) return at(kind, `no MAC address is in its "${kind}"`);
    return at("service", "its service is of no EtherType");
  }
  for (const [kind, set] of [
    ["from", rule.from],
    ["to", rule.to],
  ] as const) {
    const families = familiesOf(set, meaning);
    if (families.length === 0) return at(kind, emptiness(kind, set));
    if (!families.some((family) => layers.includes(family)))
      return at(kind, `it is for IPv${rule.family}, and its "${kind}" has IPv${families[0]} addresses only`);
  }
  const from = familiesOf(rule.from, meaning).filter((family) => layers.includes(family));
  const both = from.filter((family) => familiesOf(rule.to, meaning).includes(family));
  if (both.length === 0)
    return at("to", `its "from" is IPv${from[0]} only and its "to" IPv${from[0] === 4 ? 6 : 4} only`);
  const services = meaning.services(rule.services);
  if (services[4].length === 0 && services[6].length === 0) return at("service", "its service matches no IP packet");
  return at("service", `its service is none of IPv${both[0]}, and its addresses are IPv${both[0]}`);
}

const familiesOf = (set: EndpointSet | undefined, meaning: Meaning): (4 | 6)[] =>
  ([4, 6] as const).filter((family) => meaning.addresses(set, family).length > 0);

function emptiness(kind: string, set: EndpointSet | undefined): string {
  if (set !== undefined && set.macs.length > 0) return `its "${kind}" has MAC addresses only, and IP rules know none`;
  return `no address is in its "${kind}", and an empty list is not "any"`;
}

// ---- applied-to -------------------------------------------------------------------------------------------------

/** Addresses that a vNIC sends from although it has others: unspecified, and link-local ones. */
const SENT_BY_ALL: Readonly<Record<4 | 6, Values>> = {
  4: [0, 0, 0xa9fe0000, 0xa9feffff],
  6: [0n, 0n, 0xfe80n << 112n, (0xfec0n << 112n) - 1n],
};
/** Addresses that a vNIC receives although it has others: multicast, broadcast, link-local. */
const RECEIVED_BY_ALL: Readonly<Record<4 | 6, Values>> = {
  4: [0xa9fe0000, 0xa9feffff, 0xe0000000, 0xefffffff, 0xffffffff, 0xffffffff],
  6: [0xfe80n << 112n, (0xfec0n << 112n) - 1n, 0xff00n << 112n, (1n << 128n) - 1n],
};

/** Why no vNIC that the rule applies to can send or receive what it matches; undefined when one can. */
function misses(places: Places, block: RuleBlock, rule: Rule, boxes: readonly Box[]): string | undefined {
  const appliedTo = rule.appliedTo as NonNullable<Rule["appliedTo"]>;
  if (appliedTo.size === 0) return "applied-to picks no vNIC";
  const { meaning } = places;
  if (intersectRanges(meaning.vnics(appliedTo), places.scope(block)).length === 0)
    return "the block stands at none of the vNICs that applied-to picks";
  for (const box of boxes) {
    const sends = rule.direction !== "in" && hits(box, SOURCE, heldBy(places, appliedTo, box.layer), SENT_BY_ALL);
    const receives =
      rule.direction !== "out" && hits(box, DESTINATION, heldBy(places, appliedTo, box.layer), RECEIVED_BY_ALL);
    if (sends || receives) return undefined;
  }
  const what = rule.direction === "in" ? "receive" : rule.direction === "out" ? "send" : "send or receive";
  return `no vNIC that it applies to can ${what} what it matches`;
}

function heldBy(places: Places, vnics: NonNullable<Rule["appliedTo"]>, layer: Layer): Values {
  if (layer !== "ethernet") return places.meaning.held(vnics, layer);
  const macs = [...vnics].map((vnic) => vnic.mac);
  // One whose MAC is not declared may have any.
  if (macs.some((mac) => mac === undefined)) return places.meaning.everyMac;
  return (macs as number[]).sort((a, b) => a - b).flatMap((mac) => [mac, mac]);
}

function hits(box: Box, field: number, held: Values, byAll: Readonly<Record<4 | 6, Values>>): boolean {
  const values = box.fields[field] as Values;
  if (rangesOverlap(values, held)) return true;
  // Frames to a group address reach everyone.
  if (box.layer === "ethernet") return field === DESTINATION && isGroupOnly(values);
  return subtractRanges(onRealPlane(values), byAll[box.layer]).length === 0;
}

/** MAC addresses with the group bit, each written alone. */
function isGroupOnly(macs: Values): boolean {
  for (let i = 0; i < macs.length; i += 2)
    if (macs[i] !== macs[i + 1] || Math.floor((macs[i] as number) / 2 ** 40) % 2 === 0) return false;
  return true;
}
