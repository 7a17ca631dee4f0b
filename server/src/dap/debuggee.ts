/** What is being debugged: a script in its world, where it stands, and what is known of the packet there. */
import type { Packet } from "../capture/packet.ts";
import { describe } from "../chain/describe.ts";
import { decisiveSlot } from "../chain/expectation.ts";
import type { Direction, SlotTrace, Trace } from "../chain/trace.ts";
import type { World } from "../chain/world.ts";
import type { Statement } from "../syntax/tree.ts";
import type { BreakpointRequests } from "./breakpointRequests.ts";
import type { Counted } from "./breakpoints.ts";
import { environmentOf } from "./environment.ts";
import { caught, type FilterId } from "./exceptions.ts";
import { test } from "./expression/evaluate.ts";
import { ExpressionError } from "./expression/tree.ts";
import type { Environment } from "./expression/values.ts";
import type { Frame } from "./frames.ts";
import { type Follower, type Grain, History, type Position } from "./history.ts";
import type { Loaded } from "./launch.ts";
import type { Moment, SlotPlace } from "./moment.ts";
import { extent } from "./places.ts";
import type { Given } from "./script.ts";
import { type View, visible } from "./stepping.ts";
import { type Watched, watched } from "./watches.ts";

/** A walk as far as it has come. */
export interface WalkSoFar {
  readonly vnic: string;
  readonly chain?: string;
  readonly direction: Direction;
  readonly slots: readonly SlotTrace[];
  readonly note?: string;
}
/** What makes the run stop, or speak, at a moment. */
export interface Halt {
  readonly ids: readonly number[];
  readonly messages: readonly { readonly text: string; readonly wrong: boolean }[];
  readonly caught?: FilterId;
}
const NOTHING: Halt = { ids: [], messages: [] };

interface Memory {
  readonly counted: Counted;
  readonly failures: number;
  readonly packets: number;
  readonly last: Trace | undefined;
}

export class Debuggee implements Follower<Moment, Memory> {
  readonly loaded: Loaded;
  readonly view: View;
  /** Where stepping back ends: the first packet. */
  entry: Position = { unit: 0, stop: 0, part: 0 };
  halt: Halt = NOTHING;
  /** Of the packet under way; after its trip, until the next begins, of the one that was. */
  walks: readonly WalkSoFar[] = [];
  failures = 0;
  packets = 0;
  /** The trip that ended last. */
  last: Trace | undefined;
  /** Where the packet came to the slot that it is in. */
  slotStart: Position = this.entry;
  /** What the slots of the walk under way have decided. */
  private current: SlotTrace[] = [];
  private walk = 0;
  private readonly breakpoints: BreakpointRequests;
  private readonly history: History<World, Moment, Packet, Memory>;

  constructor(loaded: Loaded, breakpoints: BreakpointRequests) {
    this.loaded = loaded;
    this.view = { emptySlots: loaded.stepThroughEmptySlots };
    this.breakpoints = breakpoints;
    this.history = new History(loaded.script, this);
  }

  // ---- the run ------------------------------------------------------------------------------------------------------

  get position(): Position {
    return this.history.position;
  }
  get moment(): Moment | undefined {
    return this.history?.stop;
  }
  get ended(): boolean {
    return this.history.ended;
  }
  get index(): number {
    return this.history.index;
  }
  get length(): number {
    return this.loaded.script.length;
  }
  get world(): World {
    return this.history.world;
  }
  forward(): void {
    this.history.forward();
  }
  go(position: Position, grain: Grain): void {
    this.history.go(position, grain);
  }
  /** The clause of the rule that a fine step stands at; 0 is the rule itself. */
  get clause(): number {
    return this.history.position.part;
  }
  set clause(clause: number) {
    this.history.look(clause);
  }
  jump(index: number): void {
    this.history.jump(index);
  }
  /** How finely the packets are run that are sent from now on; every stop: the one under way, too. */
  set grain(grain: Grain) {
    if (grain === "every stop") this.history.refine();
    else this.history.grain = grain;
  }
  searchBack(
    floor: Position,
    wanted: (moment: Moment | undefined) => boolean,
  ): Generator<number, Position | undefined> {
    return this.history.searchBack(this.position, floor, wanted);
  }
  /** Runs what comes before the first packet; `passed` is told of each moment, and ends it where it says so. */
  skipToEntry(passed: () => boolean): void {
    // The first unit began while the history was being made, and nobody was told.
    this.arrive(undefined);
    while (!this.ended && (this.moment !== undefined || !this.loaded.script.isSend(this.index))) {
      this.forward();
      if (passed()) break;
    }
    this.entry = this.position;
  }

  // ---- following it (history calls these, on the way there and again on the way back) ---------------------------------

