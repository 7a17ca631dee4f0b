/**
 * The run between two stops, forwards and backwards: what each command does with the debuggee, where it stops, and what
 * it takes to undo it. It speaks to the client through the session that owns it.
 */
import type { Debuggee } from "./debuggee.ts";
import { explain } from "./explain.ts";
import { before, type Grain, type Position, same } from "./history.ts";
import type { Inspection } from "./inspection.ts";
import type { SlotPlace } from "./moment.ts";
import { type Command, type Granularity, standOf, stopFor, visible } from "./stepping.ts";

/** Why and where the packet stands still. */
export interface Stopped {
  readonly reason: string;
  readonly description?: string;
  readonly text?: string;
  readonly hitBreakpointIds?: readonly number[];
}
/** Who is told, and asked. */
export interface Owner {
  stopped(stopped: Stopped): void;
  /** The last packet's trip is over. */
  ended(): void;
  /** The run has come to another moment. */
  passed(): void;
  /** A slice of a long run is over, and another one follows; on the way back, which share of it has been looked at. */
  underWay(back?: number): void;
  /** How finely packets must be run for every breakpoint to be come to. */
  readonly grain: Grain;
  /** Whether nothing is to stop the run. */
  readonly noDebug: boolean;
  kindOf(breakpoint: number): string;
}

/** Where the packet stood before a command, and whether that was a step (undone whole) or a run. */
interface Past {
  readonly position: Position;
  readonly how: "step" | "run";
}
type Wanted = (moment: Debuggee["moment"]) => boolean;

const PAUSED: Stopped = { reason: "pause", description: "Paused" };
const AT_THE_ENTRY: Stopped = { reason: "entry", description: "Back at the first packet" };

/** Milliseconds that a run may take before requests (pause, disconnect) are looked at. */
const SLICE = 40;
const finest = (a: Grain, b: Grain): Grain =>
  a === "every stop" || b === "every stop" ? "every stop" : a === "slots" || b === "slots" ? "slots" : "whole";

export class Run {
  running = false;
  private readonly debuggee: Debuggee;
  private readonly inspection: Inspection;
  private readonly owner: Owner;
  private past: Past[] = [];
  private pausing = false;
  /** Counts the commands: a slice of an older one finds that it is no longer wanted. */
  private command = 0;

  constructor(debuggee: Debuggee, inspection: Inspection, owner: Owner) {
    this.debuggee = debuggee;
    this.inspection = inspection;
    this.owner = owner;
  }

  /** Whatever runs runs no longer. */
  abandon(): void {
    this.command++;
    this.running = false;
  }
  pause(): void {
    if (this.running) this.pausing = true;
  }

  // ---- forwards -----------------------------------------------------------------------------------------------------

  /**
   * To the first packet, and stops there or, when `stopOnEntry` is off, where something wants it; before it, at a step
   * that cannot be taken.
   */
  begin(stopOnEntry: boolean): void {
    const { debuggee, owner } = this;
    debuggee.skipToEntry(() => {
      owner.passed();
      return !owner.noDebug && debuggee.halt.caught !== undefined;
    });
    if (debuggee.ended) owner.ended();
    else if (debuggee.halt.caught !== undefined && this.halted()) return;
    else if (stopOnEntry && !this.owner.noDebug)
      this.stop({ reason: "entry", description: "Stopped at the first packet", hitBreakpointIds: debuggee.halt.ids });
    else if (!this.halted()) this.go(() => false, "whole");
  }

  /** What a step command will do; to be called once its request is answered. */
  step(command: Command, { granularity, targetId }: { granularity?: Granularity; targetId?: number }): () => void {
    const { debuggee, inspection } = this;
    const clause = debuggee.clause + 1;
    if (granularity === "instruction" && command !== "stepOut" && clause < inspection.clauses().length) {
      this.remember("step");
      return () => {
        debuggee.clause = clause;
        this.stop({ reason: "step" });
      };
    }
    const wanted =
      command === "stepIn" && targetId !== undefined
        ? inspection.stepInTarget(targetId)
        : stopFor(command, debuggee.moment, granularity, debuggee.view);
    const grain = standOf(debuggee.moment) !== "step" || command === "stepIn" ? "every stop" : "whole";
    this.remember("step");
    return () => this.go(wanted, grain);
  }
  continue(): void {
    this.remember("run");
    this.go(() => false, "whole");
  }
  /** Leaves the packet for the send step of unit `index`. */
  jump(index: number): void {
    this.remember("step");
    this.debuggee.jump(index);
    this.stop({ reason: "goto" });
  }
  private remember(how: Past["how"]): void {
    this.past.push({ position: this.debuggee.position, how });
  }

  /** Runs until `wanted`, a breakpoint, a caught fate, or the end; `grain` is how finely `wanted` looks. */
  private go(wanted: Wanted, grain: Grain): void {
    const { debuggee } = this;
    const command = ++this.command;
    this.running = true;
    this.pausing = false;
    const slice = (): void => {
      if (command !== this.command) return;
      // Breakpoints may have been set since the last slice.
      debuggee.grain = finest(grain, this.owner.noDebug ? "whole" : this.owner.grain);
      const deadline = performance.now() + SLICE;
      for (let n = 1; ; n++) {
        debuggee.forward();
        this.owner.passed();
        if (debuggee.ended) {
          this.abandon();
          this.owner.ended();
          return;
        }
        if (this.halted()) return;
        if (wanted(debuggee.moment)) {
          this.stop({ reason: "step" });
          return;
        }
        if (this.pausing && this.canPause()) {
          this.stop(PAUSED);
          return;
        }
        if (n % 32 === 0 && performance.now() > deadline) {
          this.owner.underWay();
          setTimeout(slice, 0);
          return;
        }
      }
    };
    slice();
  }
  private canPause(): boolean {
    const { moment, view } = this.debuggee;
    return moment?.kind === "slot" ? visible(moment.place, view) : moment?.kind !== "finished";
  }

