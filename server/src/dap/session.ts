/**
 * A debug session: what a client asks for, from launch to disconnect, and the run between two stops. What can be looked
 * at while the packet stands still is `inspection.ts`; what the packet does is `debuggee.ts`.
 */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { BreakpointRequests } from "./breakpointRequests.ts";
import { CAPABILITIES } from "./capabilities.ts";
import { Debuggee } from "./debuggee.ts";
import { explain } from "./explain.ts";
import { before, type Grain, type Position, same } from "./history.ts";
import { Inspection } from "./inspection.ts";
import { type LaunchArguments, load } from "./launch.ts";
import { failureOutput, fate, summary } from "./narration.ts";
import { Style } from "./paths.ts";
import { type Handler, Protocol, RequestError } from "./protocol.ts";
import { type Command, type Granularity, standOf, stopFor, visible } from "./stepping.ts";

/** What the session needs of the machine that it runs on. */
export interface Host {
  /** The bytes of a file, by path or `file:` URI; undefined when there is none to read. */
  readFile(path: string): Uint8Array | undefined;
  /** Changes when the file does. */
  stamp?(path: string): number | undefined;
  /** The session is over: nothing more will be sent. */
  ended(): void;
}
export interface Session {
  /** A message of the client's. */
  handle(message: unknown): void;
  /** The client is gone. */
  close(): void;
}

/** Starts a session; `send` takes its messages to the client. */
export const createSession = (host: Host, send: (message: object) => void): Session => new DebugSession(host, send);

type Phase =
  /** Not launched, or launched and not yet configured. */
  "starting" | "running" | "stopped" | "ended";

/** Where the packet stood before a command, and whether it was a step (undone whole) or a run. */
interface Past {
  readonly position: Position;
  readonly clause: number;
  readonly how: "step" | "run";
}

/** Milliseconds that a run may take before requests (pause, disconnect) are looked at. */
const SLICE = 40;
/** Milliseconds after a failed launch at which a client that does not disconnect is left. */
const PATIENCE = 1000;
const THREAD = 1;

const finest = (a: Grain, b: Grain): Grain =>
  a === "every stop" || b === "every stop" ? "every stop" : a === "slots" || b === "slots" ? "slots" : "whole";

class DebugSession implements Session {
  private readonly host: Host;
  private readonly protocol: Protocol;
  private readonly breakpoints: BreakpointRequests;
  private style = new Style();
  private supportsInvalidated = false;
  private supportsProgress = false;
  private phase: Phase = "starting";
  private configured = false;
  private launched: LaunchArguments | undefined;
  private debuggee: Debuggee | undefined;
  private inspection: Inspection | undefined;
  private past: Past[] = [];
  private pausing = false;
  /** Counts the runs: a slice of an older one finds that it is no longer wanted. */
  private run = 0;
  private changedFiles = new Set<string>();

  constructor(host: Host, send: (message: object) => void) {
    this.host = host;
    this.protocol = new Protocol((message) => {
      if (this.open) send(message);
    }, this.handlers());
    this.breakpoints = new BreakpointRequests((event, body) => this.protocol.event(event, body));
  }
  private open = true;

  handle(message: unknown): void {
    if (this.open) this.protocol.handle(message);
  }
  close(): void {
    this.phase = "ended";
    this.run++;
    this.open = false;
  }

  // ---- from launch to disconnect ------------------------------------------------------------------------------------

  private initialize(args: DebugProtocol.InitializeRequestArguments, after: (action: () => void) => void): object {
    this.style = new Style(args);
    this.supportsInvalidated = args.supportsInvalidatedEvent === true;
    this.supportsProgress = args.supportsProgressReporting === true;
    this.breakpoints.style = this.style;
    after(() => this.protocol.event("initialized"));
    return CAPABILITIES;
  }

  private launch(args: LaunchArguments, after: (action: () => void) => void): void {
    if (this.debuggee) throw new RequestError("the session has been launched already");
    try {
      this.start(args);
    } catch (error) {
      // A client that only waits would wait for ever: what could not begin is over.
      after(() => {});
      setTimeout(() => this.leave(), PATIENCE);
      queueMicrotask(() => this.finish(false));
      throw error;
    }
    this.launched = args;
    after(() => {
      this.announce();
      this.begin();
    });
  }

