/** Slot 15, Distributed Network Encryption: leaving, packets are sealed; entering, they are opened first. */
import type { Encryption, Rule } from "../../policy/policy.ts";
import { firstMatch } from "../firstMatch.ts";
import { byDefault, byRule, type SlotAnswer, type Steps, type Visit, written } from "../slot.ts";

export function* encryption(block: Encryption, visit: Visit): Steps<SlotAnswer> {
  if (visit.place.direction === "in" && visit.seal) return openSealed(block, visit);
  const { rule, disabled } = yield* firstMatch(block.rules, visit, { whole: true });
  if (rule) visit.world.hit(block.name, rule.id);
  else yield* visit.at(block.default?.source);
  const decided = rule ?? block.default;
  const by = rule ? byRule(rule) : byDefault(block.default);
  const found = { by, source: decided?.source, disabled };
  const reason = rule ? "match" : "no-match";
  if (!decided || (decided.action !== "encrypt" && decided.action !== "protect"))
    return { verdict: "pass", reason, ...found };
  if (visit.place.direction === "in") return { verdict: "drop", reason: "not-sealed", ...found };
  const key = (decided as Pick<Rule, "key">).key;
  // A rule whose key is not declared has an error of its own, and seals nothing.
  if (!key) return { verdict: "pass", reason, ...found };
  const epoch = visit.world.epoch(block.name, key.name);
  visit.seal = { id: key.id, epoch };
  visit.changes.push(
    { field: "iochain.key", from: null, to: key.id },
    { field: "iochain.epoch", from: null, to: epoch },
  );
  return { verdict: decided.action, reason: "sealed", ...found };
}

function openSealed(block: Encryption, visit: Visit): SlotAnswer {
  const seal = visit.seal as NonNullable<Visit["seal"]>;
  const ofId = [...block.keys.values()].filter(({ id }) => id === seal.id);
  const key = ofId.find(({ name }) => {
    const epoch = visit.world.epoch(block.name, name);
    return seal.epoch === epoch || seal.epoch === epoch - 1;
  });
  const told = key ?? ofId[0];
  const by = { kind: "policy" as const, ...(told && { name: told.name }), ...written(told?.source ?? block.source) };
  if (!key) return { verdict: "drop", reason: "decrypt-failed", by, source: told?.source };
  visit.seal = undefined;
  visit.changes.push(
    { field: "iochain.key", from: seal.id, to: null },
    { field: "iochain.epoch", from: seal.epoch, to: null },
  );
  return { verdict: "decrypt", reason: "opened", by, source: key.source };
}
