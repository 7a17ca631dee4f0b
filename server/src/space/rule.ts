/** The packets that a rule matches, its neighbours aside. */
import type { Rule } from "../policy/policy.ts";
import { intersectRanges, type Ranges } from "../policy/ranges.ts";
import { ALL_PORTS, BOTH_WAYS, type Box, IN, type Layer, OUT } from "./box.ts";
import type { Meaning } from "./meaning.ts";

/** IP rules are about both families; ethernet sections have a space of their own. */
export const layersOf = (rule: Rule): readonly Layer[] => {
  if (rule.section?.ethernet) return ["ethernet"];
  return rule.family === undefined ? [4, 6] : [rule.family];
};

/**
 * The packets that a rule matches at the vNICs of `where` (indices), as boxes that may overlap; none when it is
 * disabled or matches nothing. What a vNIC can send or receive plays no part: SpoofGuard may be off.
 */
export function ruleSpace(rule: Rule, meaning: Meaning, where: Ranges<number>): Box[] {
  if (rule.disabled) return [];
  const vnics = rule.appliedTo === undefined ? where : intersectRanges(meaning.vnics(rule.appliedTo), where);
  if (vnics.length === 0) return [];
  const direction = rule.direction === undefined ? BOTH_WAYS : rule.direction === "in" ? IN : OUT;
  const services = meaning.services(rule.services);
  const boxes: Box[] = [];
  for (const layer of layersOf(rule)) {
    const source = meaning.addresses(rule.from, layer);
    const destination = meaning.addresses(rule.to, layer);
    if (source.length === 0 || destination.length === 0) continue;
    if (layer === "ethernet") {
      const types = services.ethernet;
      if (types.length > 0)
        boxes.push({ layer, fields: [direction, vnics, source, destination, types, ALL_PORTS, ALL_PORTS] });
      continue;
    }
    for (const part of services[layer])
      boxes.push({
        layer,
        fields: [direction, vnics, source, destination, part.protocol, part.sourcePort, part.destinationPort],
      });
  }
  return boxes;
}
