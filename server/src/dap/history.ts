/**
 * A run that can be gone back over. A course is a list of units (a scenario's steps, a capture's frames), each a
 * generator of stops over a world that it changes. Nothing is recorded but forks of the world at the start of some
 * units: a former state is the nearest fork, run again up to the wanted stop. Forks stand close together near the
 * present and ever farther apart behind it, so that their number grows with the logarithm of the length.
 */

/**
 * `unit` counts the units begun, from 0; `stop` is the order of a stop in it: 0 is before its first. `part` counts what is
 * looked at one by one at a stop (a rule's clauses): the run does nothing between two parts, but may be edited at each.
 */
export interface Position {
  readonly unit: number;
  readonly stop: number;
  readonly part: number;
}
export const before = (a: Position, b: Position): boolean =>
  a.unit < b.unit || (a.unit === b.unit && (a.stop < b.stop || (a.stop === b.stop && a.part < b.part)));
export const same = (a: Position, b: Position): boolean => sameStop(a, b) && a.part === b.part;
const sameStop = (a: Position, b: Position): boolean => a.unit === b.unit && a.stop === b.stop;

export interface World<W> {
  fork(): W;
  /** Entries that a fork comes to hold for itself once the run has gone on; absent: not worth counting. */
  readonly weight?: number;
}

/** Grows from stop to stop, and is the same however finely the unit is run. */
export interface Ordered {
  readonly order: number;
}
/**
 * How finely a unit is run: by every stop, by the slots and what they decide, or as a whole. The coarser, the faster; all
 * leave the same world behind, and a position is the same in each that has it.
 */
export type Grain = "every stop" | "slots" | "whole";

/** What runs. `Edit` replaces what the unit works on (a packet) from the stop at which it is given. */
export interface Course<W extends World<W>, Stop extends Ordered, Edit> {
  readonly length: number;
  /** A new world, as it is before the first unit. */
  world(): W;
  /** The stops of unit `index`, as far as its grain has them. The edit, if any, was made before its first stop. */
  begin(index: number, world: W, edit: Edit | undefined, grain: Grain): Generator<Stop, void, Edit | undefined>;
}

/** Follows the run, whichever way it goes: told of each stop, and able to give back what it knew at a fork. */
export interface Follower<Stop, Memory> {
  /** A unit begins. */
  begun(index: number, position: Position): void;
  reached(stop: Stop, position: Position): void;
  /** What to keep with a fork; must not change afterwards. */
  memory(): Memory;
  recall(memory: Memory): void;
}

interface Checkpoint<W, Memory> {
  readonly unit: number;
  readonly index: number;
  readonly world: W;
  readonly weight: number;
  readonly memory: Memory;
}
type Intervention<Edit> = Position & ({ readonly edit: Edit } | { readonly jump: number });

/** Forks kept at most, for any length of run. */
const MOST_CHECKPOINTS = 24;
/** Where they hold more than so many entries in all (some 80 octets each), they are fewer: down to so few. */
const MOST_WEIGHT = 2 ** 21;
const FEWEST_CHECKPOINTS = 8;
/** A fork makes the next change of a big table dear: the longer the run, the rarer they are laid. */
const spacing = (unit: number): number => 1 + Math.floor(unit / 32);
/** Units before a place that was gone back to that get forks of their own: who goes back once goes back again. */
const NEAR = 4;

export class History<W extends World<W>, Stop extends Ordered, Edit, Memory> {
  /** Of the units that begin from now on. */
  grain: Grain = "every stop";
  private readonly course: Course<W, Stop, Edit>;
  private readonly follower: Follower<Stop, Memory>;
  private checkpoints: Checkpoint<W, Memory>[] = [];
  private interventions: Intervention<Edit>[] = [];
  private at: Position = { unit: 0, stop: 0, part: 0 };
  private current: Stop | undefined;
  private running: Generator<Stop, void, Edit | undefined> | undefined;
  /** The course's index of the current unit: not `at.unit` once there was a jump. */
  private courseIndex = 0;
  private now: W;
  /** Of the current unit. */
  private begunWith: Grain = "every stop";
  private nearFrom = Number.POSITIVE_INFINITY;

