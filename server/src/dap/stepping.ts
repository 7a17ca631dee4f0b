/** What each step command means, by where the packet stands: at which moment it stops next. */
import type { Moment, SlotPlace } from "./moment.ts";

export type Command = "next" | "stepIn" | "stepOut";
export type Granularity = "statement" | "line" | "instruction";

/** Where the packet stands: at a step of its scenario, at a slot's line, at a statement, or where a slot has decided. */
export type Stand = "step" | "slot" | "statement" | "decided";

export const standOf = (moment: Moment | undefined): Stand =>
  moment === undefined || moment.kind === "finished" ? "step" : moment.kind;

export interface View {
  /** Stop also at empty and reserved slots. */
  readonly emptySlots: boolean;
}
export const visible = (place: SlotPlace, view: View): boolean =>
  place.line !== undefined || (view.emptySlots && place.chain !== undefined);

/**
 * Says of each moment the run comes to whether the command stops there; `undefined` is the start of a step. The end of
 * the run is the caller's to see.
 */
export function stopFor(
  command: Command,
  from: Moment | undefined,
  granularity: Granularity | undefined,
  view: View,
): (moment: Moment | undefined) => boolean {
  const isStep = (moment: Moment | undefined): boolean => moment === undefined;
  const isSlot = (moment: Moment | undefined): boolean => moment?.kind === "slot" && visible(moment.place, view);
  switch (standOf(from)) {
    case "step":
      if (command === "stepIn") return (moment) => isStep(moment) || isSlot(moment);
      return command === "next" ? isStep : () => false;
    case "slot":
      if (command === "stepOut") return isStep;
      if (command === "next" || granularity === "statement") return (moment) => isStep(moment) || isSlot(moment);
      return intoSlot((from as Moment & { kind: "slot" }).place, isStep, isSlot);
    default: {
      const slotEnds = (moment: Moment | undefined): boolean => isStep(moment) || isSlot(moment);
      if (command === "stepOut" || granularity === "statement" || from?.kind === "decided") return slotEnds;
      const inside = from?.kind === "statement" && from.appliance !== undefined;
      // An appliance's rules are tried for the redirect rule that decided: stepping over it does not go into them.
      return (moment) =>
        slotEnds(moment) ||
        (moment?.kind === "statement" && (command === "stepIn" || inside || moment.appliance === undefined));
    }
  }
}

/** Into a slot: its first statement or, where it decides without one (a known connection), its block's own line. */
function intoSlot(
  place: SlotPlace,
  isStep: (moment: Moment | undefined) => boolean,
  isSlot: (moment: Moment | undefined) => boolean,
): (moment: Moment | undefined) => boolean {
  return (moment) => {
    if (isStep(moment) || isSlot(moment)) return true;
    if (moment?.kind === "statement") return true;
    return moment?.kind === "decided" && moment.place.visit === place.visit && moment.place.block !== undefined;
  };
}
