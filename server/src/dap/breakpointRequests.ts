/**
 * The breakpoints that a client has asked for, and what became of each: verified only where the packet can come to it,
 * moved with a word, or refused with a reason. They may be asked for before the policy is loaded, and outlive a restart.
 */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { canonical } from "../policy/uri.ts";
import {
  type Breakpoint,
  Breakpoints,
  NOTHING_COUNTED,
  type Terms,
  understand,
  type Watch,
  type Wish,
} from "./breakpoints.ts";
import type { Debuggee } from "./debuggee.ts";
import { type ActiveFilter, FILTERS } from "./exceptions.ts";
import { parseExpression } from "./expression/parser.ts";
import { functionBreakpoint } from "./functions.ts";
import type { Grain } from "./history.ts";
import { baseName, Style } from "./paths.ts";
import { type Stoppable, settle, stoppables } from "./places.ts";

const NOT_YET = "the policy is not loaded yet";

interface Asked<W> {
  readonly id: number;
  /** Which it is of those for the same place, from 1. */
  readonly nth: number;
  readonly wish: W;
  /** What the client was last told. */
  told: DebugProtocol.Breakpoint;
  live?: Breakpoint | Watch;
}
type Kind = "breakpoint" | "function breakpoint" | "data breakpoint";

export class BreakpointRequests {
  style = new Style();
  readonly all = new Breakpoints();
  filters: readonly ActiveFilter[] = [];
  private readonly event: (event: string, body: object) => void;
  private readonly lines = new Map<
    string,
    { source: DebugProtocol.Source; asked: Asked<DebugProtocol.SourceBreakpoint>[] }
  >();
  private functions: Asked<DebugProtocol.FunctionBreakpoint>[] = [];
  private data: Asked<DebugProtocol.DataBreakpoint>[] = [];
  private exceptions: DebugProtocol.SetExceptionBreakpointsArguments = { filters: [] };
  private stopOnExpectFailure = true;
  private debuggee: Debuggee | undefined;
  /** Where a packet can stop, by file; made when it is asked for: a session without breakpoints starts sooner. */
  private places: ReadonlyMap<string, readonly Stoppable[]> | undefined;
  private readonly kinds = new Map<number, Kind>();
  /** Ids by what was asked for: asking again for the same gives the same. */
  private readonly ids = new Map<string, number>();

  constructor(event: (event: string, body: object) => void) {
    this.event = event;
  }

  /** A policy has been loaded, for the first time or anew: every breakpoint is looked at again, and its hits are none. */
  load(debuggee: Debuggee, options: { readonly stopOnExpectFailure?: boolean }): void {
    this.debuggee = debuggee;
    this.stopOnExpectFailure = options.stopOnExpectFailure !== false;
    this.places = undefined;
    const again = <W>(asked: Asked<W>, resolve: (asked: Asked<W>) => DebugProtocol.Breakpoint): void => {
      const before = JSON.stringify(asked.told);
      asked.told = resolve(asked);
      if (JSON.stringify(asked.told) !== before)
        this.event("breakpoint", { reason: "changed", breakpoint: asked.told });
    };
    for (const { source, asked } of this.lines.values())
      for (const one of asked) again(one, (a) => this.resolveLine(source, a));
    for (const one of this.functions) again(one, (a) => this.resolveFunction(a));
    for (const one of this.data) again(one, (a) => this.resolveData(a));
    this.resolveExceptions();
    this.all.recall(NOTHING_COUNTED);
    this.activate();
  }

  /** How finely packets must be run for everything to be come to that is asked for. */
  get grain(): Grain {
    const { grain } = this.all;
    // What is expected of a packet is known at its end.
    const caught = this.filters.some(({ id }) => id !== "expect-failed");
    return grain === "whole" && caught ? "slots" : grain;
  }

  kindOf(id: number): Kind {
    return this.kinds.get(id) ?? "breakpoint";
  }

  // ---- requests -----------------------------------------------------------------------------------------------------