  constructor(course: Course<W, Stop, Edit>, follower: Follower<Stop, Memory>) {
    this.course = course;
    this.follower = follower;
    this.now = course.world();
    this.arrive(0);
  }

  get position(): Position {
    return this.at;
  }
  /** The stop that the run stands at; undefined at the start of a unit. */
  get stop(): Stop | undefined {
    return this.current;
  }
  /** The course's index of the unit that the run is in; `course.length` at the end. */
  get index(): number {
    return this.courseIndex;
  }
  get ended(): boolean {
    return this.courseIndex >= this.course.length;
  }
  get world(): W {
    return this.now;
  }
  get checkpointCount(): number {
    return this.checkpoints.length;
  }

  /** On to the next stop, or to the start of the next unit. */
  forward(): void {
    if (this.ended) return;
    let edit: Edit | undefined;
    // Most runs have none, and come by here some tens of times a packet.
    if (this.interventions.length > 0) {
      const jump = this.interventions.find((i) => "jump" in i && sameStop(i, this.at));
      if (jump && "jump" in jump) {
        this.leave(jump.jump);
        return;
      }
      // On the way again over a stop, what was edited at its later parts counts as well.
      edit = this.editsHere.at(-1)?.edit;
    }
    let next: IteratorResult<Stop, void>;
    if (this.running) next = this.running.next(edit);
    else {
      // Where somebody intervened, the stop at which they did must come again.
      const { unit } = this.at;
      this.begunWith = this.interventions.some((i) => i.unit === unit) ? "every stop" : this.grain;
      this.running = this.course.begin(this.courseIndex, this.now, edit, this.begunWith);
      next = this.running.next();
    }
    if (next.done) {
      this.leave(this.courseIndex + 1);
      return;
    }
    this.at = { unit: this.at.unit, stop: next.value.order, part: 0 };
    this.current = next.value;
    this.follower.reached(next.value, this.at);
  }

  /**
   * Back (or on) to a position that the run has been at. What was edited after it is forgotten, and a jump made from it:
   * whoever stands there has not jumped yet. Units before the target's are run by `grain`.
   */
  go(target: Position, grain: Grain = "every stop"): void {
    this.interventions = this.interventions.filter((i) => before(i, target) || ("edit" in i && same(i, target)));
    this.nearFrom = target.unit - NEAR;
    this.restore(target);
    while (before(this.at, { ...target, part: 0 }) && !this.ended) {
      this.grain = this.at.unit === target.unit ? "every stop" : grain;
      this.forward();
    }
    this.grain = "every stop";
    this.nearFrom = Number.POSITIVE_INFINITY;
    this.look(target.part);
  }
  /** On (or back, by `go`) to another part of the stop that the run stands at. */
  look(part: number): void {
    this.at = { ...this.at, part };
  }
  /** From here on every stop is to be seen, in the current unit too. */
  refine(): void {
    this.grain = "every stop";
    if (this.running && this.begunWith !== "every stop") this.go(this.at);
  }

  /** Replaces what the current unit works on from here: the run forks, its former way on is forgotten. */
  edit(edit: Edit): void {
    this.intervene({ ...this.at, edit });
  }
  /** Takes back what was edited at this very place, and says whether anything was. */
  unedit(): boolean {
    const before = this.interventions.length;
    this.interventions = this.interventions.filter((i) => "jump" in i || !same(i, this.at));
    return this.interventions.length < before;
  }
  /** Leaves the current unit where it is and goes on at unit `index` of the course, in the world as it is now. */
  jump(index: number): void {
    this.intervene({ ...this.at, jump: index });
    this.forward();
  }
  /** The edit made at this very stop, at this part of it or an earlier one, if any. */
  get edited(): Edit | undefined {
    return this.editsHere.findLast((i) => !before(this.at, i))?.edit;
  }
  /** Those made at this stop, first to last. */
  private get editsHere(): readonly (Position & { readonly edit: Edit })[] {
    return this.interventions.filter((i) => "edit" in i && sameStop(i, this.at)) as (Position & {
      readonly edit: Edit;
    })[];
  }

  /** Whether the current unit has been edited on the way here. */
  get editedHere(): boolean {
    return this.interventions.some((i) => "edit" in i && i.unit === this.at.unit && !before(this.at, i));
  }

