/**
 * The fixes of each finding: one row for each code that `check/codes.ts` marks with `fix`, and for mistakes in the text,
 * of which some have one.
 */
import type { Code } from "../../check/codes.ts";
import { bindAddress, bindMissing } from "./bindings.ts";
import type { Fixer } from "./fix.ts";
import { addDefault, allowDhcp, dropAppliedTo, nextFreeId, removeRule, sortSections } from "./rules.ts";
import { scenarioOfWitness } from "./scenario.ts";
import { moveSlot, placeRedirect, sortSlots } from "./slots.ts";
import { duplicateClause, misspelt, replaceByMeant, unknownName, unusedDeclaration } from "./text.ts";

export const FIXERS: Partial<Readonly<Record<Code, Fixer>>> = {
  "syntax-error": misspelt,
  "duplicate-clause": duplicateClause,
  "unknown-name": unknownName,
  "unused-declaration": unusedDeclaration,
  "host-bits-set": replaceByMeant,
  "reversed-range": replaceByMeant,
  "slot-out-of-range": moveSlot,
  "slot-reserved": moveSlot,
  "slot-wrong-module": moveSlot,
  "slot-duplicate": moveSlot,
  "slot-order": sortSlots,
  "redirect-unplaced": placeRedirect,
  "rule-id-duplicate": nextFreeId,
  "rule-redundant": removeRule,
  "missing-default": addDefault,
  "section-order": sortSections,
  "applied-to-misses": dropAppliedTo,
  "default-drop-blocks-dhcp": allowDhcp,
  "bind-mac-mismatch": replaceByMeant,
  "bind-missing": bindMissing,
  "bind-ip-mismatch": bindAddress,
  "assert-failed": scenarioOfWitness,
};