  /** Stops here if a breakpoint or a caught fate says so. */
  private halted(): boolean {
    if (this.owner.noDebug) return false;
    const { ids, caught } = this.debuggee.halt;
    const [first] = ids;
    if (caught) {
      const { title, message } = explain(this.debuggee);
      this.stop({ reason: "exception", description: title, text: message, hitBreakpointIds: ids });
    } else if (first !== undefined) this.stop({ reason: this.owner.kindOf(first), hitBreakpointIds: ids });
    return caught !== undefined || first !== undefined;
  }

  private stop(stopped: Stopped): void {
    this.abandon();
    this.debuggee.grain = "every stop";
    this.inspection.moved();
    this.owner.stopped(stopped);
  }

  // ---- backwards ----------------------------------------------------------------------------------------------------

  /** A step is undone whole. After a run, back is one place back along the way that it took, until it is undone as well. */
  back(): void {
    const { debuggee } = this;
    const last = this.past.at(-1);
    if (!last && this.unedited()) return;
    if (last?.how === "step") {
      this.past.pop();
      this.return(last.position, "step");
      return;
    }
    const floor = last?.position ?? debuggee.entry;
    this.search(floor, this.placeOnTheWay(), (found) => {
      if (found && !same(found, floor)) {
        this.return(found, "step");
        return;
      }
      this.past.pop();
      this.return(floor, same(floor, debuggee.entry) ? "entry" : "step");
    });
  }
  /** At the first packet nothing is further back but the packet itself, as it was before it was edited there. */
  private unedited(): boolean {
    if (!same(this.debuggee.position, this.debuggee.entry) || !this.debuggee.unedit()) return false;
    this.stop(AT_THE_ENTRY);
    return true;
  }
  /** The places at which a person would have stopped, stepping as deep as the packet is now. */
  private placeOnTheWay(): Wanted {
    const { moment: now, view } = this.debuggee;
    const stand = standOf(now);
    return (moment) => {
      if (moment === undefined) return true;
      if (moment.kind === "slot") return stand !== "step" && visible(moment.place, view);
      return moment.kind === "statement" && (stand === "statement" || stand === "decided");
    };
  }

  /** Back to the last place at which something would have stopped the run, or to the first packet. */
  reverse(): void {
    const { debuggee } = this;
    if (this.unedited()) return;
    const stops = (): boolean => debuggee.halt.ids.length > 0 || debuggee.halt.caught !== undefined;
    if (!debuggee.watchful) {
      this.backTo(debuggee.entry);
      this.stop(AT_THE_ENTRY);
      return;
    }
    debuggee.grain = this.owner.grain;
    this.search(debuggee.entry, stops, (found) => {
      this.backTo(found ?? debuggee.entry);
      if (!found || !this.halted()) this.stop(AT_THE_ENTRY);
    });
  }
  /**
   * To a slot of a walk of the packet under way, or of the one that was before the next has begun: on, or back where it
   * has been already. A packet that never comes there stops when its trip is over.
   */
  toSlot(number: number, walk: number): void {
    const { debuggee } = this;
    const { place } = debuggee;
    const isThere: Wanted = (moment) =>
      moment?.kind === "slot" && moment.place.walk === walk && moment.place.number === number;
    const hasBeen = place ? isBehind(place, number, walk) : debuggee.last !== undefined;
    if (!hasBeen) {
      this.remember("step");
      this.go((moment) => isThere(moment) || moment?.kind === "finished", "every stop");
      return;
    }
    const isSend: Wanted = (moment) => moment === undefined && debuggee.loaded.script.isSend(debuggee.index);
    this.search(
      debuggee.entry,
      (moment) => isThere(moment) || isSend(moment),
      (found) => {
        this.again(found ?? debuggee.entry);
      },
    );
  }
  /** To where a slot or a packet began. */
  again(position: Position): void {
    this.backTo(position);
    this.stop({ reason: "restart" });
  }

  private return(position: Position, reason: string): void {
    this.debuggee.go(position, this.owner.grain);
    this.stop({ reason });
  }
  private backTo(position: Position): void {
    this.past = this.past.filter((entry) => before(entry.position, position));
    this.debuggee.go(position, this.owner.grain);
  }

  /**
   * Looks back for a place, in slices; the packet is wherever the search left it when `done` is called. Who does not want
   * to wait for the end stands where the search is.
   */
  private search(floor: Position, wanted: Wanted, done: (found: Position | undefined) => void): void {
    const search = this.debuggee.searchBack(floor, wanted);
    const command = ++this.command;
    this.running = true;
    this.pausing = false;
    const slice = (): void => {
      if (command !== this.command) return;
      const deadline = performance.now() + SLICE;
      for (;;) {
        if (this.pausing) {
          this.backTo({ unit: this.debuggee.position.unit, stop: 0, part: 0 });
          this.stop(PAUSED);
          return;
        }
        const step = search.next();
        if (step.done) {
          done(step.value);
          return;
        }
        if (performance.now() > deadline) {
          this.owner.underWay(step.value);
          setTimeout(slice, 0);
          return;
        }
      }
    };
    slice();
  }
}

/** Whether a packet at `place` has been at a slot of a walk, or is there. */
const isBehind = (place: SlotPlace, number: number, walk: number): boolean =>
  walk < place.walk ||
  (walk === place.walk && (place.direction === "out" ? number <= place.number : number >= place.number));
