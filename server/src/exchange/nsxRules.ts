/** What rules of the NSX Policy API have in common, those of the firewall and those of redirection. */
import type { DraftEndpoints, DraftRule } from "./draft.ts";
import { describe, type NsxGroups } from "./nsxGroups.ts";
import type { NsxObject, NsxObjects } from "./nsxObjects.ts";
import type { NsxServices } from "./nsxServices.ts";
import type { Report } from "./report.ts";

/** What rules are read with. */
export interface NsxInputs {
  readonly objects: NsxObjects;
  readonly groups: NsxGroups;
  readonly services: NsxServices;
  readonly report: Report;
}

/** What rules of the firewall and of redirection have in common: `rule` has the rest, `lost` what has no words. */
export function writtenRule(
  { json, id }: NsxObject,
  lost: readonly string[],
  rule: DraftRule,
  report: Report,
): DraftRule {
  for (const what of lost) report.inexpressible(json.at(), `rule ${id}: ${what}; the rule is kept, disabled`);
  const number = json.int("rule_id") ?? (/^\d{1,15}$/.test(id) ? Number(id) : undefined);
  const name = json.text("display_name");
  const tag = json.text("tag");
  const direction = json.text("direction")?.toUpperCase();
  const label = tag !== undefined && tag !== "" && tag.length <= 32 ? tag : undefined;
  const title = name ?? (String(number) === id ? undefined : id);
  return {
    ...rule,
    at: json.at(),
    comments: [
      ...describe(json),
      ...(tag !== undefined && tag !== "" && (label === undefined || json.flag("logged") !== true)
        ? [`tag '${tag}'`]
        : []),
      ...lost.map((what) => `not expressible: ${what}`),
    ],
    ...(number !== undefined && number >= 0 && { id: number }),
    ...(title !== undefined && title !== String(number) && { title }),
    ...(direction === "IN" && { direction: "in" }),
    ...(direction === "OUT" && { direction: "out" }),
    ...(json.flag("logged") === true && { log: label ?? true }),
    ...((lost.length > 0 || json.flag("disabled") === true) && { disabled: true }),
  };
}

/** A side of a rule; `excluded`: all but these. */
export function sideOf(
  side: "from" | "to",
  endpoints: DraftEndpoints | undefined,
  excluded: boolean | undefined,
): { from?: DraftEndpoints; to?: DraftEndpoints } {
  if (endpoints === undefined) return {};
  return {
    [side]:
      excluded === true
        ? { items: [{ kind: "any" }], except: endpoints.except === undefined ? endpoints.items : [] }
        : endpoints,
  };
}
export function familyOf(protocol: string | undefined): { family?: 4 | 6 } {
  const word = protocol?.toUpperCase();
  return word === "IPV4" ? { family: 4 } : word === "IPV6" ? { family: 6 } : {};
}

/** By rank, then by sequence number, then as they stand; equal numbers are told. */
export function ordered(
  objects: readonly NsxObject[],
  rank: (object: NsxObject) => number,
  what: string,
  report: Report,
): NsxObject[] {
  const seen = new Map<string, NsxObject>();
  for (const object of objects) {
    const number = object.json.int("sequence_number");
    if (object.json.has("sequence_number") && number === undefined)
      report.wrong(object.json.at("sequence_number"), `${object.id}: a sequence number that is none`);
    if (number === undefined) continue;
    const key = `${rank(object)} ${number}`;
    const other = seen.get(key);
    if (other !== undefined)
      report.wrong(
        object.json.at("sequence_number"),
        `${what}: ${object.id} has the sequence number ${number} of ${other.id}; which is first is by their order here`,
      );
    else seen.set(key, object);
  }
  const number = ({ json }: NsxObject) => json.int("sequence_number") ?? 0;
  return [...objects].sort((a, b) => rank(a) - rank(b) || number(a) - number(b));
}