  private start(args: LaunchArguments): void {
    const loaded = load(args, this.host);
    this.changedFiles.clear();
    this.debuggee = new Debuggee(loaded, this.breakpoints);
    this.breakpoints.load(this.debuggee, args);
    this.inspection = new Inspection(this.debuggee, this.style);
    this.past = [];
  }
  private announce(): void {
    const { loaded } = this.here();
    this.protocol.event("process", { name: loaded.title, startMethod: "launch", isLocalProcess: true });
    this.protocol.event("thread", { reason: "started", threadId: THREAD });
    for (const warning of loaded.warnings) this.output("important", `${warning}\n`);
  }

  private configurationDone(_: unknown, after: (action: () => void) => void): void {
    this.configured = true;
    after(() => this.begin());
  }
  private begin(): void {
    if (!this.configured || !this.debuggee || this.phase !== "starting") return;
    const debuggee = this.debuggee;
    debuggee.skipToEntry();
    this.past = [];
    if (debuggee.ended) {
      this.finish(true);
      return;
    }
    if (this.launched?.noDebug !== true && this.launched?.stopOnEntry !== false) {
      this.stop("entry", "Stopped at the first packet", 0, undefined, debuggee.halt.ids);
      return;
    }
    if (!this.halted()) this.go(() => false, "whole");
  }

  private restart(args: { arguments?: LaunchArguments }, after: (action: () => void) => void): void {
    const next = args.arguments?.program ? args.arguments : this.launched;
    if (!next) throw new RequestError("the session has not been launched");
    this.run++;
    this.start(next);
    this.launched = next;
    this.phase = "starting";
    this.configured = true;
    after(() => {
      for (const warning of this.here().loaded.warnings) this.output("important", `${warning}\n`);
      this.begin();
    });
  }

  private disconnect(_: unknown, after: (action: () => void) => void): void {
    this.run++;
    this.phase = "ended";
    after(() => this.leave());
  }
  private terminate(_: unknown, after: (action: () => void) => void): void {
    after(() => this.finish(true));
  }
  private leave(): void {
    if (!this.open) return;
    this.close();
    this.host.ended();
  }
  /** The run is over, or never began. */
  private finish(ran: boolean): void {
    if (this.phase === "ended") return;
    this.run++;
    this.phase = "ended";
    const debuggee = this.debuggee;
    if (debuggee && ran) {
      this.output("console", `${summary(debuggee.loaded.script.title, debuggee.packets, debuggee.failures)}\n`);
      this.protocol.event("thread", { reason: "exited", threadId: THREAD });
    }
    this.protocol.event("exited", { exitCode: !ran ? 2 : debuggee && debuggee.failures > 0 ? 1 : 0 });
    this.protocol.event("terminated");
  }

  // ---- running ------------------------------------------------------------------------------------------------------

  /** The debuggee of a launched session. */
  private here(): Debuggee {
    if (!this.debuggee) throw new RequestError("the session has not been launched");
    return this.debuggee;
  }
  /** The debuggee while it stands still. */
  private still(): Debuggee {
    const debuggee = this.here();
    if (this.phase === "running") throw new RequestError("notStopped");
    if (this.phase === "ended") throw new RequestError("the run has ended");
    if (this.phase === "starting") throw new RequestError("the run has not begun: configurationDone is missing");
    return debuggee;
  }

  private step(command: Command) {
    return (args: { granularity?: Granularity; targetId?: number }, after: (action: () => void) => void): void => {
      const debuggee = this.still();
      const inspection = this.inspection as Inspection;
      this.remember("step");
      const clause = inspection.clause + 1;
      if (args.granularity === "instruction" && command !== "stepOut" && clause < inspection.clauses().length) {
        after(() => this.stop("step", undefined, clause));
        return;
      }
      const wanted =
        command === "stepIn" && args.targetId !== undefined
          ? inspection.stepInTarget(args.targetId)
          : stopFor(command, debuggee.moment, args.granularity, debuggee.view);
      const grain = standOf(debuggee.moment) !== "step" || command === "stepIn" ? "every stop" : "whole";
      after(() => this.go(wanted, grain));
    };
  }
  private continue(_: unknown, after: (action: () => void) => void): object {
    this.still();
    this.remember("run");
    after(() => this.go(() => false, "whole"));
    return { allThreadsContinued: true };
  }
  private remember(how: Past["how"]): void {
    this.past.push({ position: this.here().position, clause: this.inspection?.clause ?? 0, how });
  }

