/** The packets that a rule matches, its neighbours aside. */
import type { Rule } from "../policy/policy.ts";
import { intersectRanges, type Ranges, rangesContain, subtractRanges } from "../policy/ranges.ts";
import { ALL_PORTS, BOTH_WAYS, type Box, IN, type Layer, OUT } from "./box.ts";
import type { Meaning, ServicePart } from "./meaning.ts";

/**
 * The layers that a rule may match packets of. A firewall's rules are for IP or, in an ethernet section, for frames;
 * the rules of the other blocks see every packet, those without IP too.
 */
export const layersOf = (rule: Rule): readonly Layer[] => {
  if (rule.section?.ethernet) return ["ethernet"];
  if (rule.family !== undefined) return [rule.family];
  return rule.section === undefined && reachesAll(rule) ? [4, 6, "ethernet"] : [4, 6];
};
/** What has no IP addresses matches no endpoint list but `any`. */
const reachesAll = ({ from, to }: Rule): boolean => (from?.any ?? true) && (to?.any ?? true);

/**
 * The packets that a rule matches at the vNICs of `where` (indices), as boxes that may overlap; none when it is
 * disabled or matches nothing. What a vNIC can send or receive plays no part: SpoofGuard may be off.
 */
export function ruleSpace(rule: Rule, meaning: Meaning, where: Ranges<number>): Box[] {
  if (rule.disabled) return [];
  const vnics = rule.appliedTo === undefined ? where : intersectRanges(meaning.vnics(rule.appliedTo), where);
  if (vnics.length === 0) return [];
  const direction = rule.direction === undefined ? BOTH_WAYS : rule.direction === "in" ? IN : OUT;
  const boxes: Box[] = [];
  for (const layer of layersOf(rule)) {
    const source = meaning.addresses(rule.from, layer);
    const destination = meaning.addresses(rule.to, layer);
    if (source.length === 0 || destination.length === 0) continue;
    for (const part of partsOf(rule, meaning, layer))
      boxes.push({
        layer,
        fields: [direction, vnics, source, destination, part.protocol, part.sourcePort, part.destinationPort],
      });
  }
  return boxes;
}

function partsOf(rule: Rule, meaning: Meaning, layer: Layer): readonly ServicePart[] {
  const services = meaning.services(rule.services);
  if (layer !== "ethernet") {
    // Outside the firewall, an EtherType may mean all of IP.
    const { ethernet } = services;
    const all = rule.services !== undefined && rule.section === undefined && rangesContain(ethernet, IP_TYPES[layer]);
    return all ? meaning.services(undefined)[layer] : services[layer];
  }
  let types = services.ethernet;
  if (rule.section === undefined) types = subtractRanges(types, NO_IP);
  else if (rule.family !== undefined) types = intersectRanges(types, [IP_TYPES[rule.family], IP_TYPES[rule.family]]);
  return types.length === 0 ? [] : [{ protocol: types, sourcePort: ALL_PORTS, destinationPort: ALL_PORTS }];
}
/** EtherTypes of IPv4 and IPv6. */
export const IP_TYPES: Readonly<Record<4 | 6, number>> = { 4: 0x0800, 6: 0x86dd };
const NO_IP: Ranges<number> = [0x0800, 0x0800, 0x86dd, 0x86dd];
