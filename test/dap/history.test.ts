/** Going back gives the former state bit for bit, at the cost of a few forks, whatever the run was. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Course, type Grain, History, type Position } from "../../server/src/dap/history.ts";

/** A world that remembers everything that was done to it. */
class Ledger {
  readonly lines: string[];
  constructor(lines: readonly string[]) {
    this.lines = [...lines];
  }
  fork(): Ledger {
    return new Ledger(this.lines);
  }
}
interface Stop {
  readonly order: number;
  readonly name: string;
}
/** Units of some stops each; run coarsely they stop at every other one. */
const course = (units: readonly number[]): Course<Ledger, Stop, string> => ({
  length: units.length,
  world: () => new Ledger([]),
  *begin(index, world, edit, grain) {
    let name = edit ?? "as sent";
    for (let stop = 0; stop < (units[index] ?? 0); stop++) {
      world.lines.push(`${index}.${stop} ${name}`);
      if (grain === "every stop" || stop % 2 === 0)
        name = (yield { order: stop + 1, name: `${index}.${stop}` }) ?? name;
    }
    world.lines.push(`${index} done ${name}`);
  },
});
class Counter {
  count = 0;
  begun(): void {
    this.count++;
  }
  reached(): void {
    this.count++;
  }
  memory(): number {
    return this.count;
  }
  recall(count: number): void {
    this.count = count;
  }
}

type Move =
  | { do: "forward" }
  | { do: "look" }
  | { do: "edit"; to: string }
  | { do: "jump"; to: number }
  | { do: "back"; by: number };
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ do: "forward" } as Move) },
  { weight: 2, arbitrary: fc.constant({ do: "look" } as Move) },
  fc.constantFrom("red", "blue").map((to): Move => ({ do: "edit", to })),
  fc.nat(5).map((to): Move => ({ do: "jump", to })),
  fc.nat(12).map((by): Move => ({ do: "back", by })),
);

describe("history", () => {
  test("every former position is found again as it was", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }),
        fc.array(move, { maxLength: 60 }),
        fc.constantFrom<Grain>("every stop", "slots"),
        (units, moves, grain) => {
          const counter = new Counter();
          const history = new History(course(units), counter);
          const look = () => ({
            position: history.position,
            stop: history.stop,
            index: history.index,
            count: counter.count,
            edited: history.edited,
            lines: [...history.world.lines],
          });
          let seen = [look()];
          for (const step of moves) {
            if (step.do === "forward") history.forward();
            else if (step.do === "look") history.look(history.position.part + 1);
            else if (step.do === "jump") {
              if (history.ended) continue;
              history.jump(Math.min(step.to, units.length - 1));
            } else if (step.do === "edit") {
              if (history.ended) continue;
              // What is edited is another state at the same position: the former one is gone by wish.
              history.edit(step.to);
              seen.pop();
            } else {
              const target = seen[Math.max(0, seen.length - 1 - step.by)] as ReturnType<typeof look>;
              history.go(target.position);
              expect(look()).toEqual(target);
              seen = seen.slice(0, Math.max(0, seen.length - 1 - step.by));
            }
            seen.push(look());
          }
          for (const target of seen.reverse()) {
            history.go(target.position, grain);
            // Run coarsely on the way there, fewer stops are counted; all else is the same.
            expect(grain === "every stop" ? look() : { ...look(), count: target.count }).toEqual(target);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a coarse run is refined where it stands, and comes to the same", () => {
    const make = () => new History(course([4, 4]), new Counter());
    const [coarse, fine] = [make(), make()];
    coarse.grain = "slots";
    while (coarse.stop?.name !== "1.2") coarse.forward();
    while (fine.stop?.name !== "1.2") fine.forward();
    coarse.refine();
    expect(coarse.position).toEqual(fine.position);
    expect(coarse.world.lines).toEqual(fine.world.lines);
    coarse.forward();
    expect(coarse.stop?.name).toBe("1.3");
  });

  test("the forks stay few, and close together near the present", () => {
    let run = 0;
    class Clock {
      fork(): Clock {
        return this;
      }
    }
    const long: Course<Clock, Stop, string> = {
      length: 50_000,
      world: () => new Clock(),
      // biome-ignore lint/correctness/useYield: these units have no stops
      *begin() {
        run++;
      },
    };
    const history = new History(long, new Counter());
    while (!history.ended) history.forward();
    expect(history.checkpointCount).toBeLessThanOrEqual(24);
    run = 0;
    history.go({ unit: 49_990, stop: 0, part: 0 });
    expect(run).toBeLessThan(2_000);
    run = 0;
    history.go({ unit: 49_989, stop: 0, part: 0 });
    expect(run).toBeLessThan(10);
    history.go({ unit: 25_000, stop: 0, part: 0 });
    expect(history.index).toBe(25_000);
    expect(run).toBeLessThan(6_000);
  });

  test("forks of a world that holds much are fewer, and all is reached again", () => {
    class Flows {
      weight = 0;
      fork(): Flows {
        return Object.assign(new Flows(), { weight: this.weight });
      }
    }
    const growing: Course<Flows, Stop, string> = {
      length: 2000,
      world: () => new Flows(),
      // biome-ignore lint/correctness/useYield: these units have no stops
      *begin(_, world) {
        world.weight += 1000;
      },
    };
    const history = new History(growing, new Counter());
    while (!history.ended) history.forward();
    expect(history.checkpointCount).toBe(8);
    for (const unit of [1990, 1000, 1999, 3, 0]) {
      history.go({ unit, stop: 0, part: 0 });
      expect(history.world.weight).toBe(1000 * unit);
      while (!history.ended) history.forward();
    }
  });

  test("the search back finds the last place, never one before the floor", () => {
    const history = new History(course([2, 2, 2, 2]), new Counter());
    while (!history.ended) history.forward();
    const last = (floor: Position, wanted: string): Position | undefined => {
      const search = history.searchBack(history.position, floor, (stop) => stop?.name === wanted);
      for (;;) {
        const step = search.next();
        if (step.done) return step.value;
      }
    };
    expect(last({ unit: 0, stop: 0, part: 0 }, "1.1")).toEqual({ unit: 1, stop: 2, part: 0 });
    while (!history.ended) history.forward();
    expect(last({ unit: 2, stop: 0, part: 0 }, "1.1")).toBeUndefined();
  });
});