  setLines(args: DebugProtocol.SetBreakpointsArguments): object {
    const path = canonical(args.source.path ?? args.source.name ?? "");
    const wishes: DebugProtocol.SourceBreakpoint[] = args.breakpoints ?? (args.lines ?? []).map((line) => ({ line }));
    const asked = this.ask("breakpoint", wishes, (wish) => `${path}:${wish.line}:${wish.column ?? ""}`);
    for (const one of asked) one.told = this.resolveLine(args.source, one);
    this.lines.set(path, { source: args.source, asked });
    return this.told(asked);
  }
  setFunctions(args: DebugProtocol.SetFunctionBreakpointsArguments): object {
    this.functions = this.ask("function breakpoint", args.breakpoints, ({ name }) => name);
    for (const one of this.functions) one.told = this.resolveFunction(one);
    return this.told(this.functions);
  }
  setData(args: DebugProtocol.SetDataBreakpointsArguments): object {
    this.data = this.ask("data breakpoint", args.breakpoints, ({ dataId }) => dataId);
    for (const one of this.data) one.told = this.resolveData(one);
    return this.told(this.data);
  }
  setExceptions(args: DebugProtocol.SetExceptionBreakpointsArguments): object {
    this.exceptions = args;
    return { breakpoints: this.resolveExceptions() };
  }
  locations(args: DebugProtocol.BreakpointLocationsArguments): object {
    const list = this.stoppables(args.source) ?? [];
    const first = this.style.ourLine(args.line);
    const last = args.endLine === undefined ? first : this.style.ourLine(args.endLine);
    const inside = list.filter((s) => s.never === undefined && s.line >= first && s.line <= last);
    return {
      breakpoints: inside.map((s) => ({ line: this.style.line(s.line), column: this.style.column(s.column) })),
    };
  }

  /** In a file, in order of line; undefined: there is nothing. */
  private stoppables({ path = "" }: DebugProtocol.Source): readonly Stoppable[] | undefined {
    if (!this.places && this.debuggee) {
      const { policy, scenario } = this.debuggee.loaded;
      const all = stoppables(policy, scenario?.statement);
      this.places = new Map([...all].map(([uri, list]) => [canonical(uri), list]));
    }
    return this.places?.get(canonical(path));
  }

  // ---- what becomes of them -----------------------------------------------------------------------------------------

  /** Of several wishes for one place each is a breakpoint of its own. */
  private ask<W>(kind: Kind, wishes: readonly W[], placeOf: (wish: W) => string): Asked<W>[] {
    const seen = new Map<string, number>();
    return wishes.map((wish) => {
      const place = placeOf(wish);
      const nth = (seen.get(place) ?? 0) + 1;
      seen.set(place, nth);
      const named = `${kind} ${place}${nth > 1 ? ` #${nth}` : ""}`;
      const id = this.ids.get(named) ?? this.ids.size + 1;
      this.ids.set(named, id);
      this.kinds.set(id, kind);
      return { id, nth, wish, told: { verified: false } };
    });
  }
  private told(asked: readonly Asked<unknown>[]): object {
    this.activate();
    return { breakpoints: asked.map((one) => one.told) };
  }
  private activate(): void {
    const live = [...[...this.lines.values()].flatMap((l) => l.asked), ...this.functions, ...this.data].flatMap((a) =>
      a.live ? [a.live] : [],
    );
    this.all.set(
      live.filter((b): b is Breakpoint => "at" in b),
      live.filter((b): b is Watch => "read" in b),
    );
  }
  private refused<W>(asked: Asked<W>, message: string, more: object = {}): DebugProtocol.Breakpoint {
    delete asked.live;
    const pending = message === NOT_YET;
    return { id: asked.id, verified: false, message, reason: pending ? "pending" : "failed", ...more };
  }
  /** The terms of a wish, or the words of what is wrong with them. */
  private terms(wish: Wish, debuggee: Debuggee): Terms | string {
    try {
      return understand(wish, debuggee.nowhere());
    } catch (error) {
      return (error as Error).message;
    }
  }