  /** Runs until `wanted`, a breakpoint, a caught fate, or the end; `grain` is how finely `wanted` looks. */
  private go(wanted: (moment: Debuggee["moment"]) => boolean, grain: Grain): void {
    const debuggee = this.here();
    debuggee.grain = finest(grain, this.launched?.noDebug === true ? "whole" : this.breakpoints.grain);
    const run = ++this.run;
    this.phase = "running";
    this.pausing = false;
    const slice = (): void => {
      if (run !== this.run) return;
      const deadline = performance.now() + SLICE;
      for (let n = 1; ; n++) {
        debuggee.forward();
        this.tell();
        if (debuggee.ended) {
          this.progress(undefined);
          this.finish(true);
          return;
        }
        if (this.halted()) return;
        const { moment } = debuggee;
        if (wanted(moment)) {
          this.stop("step");
          return;
        }
        const lookedAt = moment?.kind !== "slot" || visible(moment.place, debuggee.view);
        if (this.pausing && lookedAt && moment?.kind !== "finished") {
          this.stop("pause", "Paused");
          return;
        }
        if (n % 32 === 0 && performance.now() > deadline) {
          this.progress(debuggee);
          setTimeout(slice, 0);
          return;
        }
      }
    };
    slice();
  }

  /** Says what happened on the way: log points, each packet's fate, expectations that failed. */
  private tell(): void {
    const debuggee = this.here();
    if (this.launched?.noDebug !== true)
      for (const message of debuggee.halt.messages)
        this.output(message.wrong ? "stderr" : "console", `${message.text}\n`, debuggee.hereLine);
    const { moment } = debuggee;
    if (moment?.kind !== "finished") return;
    if (moment.trace && !debuggee.loaded.script.capture)
      this.output("stdout", `${fate(moment.trace, debuggee.wasEdited)}\n`, debuggee.decidingLine ?? debuggee.line);
    if (moment.failure) this.output("stderr", `${failureOutput(moment.failure)}\n`, debuggee.line);
  }

  /** Stops here if a breakpoint or a caught fate says so. */
  private halted(): boolean {
    if (this.launched?.noDebug === true) return false;
    const { halt } = this.here();
    if (halt.caught) {
      const info = explain(this.here());
      this.stop("exception", info.title, 0, info.message, halt.ids);
      return true;
    }
    if (halt.ids.length === 0) return false;
    const kind = this.breakpoints.kindOf(halt.ids[0] as number);
    this.stop(kind, undefined, 0, undefined, halt.ids);
    return true;
  }

  private stop(
    reason: string,
    description?: string,
    clause = 0,
    text?: string,
    hitBreakpointIds: readonly number[] = [],
  ): void {
    this.run++;
    this.phase = "stopped";
    this.here().grain = "every stop";
    this.progress(undefined);
    this.inspection?.moved(clause);
    this.noticeChanges();
    this.protocol.event("stopped", {
      reason,
      ...(description === undefined ? {} : { description }),
      ...(text === undefined ? {} : { text }),
      threadId: THREAD,
      allThreadsStopped: true,
      ...(hitBreakpointIds.length === 0 ? {} : { hitBreakpointIds }),
    });
  }
  private pause(_: unknown, after: (action: () => void) => void): void {
    this.here();
    after(() => {
      if (this.phase === "running") this.pausing = true;
    });
  }

  // ---- going back ---------------------------------------------------------------------------------------------------

  private stepBack(_: unknown, after: (action: () => void) => void): void {
    this.still();
    after(() => this.undo());
  }
  /**
   * A step is undone whole. After a run, back is one place back along the way that it took, until it is undone as well.
   */
  private undo(): void {
    const debuggee = this.here();
    const last = this.past.at(-1);
    if (last?.how === "step") {
      this.past.pop();
      this.return(last.position, "step", last.clause);
      return;
    }
    const floor = last?.position ?? debuggee.entry;
    const depth = standOf(debuggee.moment);
    const shown = (moment: Debuggee["moment"]): boolean => {
      if (moment === undefined) return true;
      if (moment.kind === "slot") return depth !== "step" && visible(moment.place, debuggee.view);
      return moment.kind === "statement" && (depth === "statement" || depth === "decided");
    };
    this.search(floor, shown, (found) => {
      if (found && !same(found, floor)) this.return(found, "step");
      else {
        this.past.pop();
        const atEntry = same(floor, debuggee.entry);
        this.return(floor, atEntry ? "entry" : "step", last?.clause ?? 0);
      }
    });
  }

