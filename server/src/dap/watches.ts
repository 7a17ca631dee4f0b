/** Data breakpoints: a header field that changes, a connection or all of a vNIC, a rule's hits. */
import type { Debuggee } from "./debuggee.ts";
import { show } from "./expression/values.ts";
import { octetsOf } from "./frameOctets.ts";
import { rulesNamed } from "./functions.ts";
import { FIELD_NAMES, fieldName, fieldValues } from "./packetFields.ts";
import { connectionsAt } from "./state.ts";

export interface Watched {
  readonly description: string;
  readonly read: () => string | undefined;
  readonly counts: (before: string | undefined, after: string | undefined) => boolean;
  /** What the change was, in a line. */
  readonly told: (before: string | undefined, after: string | undefined) => string;
}

/** What the data breakpoint `id` watches: `field ip.ttl`, `connections web-01.eth0`, `hits east-west.1001`, `connection web-01.eth0 tcp 10.0.1.11:40000 -> 10.0.3.11:3306`. */
export function watched(id: string, debuggee: Debuggee): Watched | undefined {
  const [, kind, name = ""] = /^(field|connections|connection|hits) (.+)$/.exec(id) ?? [];
  switch (kind) {
    case "field": {
      if (!FIELD_NAMES.includes(name)) return undefined;
      return {
        description: `${name} of the packet under way`,
        // A new packet is no change of the old one: at a step there is nothing to compare.
        read: () =>
          debuggee.moment === undefined || debuggee.moment.kind === "finished"
            ? undefined
            : fieldValues(debuggee.packet, fieldName(name), () => octetsOf(debuggee))
                ?.map(show)
                .join(),
        counts: (before, after) => before !== undefined && after !== undefined && !atNextReceiver(debuggee),
        told: (before, after) => `${name}: ${before || "nothing"} → ${after || "nothing"}`,
      };
    }
    case "connections": {
      if (!debuggee.loaded.policy.vnics.has(name)) return undefined;
      return {
        description: `the connections of ${name}: one appears, changes its state, or expires`,
        read: () => connectionsAt(debuggee, name),
        counts: () => true,
        told: (before = "", after = "") => `connections of ${name}: ${difference(before, after)}`,
      };
    }
    case "hits": {
      const [, block, number] = /^(.+)\.(\d+)$/.exec(name) ?? [];
      if (block === undefined || !hasRule(debuggee, block, Number(number))) return undefined;
      return {
        description: `the hits of rule ${number} in ${block}`,
        read: () => String(debuggee.hits(block, Number(number))),
        counts: () => true,
        told: (before, after) => `hits of rule ${number} in ${block}: ${before} → ${after}`,
      };
    }
    case "connection": {
      const [, vnic = "", flow = ""] = /^(\S+) (.+)$/.exec(name) ?? [];
      if (!debuggee.loaded.policy.vnics.has(vnic)) return undefined;
      return {
        description: `the connection ${flow} of ${vnic}: it changes its state, or expires`,
        read: () => stateOf(connectionsAt(debuggee, vnic), flow) ?? "gone",
        counts: () => true,
        told: (before, after) => `${flow}: ${before} → ${after}`,
      };
    }
    default:
      return undefined;
  }
}

/** Of a flooded packet every receiver has a copy: what one walk did to its own is no change of the next one's. */
const atNextReceiver = ({ moment, walks }: Debuggee): boolean =>
  moment?.kind === "slot" && moment.place.walk > 1 && walks.at(-1)?.slots.length === 0;

/** A connection a line: the flow, and behind the last space its state. */
const split = (line: string): readonly [string, string] => {
  const at = line.lastIndexOf(" ");
  return [line.slice(0, at), line.slice(at + 1)];
};
const stateOf = (table: string, flow: string): string | undefined => new Map(table.split("\n").map(split)).get(flow);
function difference(before: string, after: string): string {
  const was = new Map(before.split("\n").filter(Boolean).map(split));
  const is = new Map(after.split("\n").filter(Boolean).map(split));
  const changed = [...is].filter(([flow, state]) => was.get(flow) !== state);
  const gone = [...was.keys()].filter((flow) => !is.has(flow));
  return [
    ...changed.map(([flow, state]) => `${flow}: ${was.get(flow) ?? "new"} → ${state}`),
    ...gone.map((flow) => `${flow}: expired`),
  ].join(", ");
}
function hasRule(debuggee: Debuggee, block: string, id: number): boolean {
  try {
    return rulesNamed(debuggee.loaded.policy, block, id).length > 0;
  } catch {
    return false;
  }
}
