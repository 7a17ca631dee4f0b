/**
 * Slots 4 to 12: traffic handed to a partner's appliance. The rules decide for a flow's first packet; its later ones, in
 * both directions, go the same way, since an appliance that sees half a conversation is of no use.
 */
import type { Appliance, Redirect, Source, Timeouts } from "../../policy/policy.ts";
import { DEFAULT_TIMEOUTS } from "../../policy/timeouts.ts";
import { follow, open } from "../connections.ts";
import { firstMatch } from "../firstMatch.ts";
import { flowAbout, flowOf } from "../flow.ts";
import type { ReasonCode } from "../reasons.ts";
import { byDefault, byRule, type SlotAnswer, type Steps, timeoutsOf, type Visit, written } from "../slot.ts";
import type { By } from "../trace.ts";

interface Way {
  readonly redirect: boolean;
  readonly reason: ReasonCode;
  readonly by: By;
  readonly source?: Source;
  readonly state?: string;
  readonly disabled?: readonly number[];
}

export function* redirect(block: Redirect, visit: Visit): Steps<SlotAnswer> {
  // Appliances are handed IP (NetX and service insertion redirect by IP rules).
  if (!visit.packet.ip)
    return {
      verdict: "pass",
      reason: "not-ip",
      by: { kind: "policy", ...written(block.source) },
      source: block.source,
    };
  const way = yield* chooseWay(block, visit);
  const { redirect: handed, ...told } = way;
  if (!handed || !block.via) return { verdict: "pass", ...told };
  return yield* hand(block.via, visit, told);
}

function* chooseWay(block: Redirect, visit: Visit): Steps<Way> {
  const timeouts = timeoutsOf(visit.place.chain, DEFAULT_TIMEOUTS);
  const known = knownWay(block, visit, timeouts);
  if (known) return known;
  const { rule, disabled } = yield* firstMatch(block.rules, visit, { whole: true });
  if (rule) visit.world.hit(block.name, rule.id);
  else yield* visit.at(block.default?.source);
  const decided = rule ?? block.default;
  const handed = decided?.action === "redirect";
  const packet = visit.whole;
  const flow = flowOf(packet);
  let state: string | undefined;
  if (flow) {
    const { clock } = visit.world;
    const connection = open(packet, flow, clock, timeouts, rule?.id);
    const redirects = visit.world.change(visit.place.vnic).redirectsAt(visit.place.slot);
    redirects.sweep((entry) => entry.connection.expires <= clock);
    redirects.set(flow.key, { connection, redirect: handed });
    state = connection.state;
  }
  return {
    redirect: handed,
    reason: rule ? "match" : "no-match",
    by: rule ? byRule(rule) : byDefault(block.default),
    source: decided?.source,
    state,
    disabled,
  };
}

/** The way the flow has taken so far. A packet that does not fit its state goes that way too: this is no firewall. */
function knownWay(block: Redirect, visit: Visit, timeouts: Timeouts): Way | undefined {
  const { world, place, whole } = visit;
  const own = flowOf(whole);
  const flow = own ?? flowAbout(whole);
  if (!flow) return undefined;
  const { key } = flow;
  const entry = world.at(place.vnic).redirects.get(place.slot)?.get(key);
  if (!entry) return undefined;
  if (entry.connection.expires <= world.clock) {
    world.change(place.vnic).redirectsAt(place.slot).delete(key);
    return undefined;
  }
  const fate = own && follow(entry.connection, whole, own, world.clock, timeouts);
  if (fate?.kind === "anew") return undefined;
  const connection = fate?.kind === "fits" ? fate.connection : entry.connection;
  if (fate?.kind === "fits")
    world
      .change(place.vnic)
      .redirectsAt(place.slot)
      .set(key, { ...entry, connection });
  return {
    redirect: entry.redirect,
    reason: "state",
    by: { kind: "state", ...written(block.source) },
    source: block.source,
    state: connection.state,
  };
}

function* hand(appliance: Appliance, visit: Visit, told: Omit<Way, "redirect">): Steps<SlotAnswer> {
  const { name } = appliance;
  const state = visit.world.appliances.get(name) ?? "up";
  const policy = {
    by: { kind: "policy" as const, name, ...written(appliance.source) },
    source: appliance.source,
    appliance: name,
  };
  if (state === "hung")
    return {
      ...told,
      verdict: "blackhole",
      reason: "appliance-hung",
      ...policy,
      by: { ...policy.by, kind: "appliance" },
    };
  if (state === "down") {
    return appliance.fail === "open"
      ? { ...told, verdict: "pass", reason: "fail-open", ...policy }
      : { ...told, verdict: "drop", reason: "fail-closed", ...policy };
  }
  const { inspect } = appliance;
  let { disabled } = told;
  for (let start = 0; inspect; ) {
    const match = yield* firstMatch(inspect.rules, visit, { start, appliance, whole: true, disabled });
    const { rule, index } = match;
    disabled = match.disabled;
    if (rule) visit.world.hit(name, rule.id);
    else yield* visit.at(inspect.default?.source, { appliance });
    if (rule?.mark) {
      visit.mark(rule.mark.field, rule.mark.value);
      start = index + 1;
      continue;
    }
    const decided = rule ?? inspect.default;
    if (decided?.action !== "drop") break;
    const by: By = { kind: "appliance", name, ...(rule && { id: rule.id }), ...written(decided.source) };
    const { source } = decided;
    return { ...told, verdict: "drop", reason: "appliance-drop", by, source, appliance: name, disabled };
  }
  return { ...told, verdict: "redirect", appliance: name, disabled };
}
