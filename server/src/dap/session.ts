/**
 * A debug session: what a client asks for, from launch to disconnect, and the run between two stops. What can be looked
 * at while the packet stands still is `inspection.ts`; what the packet does is `debuggee.ts`.
 */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { isSlotNumber } from "../policy/platforms.ts";
import { checkArguments, LAUNCH, THREAD } from "./arguments.ts";
import { BreakpointRequests } from "./breakpointRequests.ts";
import { CAPABILITIES } from "./capabilities.ts";
import { Debuggee } from "./debuggee.ts";
import { type FileSource, withFiles } from "./files.ts";
import { Inspection } from "./inspection.ts";
import { type LaunchArguments, type Loaded, load, wantedBy } from "./launch.ts";
import { failureOutput, fate, summary } from "./narration.ts";
import { Style } from "./paths.ts";
import { type Answer, type Handler, Protocol, RequestError } from "./protocol.ts";
import { type Owner, Run, type Stopped } from "./run.ts";
import type { Command, Granularity } from "./stepping.ts";

/** What the session needs of the machine that it runs on. */
export interface Host extends FileSource {
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

/** Not launched or not yet configured; under way, moving or standing still; over. */
type Phase = "starting" | "stopped" | "ended";

/** Milliseconds after a failed launch at which a client that does not disconnect is left. */
const PATIENCE = 1000;
/** Milliseconds between two looks at whether the policy has been edited. */
const WATCH = 1000;

class DebugSession implements Session {
  private readonly host: Host;
  private readonly protocol: Protocol;
  private readonly breakpoints: BreakpointRequests;
  private style = new Style();
  private supportsInvalidated = false;
  private supportsProgress = false;
  private supportsMemory = false;
  private phase: Phase = "starting";
  private initialized = false;
  private configured = false;
  private launched: LaunchArguments | undefined;
  private debuggee: Debuggee | undefined;
  private inspection: Inspection | undefined;
  private run: Run | undefined;
  private reporting = false;
  private open = true;
  private changedFiles = new Set<string>();
  private watching: ReturnType<typeof setInterval> | undefined;

  constructor(host: Host, send: (message: object) => void) {
    this.host = host;
    this.protocol = new Protocol(
      (message) => {
        if (this.open) send(message);
      },
      this.handlers(),
      checkArguments,
    );
    this.breakpoints = new BreakpointRequests((event, body) => this.protocol.event(event, body));
  }

  handle(message: unknown): void {
    if (this.open) this.protocol.handle(message);
  }
  close(): void {
    this.phase = "ended";
    clearInterval(this.watching);
    this.run?.abandon();
    this.open = false;
  }

  // ---- from launch to disconnect ------------------------------------------------------------------------------------

  private initialize(args: DebugProtocol.InitializeRequestArguments, after: (action: () => void) => void): object {
    if (this.initialized) throw new RequestError("the session has been initialized already");
    this.initialized = true;
    this.style = new Style(args);
    this.supportsInvalidated = args.supportsInvalidatedEvent === true;
    this.supportsProgress = args.supportsProgressReporting === true;
    this.supportsMemory = args.supportsMemoryEvent === true;
    this.breakpoints.style = this.style;
    after(() => this.protocol.event("initialized"));
    return CAPABILITIES;
  }

  private launch(args: LaunchArguments, after: (action: () => void) => void): Answer | Promise<Answer> {
    if (!this.initialized) throw new RequestError("the session has not been initialized");
    if (this.launched) throw new RequestError("the session has been launched already");
    this.launched = args;
    const failed = (error: unknown): never => {
      // A client that only waits would wait for ever: what could not begin is over.
      setTimeout(() => this.leave(), PATIENCE);
      setTimeout(() => this.finish(false), 0);
      throw error;
    };
    const begun = (): void => {
      after(() => {
        this.announce();
        this.begin();
      });
    };
    try {
      const loading = this.start(args);
      return loading ? loading.then(begun, failed) : begun();
    } catch (error) {
      return failed(error);
    }
  }

  /** Loads what is to run; undefined when it is there at once. */
  private start(args: LaunchArguments): Promise<void> | undefined {
    checkArguments(LAUNCH, args);
    const loaded = withFiles(this.host, wantedBy(args, this.host.startedIn), (files) => load(args, files));
    if (loaded instanceof Promise) return loaded.then((later) => this.take(later, args));
    this.take(loaded, args);
    return undefined;
  }
  private take(loaded: Loaded, args: LaunchArguments): void {
    this.changedFiles.clear();
    this.debuggee = new Debuggee(loaded, this.breakpoints);
    this.breakpoints.load(this.debuggee, args);
    this.inspection = new Inspection(this.debuggee, this.style);
    this.run = new Run(this.debuggee, this.inspection, this.owner());
  }
  private announce(): void {
    const { loaded } = this.here();
    this.protocol.event("process", { name: loaded.title, startMethod: "launch", isLocalProcess: true });
    this.protocol.event("thread", { reason: "started", threadId: THREAD });
    this.warn();
  }
  private warn(): void {
    for (const warning of this.here().loaded.warnings) this.output("important", `${warning}\n`);
  }

  private configurationDone(_: unknown, after: (action: () => void) => void): void {
    this.configured = true;
    after(() => this.begin());
  }
  private begin(): void {
    if (!this.configured || !this.run || this.phase !== "starting") return;
    this.phase = "stopped";
    this.run.begin(this.launched?.stopOnEntry !== false);
  }