  private reverseContinue(_: unknown, after: (action: () => void) => void): void {
    const debuggee = this.still();
    const stops = (): boolean => debuggee.halt.ids.length > 0 || debuggee.halt.caught !== undefined;
    after(() => {
      debuggee.grain = this.breakpoints.grain;
      this.search(debuggee.entry, stops, (found) => {
        const target = found ?? debuggee.entry;
        this.past = this.past.filter((entry) => before(entry.position, target));
        debuggee.go(target);
        if (!found || !this.halted()) this.stop("entry", "Back at the first packet");
      });
    });
  }

  /** Looks back for a place, in slices; the packet is wherever the search left it when `done` is called. */
  private search(
    floor: Position,
    wanted: (moment: Debuggee["moment"]) => boolean,
    done: (found: Position | undefined) => void,
  ): void {
    const search = this.here().searchBack(floor, wanted);
    const run = ++this.run;
    this.phase = "running";
    const slice = (): void => {
      if (run !== this.run) return;
      const deadline = performance.now() + SLICE;
      for (;;) {
        const step = search.next();
        if (step.done) {
          done(step.value);
          return;
        }
        if (performance.now() > deadline) {
          setTimeout(slice, 0);
          return;
        }
      }
    };
    slice();
  }
  private return(position: Position, reason: string, clause = 0): void {
    this.here().go(position);
    this.stop(reason, undefined, clause);
  }

  private restartFrame(args: DebugProtocol.RestartFrameArguments, after: (action: () => void) => void): void {
    const debuggee = this.still();
    const position = (this.inspection as Inspection).frameStart(args.frameId);
    this.past = this.past.filter((entry) => before(entry.position, position));
    after(() => {
      debuggee.go(position);
      this.stop("restart");
    });
  }

  private goto(args: DebugProtocol.GotoArguments, after: (action: () => void) => void): void {
    const debuggee = this.still();
    const index = debuggee.gotoTarget(args.targetId);
    if (index === undefined) throw new RequestError("there is no send step there");
    this.remember("step");
    after(() => {
      debuggee.jump(index);
      this.stop("goto");
    });
  }

  // ---- small talk ---------------------------------------------------------------------------------------------------

  private output(category: string, output: string, place?: { uri: string; line: number; column?: number }): void {
    this.protocol.event("output", {
      category,
      output,
      ...(place
        ? { source: (this.inspection as Inspection).source(place.uri), line: this.style.line(place.line) }
        : {}),
    });
  }

  private reporting = false;
  private progress(debuggee: Debuggee | undefined): void {
    if (!this.supportsProgress) return;
    const body = { progressId: "frames" };
    if (!debuggee) {
      if (this.reporting) this.protocol.event("progressEnd", body);
      this.reporting = false;
    } else if (debuggee.loaded.script.capture) {
      const { index, length } = debuggee;
      const percentage = Math.floor((100 * index) / Math.max(1, length));
      const message = `frame ${index + 1} of ${length}`;
      if (!this.reporting)
        this.protocol.event("progressStart", {
          ...body,
          title: "Replaying the capture",
          cancellable: true,
          percentage,
          message,
        });
      else this.protocol.event("progressUpdate", { ...body, percentage, message });
      this.reporting = true;
    }
  }
  private cancel(args: DebugProtocol.CancelArguments): void {
    if (args.progressId === "frames" && this.phase === "running") this.pausing = true;
  }

  /** A policy edited while it runs: the run goes on with the text that it began with, and says so once a file. */
  private noticeChanges(): void {
    for (const [path, stamp] of this.here().loaded.stamps) {
      if (this.changedFiles.has(path) || this.host.stamp?.(path) === stamp) continue;
      this.changedFiles.add(path);
      const source = (this.inspection as Inspection).source(path);
      this.output(
        "important",
        `${source.name} has changed; the session goes on with the text it began with. Restart takes the new one.\n`,
      );
      this.protocol.event("loadedSource", { reason: "changed", source });
    }
  }