  begun(): void {
    // The first unit begins while the history is still being made.
    if (this.history) this.arrive(undefined);
  }
  reached(moment: Moment): void {
    if (moment.kind === "slot") this.enter(moment.place);
    if (moment.kind === "decided") this.note(moment.decision);
    if (moment.kind === "finished") {
      if (moment.trace) {
        this.last = moment.trace;
        this.walks = moment.trace.walks;
        this.packets++;
      }
      if (moment.failure) this.failures++;
    }
    this.arrive(moment);
  }
  memory(): Memory {
    return {
      counted: this.breakpoints.all.memory(),
      failures: this.failures,
      packets: this.packets,
      last: this.last,
    };
  }
  recall({ counted, failures, packets, last }: Memory): void {
    this.breakpoints.all.recall(counted);
    this.failures = failures;
    this.packets = packets;
    this.last = last;
    this.walks = last?.walks ?? [];
  }
  private enter(place: SlotPlace): void {
    this.slotStart = this.position;
    if (place.visit === 0) this.walks = [];
    if (place.visit > 0 && place.walk === this.walk) return;
    this.walk = place.walk;
    this.current = [];
    this.walks = [
      ...this.walks,
      {
        vnic: place.vnic,
        direction: place.direction,
        slots: this.current,
        ...(place.chain ? { chain: place.chain.name } : {}),
      },
    ];
  }
  private note(decision: SlotTrace): void {
    this.current.push(decision);
  }
  /** Whether anything may stop the run, or speak. Of captured frames nothing is expected. */
  get watchful(): boolean {
    const { all, filters } = this.breakpoints;
    return !all.none || filters.some(({ id }) => id !== "expect-failed" || !this.loaded.script.capture);
  }
  private arrive(moment: Moment | undefined): void {
    let made: Environment | undefined;
    const environment = (): Environment => {
      made ??= environmentOf(this);
      return made;
    };
    if (!this.watchful) {
      this.halt = NOTHING;
      return;
    }
    const { ids, messages } = this.breakpoints.all.come(moment, environment);
    const id = caught(moment, this.breakpoints.filters, (condition) => {
      try {
        return test(condition, environment());
      } catch (error) {
        if (error instanceof ExpressionError) return true;
        throw error;
      }
    });
    this.halt = { ids, messages, ...(id ? { caught: id } : {}) };
  }

  // ---- where it stands ----------------------------------------------------------------------------------------------

  /** The packet as it is here, edits included; at a step that sends none, undefined. */
  get packet(): Packet | undefined {
    if (this.ended) return undefined;
    return this.history.edited ?? this.moment?.packet ?? this.loaded.script.packet(this.index, this.world);
  }
  /** The packet as it was before it was edited at this very place; false: it was not. */
  unedit(): boolean {
    return this.history.unedit();
  }
  /** The packet in the language's notation: as it was sent, or as it was edited to. */
  get notation(): string {
    const { packet, wasEdited } = this;
    const { policy, script } = this.loaded;
    return wasEdited && packet ? describe(packet, policy) : script.notation(this.index, this.world);
  }
  /** What the unit under way sends, where it was captured or stands in the text octet by octet. */
  get given(): Given | undefined {
    return this.ended ? undefined : this.loaded.script.given?.(this.index, this.world);
  }
  /** Has another packet go on from here. */
  edit(packet: Packet): void {
    this.history.edit(packet);
  }
  get place(): SlotPlace | undefined {
    const { moment } = this;
    return moment && "place" in moment ? moment.place : undefined;
  }
  /** The statement that a line breakpoint would be on. */
  statementAt(moment: Moment | undefined): Statement | undefined {
    if (moment === undefined) return this.ended ? undefined : this.loaded.script.statement(this.index);
    if (moment.kind === "slot") return moment.place.line?.source.statement;
    return moment.kind === "statement" ? moment.source.statement : undefined;
  }
  stepFrame(): Frame {
    return this.loaded.script.frame(this.index, this.world);
  }
  /** The step's line, where it is in a file. */
  get line(): { uri: string; line: number } | undefined {
    const { uri, line } = this.stepFrame();
    return uri === undefined ? undefined : { uri, line };
  }
  /** The innermost line that the packet is at. */
  get hereLine(): { uri: string; line: number } | undefined {
    const { moment, place } = this;
    const decided = moment?.kind === "statement" || moment?.kind === "decided" ? moment.source : undefined;
    const source = decided ?? place?.line?.source;
    return source ? { uri: source.uri, line: extent(source.statement).line } : this.line;
  }
  /** Whether the packet under way has been changed by hand. */
  get wasEdited(): boolean {
    return this.history.editedHere;
  }
  /** The line of what settled the trip that has just ended. */
  get decidingLine(): { uri: string; line: number } | undefined {
    const by = this.last && this.last.reason === undefined ? decisiveSlot(this.last.walks)?.slot.by : undefined;
    return by?.file === undefined || by.line === undefined ? undefined : { uri: by.file, line: by.line };
  }
  /** The slots of the trip that is about to begin, as it would go now; with `all`, those without a line, too. */
  slotsAhead(all = false): readonly SlotPlace[] {
    const places: SlotPlace[] = [];
    for (const moment of this.loaded.script.begin(this.index, this.world.fork(), this.history.edited, "slots"))
      if (moment.kind === "slot" && (all || visible(moment.place, this.view))) places.push(moment.place);
    return places;
  }
  /** How often the rule has decided in this run. */
  hits(block: string, id: number): number {
    return this.world.hits.get(`${block}.${id}`) ?? 0;
  }
  /** What the names of an expression stand for here. */
  environment(): Environment {
    return environmentOf(this);
  }
  /** The same names with nothing behind them: to check an expression before there is a packet. */
  nowhere(): Environment {
    return environmentOf(this, true);
  }
  watch(dataId: string): Watched | undefined {
    return watched(dataId, this);
  }
  /** The unit of a `goto` target. */
  gotoTarget(id: number): number | undefined {
    return Number.isInteger(id) && id >= 0 && id < this.length && this.loaded.script.isSend(id) ? id : undefined;
  }
  /** Send steps on a line of a file, from 1. */
  sendsAt(line: number): readonly number[] {
    const { script } = this.loaded;
    const found: number[] = [];
    for (let index = 0; index < script.length; index++) {
      const statement = script.isSend(index) ? script.statement(index) : undefined;
      if (!statement) continue;
      const place = extent(statement);
      if (place.line <= line && line <= place.lastLine) found.push(index);
    }
    return found;
  }
}