  private restart(
    args: { arguments?: LaunchArguments },
    after: (action: () => void) => void,
  ): Answer | Promise<Answer> {
    const next = args.arguments?.program ? args.arguments : this.launched;
    if (!next) throw new RequestError("the session has not been launched");
    this.run?.abandon();
    const begun = (): void => {
      if (!this.open) return;
      this.launched = next;
      this.phase = "starting";
      this.configured = true;
      after(() => {
        this.warn();
        this.begin();
      });
    };
    const loading = this.start(next);
    return loading ? loading.then(begun) : begun();
  }

  private disconnect(_: unknown, after: (action: () => void) => void): void {
    this.run?.abandon();
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
    this.run?.abandon();
    this.phase = "ended";
    this.progress(undefined);
    const { debuggee } = this;
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
  private looked(): Inspection {
    if (!this.inspection) throw new RequestError("the session has not been launched");
    return this.inspection;
  }
  /** The run, while the packet stands still. */
  private still(): Run {
    this.here();
    if (this.phase === "ended") throw new RequestError("the run has ended");
    if (this.phase === "starting" || !this.run)
      throw new RequestError("the run has not begun: configurationDone is missing");
    if (this.run.running) throw new RequestError("notStopped");
    return this.run;
  }

  private step(command: Command) {
    return (args: { granularity?: Granularity; targetId?: number }, after: (action: () => void) => void): void =>
      after(this.still().step(command, args));
  }
  private continue(_: unknown, after: (action: () => void) => void): object {
    const run = this.still();
    after(() => run.continue());
    return { allThreadsContinued: true };
  }
  private restartFrame(args: DebugProtocol.RestartFrameArguments, after: (action: () => void) => void): void {
    const run = this.still();
    const position = this.looked().frameStart(args.frameId);
    after(() => run.again(position));
  }
  private goto(args: DebugProtocol.GotoArguments, after: (action: () => void) => void): void {
    const run = this.still();
    const index = this.here().gotoTarget(args.targetId);
    if (index === undefined) throw new RequestError("there is no send step there");
    after(() => run.jump(index));
  }

  /** What the run says to its owner. */
  private owner(): Owner {
    const session = this;
    return {
      get grain() {
        return session.breakpoints.grain;
      },
      get noDebug() {
        return session.launched?.noDebug === true;
      },
      kindOf: (id) => session.breakpoints.kindOf(id),
      passed: () => session.tell(),
      underWay: () => session.progress(session.here()),
      ended: () => session.finish(true),
      stopped: (stopped) => session.stopped(stopped),
    };
  }
  private stopped({ hitBreakpointIds = [], ...stopped }: Stopped): void {
    this.phase = "stopped";
    this.progress(undefined);
    this.noticeChanges();
    this.watching ??= setInterval(() => this.noticeChanges(), WATCH);
    this.protocol.event("stopped", {
      ...stopped,
      threadId: THREAD,
      allThreadsStopped: true,
      ...(hitBreakpointIds.length === 0 ? {} : { hitBreakpointIds }),
    });
    this.octetsChanged();
  }

  // ---- what is told on the way --------------------------------------------------------------------------------------

  /** Log points, each packet's fate, expectations that failed. */
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

  private output(category: string, output: string, place?: { uri: string; line: number; column?: number }): void {
    this.protocol.event("output", {
      category,
      output,
      ...(place ? { source: this.looked().source(place.uri), line: this.style.line(place.line) } : {}),
    });
  }

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
    if (args.progressId === "frames") this.run?.pause();
  }

  /** A policy edited while it runs: the run goes on with the text that it began with, and says so once a file. */
  private noticeChanges(): void {
    if (this.phase === "ended") return;
    for (const [path, stamp] of this.here().loaded.stamps) {
      if (this.changedFiles.has(path) || this.host.stamp?.(path) === stamp) continue;
      this.changedFiles.add(path);
      const source = this.looked().source(path);
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
    this.octetsChanged();
  }
  /** A client that shows the packet's octets keeps them until it is told of others. */
  private octetsChanged(): void {
    const memory = this.supportsMemory ? this.inspection?.memoryShown() : undefined;
    if (memory) this.protocol.event("memory", memory);
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
      pause: (_: unknown, after: (action: () => void) => void): void => {
        this.here();
        after(() => this.run?.pause());
      },
      stepBack: (_: unknown, after: (action: () => void) => void): void => {
        const run = this.still();
        after(() => run.back());
      },
      reverseContinue: (_: unknown, after: (action: () => void) => void): void => {
        const run = this.still();
        after(() => run.reverse());
      },
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
        return this.looked().dataBreakpointInfo(args);
      },

      stackTrace: look((i, args: DebugProtocol.StackTraceArguments) => i.stackTrace(args)),
      scopes: look((i, args: DebugProtocol.ScopesArguments) => i.scopes(args)),
      variables: look((i, args: DebugProtocol.VariablesArguments) => i.variables(args)),
      evaluate: (args: DebugProtocol.EvaluateArguments, after: (action: () => void) => void) => {
        this.still();
        const { body, changed } = this.looked().evaluate(args);
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
        return this.looked().sourceText(args);
      },
      loadedSources: () => {
        this.here();
        return this.looked().loadedSources();
      },
      modules: (args: DebugProtocol.ModulesArguments) => {
        this.here();
        return this.looked().modules(args);
      },
      "iochain/chain": look((i) => i.chain()),
      "iochain/runTo": (args: { slot?: unknown; walk?: unknown }, after: (action: () => void) => void): void => {
        const run = this.still();
        const { slot, walk = 0 } = args;
        if (!isSlotNumber(slot as number) || !Number.isInteger(walk))
          throw new RequestError("slot is a number from 0 to 15, walk counts the packet's walks from 0");
        after(() => run.toSlot(slot as number, walk as number));
      },
    };
    return handlers as Record<string, Handler>;
  }
}