  /** After an edit of the packet: what the client shows is stale. */
  private edited(): void {
    if (this.supportsInvalidated) this.protocol.event("invalidated", { areas: ["variables"], threadId: THREAD });
  }

  private handlers(): Record<string, Handler> {
    const look =
      <Args, Body extends object | undefined>(read: (inspection: Inspection, args: Args) => Body) =>
      (args: Args): Body => {
        this.still();
        return read(this.inspection as Inspection, args);
      };
    const change =
      <Args, Body extends object>(write: (inspection: Inspection, args: Args) => Body) =>
      (args: Args, after: (action: () => void) => void): Body => {
        this.still();
        const body = write(this.inspection as Inspection, args);
        after(() => this.edited());
        return body;
      };
    const handlers = {
      initialize: this.initialize.bind(this),
      launch: this.launch.bind(this),
      configurationDone: this.configurationDone.bind(this),
      restart: this.restart.bind(this),
      disconnect: this.disconnect.bind(this),
      terminate: this.terminate.bind(this),
      cancel: this.cancel.bind(this),
      threads: () => ({ threads: [{ id: THREAD, name: "packet" }] }),

      continue: this.continue.bind(this),
      next: this.step("next"),
      stepIn: this.step("stepIn"),
      stepOut: this.step("stepOut"),
      pause: this.pause.bind(this),
      stepBack: this.stepBack.bind(this),
      reverseContinue: this.reverseContinue.bind(this),
      restartFrame: this.restartFrame.bind(this),
      goto: this.goto.bind(this),
      gotoTargets: look((i, args: DebugProtocol.GotoTargetsArguments) => i.gotoTargets(args)),
      stepInTargets: look((i, args: DebugProtocol.StepInTargetsArguments) => i.stepInTargets(args)),

      setBreakpoints: (args: DebugProtocol.SetBreakpointsArguments) => this.breakpoints.setLines(args),
      setFunctionBreakpoints: (args: DebugProtocol.SetFunctionBreakpointsArguments) =>
        this.breakpoints.setFunctions(args),
      setDataBreakpoints: (args: DebugProtocol.SetDataBreakpointsArguments) => this.breakpoints.setData(args),
      setExceptionBreakpoints: (args: DebugProtocol.SetExceptionBreakpointsArguments) =>
        this.breakpoints.setExceptions(args),
      breakpointLocations: (args: DebugProtocol.BreakpointLocationsArguments) => this.breakpoints.locations(args),
      dataBreakpointInfo: (args: DebugProtocol.DataBreakpointInfoArguments) => {
        this.here();
        return (this.inspection as Inspection).dataBreakpointInfo(args);
      },

      stackTrace: look((i, args: DebugProtocol.StackTraceArguments) => i.stackTrace(args)),
      scopes: look((i, args: DebugProtocol.ScopesArguments) => i.scopes(args)),
      variables: look((i, args: DebugProtocol.VariablesArguments) => i.variables(args)),
      evaluate: (args: DebugProtocol.EvaluateArguments, after: (action: () => void) => void) => {
        this.still();
        const { body, changed } = (this.inspection as Inspection).evaluate(args);
        if (changed) after(() => this.edited());
        return body;
      },
      setVariable: change((i, args: DebugProtocol.SetVariableArguments) => i.setVariable(args)),
      setExpression: change((i, args: DebugProtocol.SetExpressionArguments) => i.setExpression(args)),
      readMemory: look((i, args: DebugProtocol.ReadMemoryArguments) => i.readMemory(args)),
      writeMemory: change((i, args: DebugProtocol.WriteMemoryArguments) => i.writeMemory(args)),
      completions: look((i, args: DebugProtocol.CompletionsArguments) => i.completions(args)),
      exceptionInfo: look((i) => i.exceptionInfo()),
      locations: look((i, args: DebugProtocol.LocationsArguments) => i.locations(args)),
      source: (args: DebugProtocol.SourceArguments) => {
        this.here();
        return (this.inspection as Inspection).sourceText(args);
      },
      loadedSources: () => {
        this.here();
        return (this.inspection as Inspection).loadedSources();
      },
      modules: (args: DebugProtocol.ModulesArguments) => {
        this.here();
        return (this.inspection as Inspection).modules(args);
      },
      "iochain/chain": look((i) => i.chain()),
    };
    return handlers as Record<string, Handler>;
  }
}