  /**
   * Looks for the last position before `limit`, and not before `floor`, at which `wanted` says yes. Each stretch between
   * two forks is run again, the latest first. A generator, so that a long search can pause: it yields now and then which
   * share of the way it has looked at, and returns the position or undefined. The run is left anywhere: `go` somewhere
   * afterwards.
   */
  *searchBack(
    limit: Position,
    floor: Position,
    wanted: (stop: Stop | undefined) => boolean,
  ): Generator<number, Position | undefined> {
    // Running over a stretch lays new forks: the list to work through is the one from before.
    const starts = this.checkpoints.map((c) => c.unit).filter((unit) => unit <= limit.unit);
    const all = Math.max(1, limit.unit - floor.unit);
    let end = limit;
    let steps = 0;
    for (const unit of starts.reverse()) {
      const start = { unit, stop: 0, part: 0 };
      if (!before(start, end)) continue;
      this.restore(start);
      let found: Position | undefined;
      while (before(this.at, end) && !this.ended) {
        // Asked at every stop, those before the floor too: whoever counts must see them all.
        if (wanted(this.current) && !before(this.at, floor)) found = this.at;
        this.forward();
        if (++steps % 256 === 0) yield (limit.unit - end.unit + this.at.unit - unit) / all;
      }
      if (found) return found;
      if (!before(floor, start)) return undefined;
      end = start;
    }
    return undefined;
  }

  private intervene(intervention: Intervention<Edit>): void {
    // A packet edited here and then left for another step stays edited: its edit is part of where the jump was made.
    const kept = (i: Intervention<Edit>): boolean =>
      before(i, this.at) || ("jump" in intervention && "edit" in i && same(i, this.at));
    this.interventions = [...this.interventions.filter(kept), intervention];
    this.checkpoints = this.checkpoints.filter((c) => c.unit <= this.at.unit);
  }

  private leave(index: number): void {
    this.running = undefined;
    this.at = { unit: this.at.unit + 1, stop: 0, part: 0 };
    this.arrive(index);
  }
  private arrive(index: number): void {
    this.courseIndex = index;
    this.current = undefined;
    const { unit } = this.at;
    const latest = this.checkpoints.at(-1);
    const wanted = !latest || latest.unit + spacing(unit) <= unit || (unit >= this.nearFrom && latest.unit < unit);
    if (wanted) {
      const { weight = 0 } = this.now;
      this.checkpoints.push({ unit, index, world: this.now.fork(), weight, memory: this.follower.memory() });
      while (this.isCrowded()) this.thin(unit);
    }
    this.follower.begun(index, this.at);
  }
  private isCrowded(): boolean {
    const { length } = this.checkpoints;
    if (length > MOST_CHECKPOINTS) return true;
    const held = this.checkpoints.reduce((sum, { weight }) => sum + weight, 0);
    return length > FEWEST_CHECKPOINTS && held > MOST_WEIGHT;
  }
  /** Drops the fork whose loss lengthens the way back least for its distance; never the first nor the last two. */
  private thin(now: number): void {
    let worst = 1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 1; i < this.checkpoints.length - 2; i++) {
      const [earlier, here, later] = this.checkpoints.slice(i - 1, i + 2) as [
        Checkpoint<W, Memory>,
        Checkpoint<W, Memory>,
        Checkpoint<W, Memory>,
      ];
      const cost = (later.unit - earlier.unit) / (now - here.unit + 1);
      if (cost < least) {
        least = cost;
        worst = i;
      }
    }
    this.checkpoints.splice(worst, 1);
  }

  private restore(target: Position): void {
    const from = this.checkpoints.findLast((c) => c.unit <= target.unit) as Checkpoint<W, Memory>;
    // Later forks stay only while they are still in the run's past or present.
    this.checkpoints = this.checkpoints.filter((c) => c.unit <= from.unit);
    this.running = undefined;
    this.at = { unit: from.unit, stop: 0, part: 0 };
    this.courseIndex = from.index;
    this.current = undefined;
    this.now = from.world.fork();
    this.follower.recall(from.memory);
    this.follower.begun(from.index, this.at);
  }
}