  private resolveLine(
    source: DebugProtocol.Source,
    asked: Asked<DebugProtocol.SourceBreakpoint>,
  ): DebugProtocol.Breakpoint {
    const { debuggee } = this;
    const here = { line: asked.wish.line, source };
    if (!debuggee) return this.refused(asked, NOT_YET, here);
    const list = this.stoppables(source);
    const isOurs = debuggee.loaded.program.documents.some((d) => canonical(d.uri) === canonical(source.path ?? ""));
    if (!list) {
      const why = isOurs ? "nothing in this file stops a packet" : "this file is not part of the policy that runs";
      return this.refused(asked, why, here);
    }
    const line = this.style.ourLine(asked.wish.line);
    const column = asked.wish.column === undefined ? undefined : this.style.ourColumn(asked.wish.column);
    const place = settle(list, line, column);
    if (!place) {
      const next = list.find((other) => other.line > line)?.never;
      return this.refused(asked, next ?? "below this line there is nothing that a packet can stop at", here);
    }
    if (place.never !== undefined) return this.refused(asked, place.never, here);
    const terms = this.terms(asked.wish, debuggee);
    if (typeof terms === "string") return this.refused(asked, terms, here);
    const { statement } = place;
    asked.live = {
      id: asked.id,
      key: `${place.uri}:${place.line}:${place.column} ${asked.nth}`,
      terms,
      at: (moment) => debuggee.statementAt(moment) === statement,
      grain: statement.kind === "send" ? "whole" : statement.kind === "slot" ? "slots" : "every stop",
    };
    return {
      id: asked.id,
      verified: true,
      source: { name: baseName(place.uri), path: this.style.path(place.uri) },
      line: this.style.line(place.line),
      column: this.style.column(place.column),
      ...(place.line === line
        ? {}
        : { message: `moved to line ${this.style.line(place.line)}, where a packet can stop` }),
    };
  }

  private resolveFunction(asked: Asked<DebugProtocol.FunctionBreakpoint>): DebugProtocol.Breakpoint {
    const { debuggee } = this;
    if (!debuggee) return this.refused(asked, NOT_YET);
    const terms = this.terms(asked.wish, debuggee);
    if (typeof terms === "string") return this.refused(asked, terms);
    try {
      const place = functionBreakpoint(asked.wish.name, debuggee.loaded.policy, debuggee.loaded.used);
      asked.live = { id: asked.id, key: `function ${asked.wish.name} ${asked.nth}`, terms, ...place };
      return { id: asked.id, verified: true };
    } catch (error) {
      return this.refused(asked, (error as Error).message);
    }
  }

  private resolveData(asked: Asked<DebugProtocol.DataBreakpoint>): DebugProtocol.Breakpoint {
    const { debuggee } = this;
    if (!debuggee) return this.refused(asked, NOT_YET);
    const terms = this.terms(asked.wish, debuggee);
    if (typeof terms === "string") return this.refused(asked, terms);
    const watch = debuggee.watch(asked.wish.dataId);
    if (!watch) return this.refused(asked, `there is nothing called ${asked.wish.dataId} to watch`);
    if (asked.wish.accessType === "read") return this.refused(asked, "only changes can be waited for");
    asked.live = { id: asked.id, key: `data ${asked.wish.dataId} ${asked.nth}`, terms, ...watch };
    return { id: asked.id, verified: true };
  }

  private resolveExceptions(): DebugProtocol.Breakpoint[] {
    const wishes: { filterId: string; condition?: string }[] = [
      ...this.exceptions.filters.map((filterId) => ({ filterId })),
      ...(this.exceptions.filterOptions ?? []),
    ];
    const active: ActiveFilter[] = [];
    const answers = wishes.map(({ filterId, condition }): DebugProtocol.Breakpoint => {
      const known = FILTERS.find((filter) => filter.id === filterId);
      if (!known) return { verified: false, message: `there is no filter ${filterId}` };
      try {
        const terms = this.debuggee
          ? understand({ ...(condition ? { condition } : {}) }, this.debuggee.nowhere())
          : condition
            ? { condition: parseExpression(condition) }
            : {};
        active.push({ id: known.id, ...(terms.condition ? { condition: terms.condition } : {}) });
        return { verified: true };
      } catch (error) {
        return { verified: false, message: (error as Error).message };
      }
    });
    // The launch attribute asks for what the filter of the same name does.
    if (this.stopOnExpectFailure && !active.some((filter) => filter.id === "expect-failed"))
      active.push({ id: "expect-failed" });
    this.filters = active;
    return answers;
  }
}
