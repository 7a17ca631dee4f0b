/** Data breakpoints: a header field that changes, this flow's connection, a rule's hits. */
import type { Debuggee } from "./debuggee.ts";
import { show } from "./expression/values.ts";
import { rulesNamed } from "./functions.ts";
import { FIELD_NAMES, fieldName, fieldValues } from "./packetFields.ts";
import { connectionsAt } from "./state.ts";

export interface Watched {
  readonly description: string;
  readonly read: () => string | undefined;
  readonly counts: (before: string | undefined, after: string | undefined) => boolean;
}

/** What the data breakpoint `id` watches: `field ip.ttl`, `connections web-01.eth0`, `hits east-west.1001`. */
export function watched(id: string, debuggee: Debuggee): Watched | undefined {
  const [, kind, name = ""] = /^(field|connections|hits) (.+)$/.exec(id) ?? [];
  switch (kind) {
    case "field": {
      if (!FIELD_NAMES.includes(name)) return undefined;
      return {
        description: `${name} of the packet under way`,
        // A new packet is no change of the old one: at a step there is nothing to compare.
        read: () =>
          debuggee.moment === undefined ? undefined : fieldValues(debuggee.packet, fieldName(name))?.map(show).join(),
        counts: (before, after) => before !== undefined && after !== undefined,
      };
    }
    case "connections": {
      if (!debuggee.loaded.policy.vnics.has(name)) return undefined;
      return {
        description: `the connections of ${name}: one appears, changes its state, or expires`,
        read: () => connectionsAt(debuggee, name),
        counts: () => true,
      };
    }
    case "hits": {
      const [, block, number] = /^(.+)\.(\d+)$/.exec(name) ?? [];
      if (block === undefined || !hasRule(debuggee, block, Number(number))) return undefined;
      return {
        description: `the hits of rule ${number} in ${block}`,
        read: () => String(debuggee.hits(block, Number(number))),
        counts: () => true,
      };
    }
    default:
      return undefined;
  }
}
function hasRule(debuggee: Debuggee, block: string, id: number): boolean {
  try {
    return rulesNamed(debuggee.loaded.policy, block, id).length > 0;
  } catch {
    return false;
  }
}
