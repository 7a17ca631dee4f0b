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
import { Style } from "./paths.ts";
import { type Answer, type Handler, Protocol, RequestError } from "./protocol.ts";
import { Reporter } from "./reporter.ts";
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
const PATIENCE = 500;
/** Milliseconds between two looks at whether the policy has been edited. */
const WATCH = 1000;

class DebugSession implements Session {
  private readonly host: Host;
  private readonly protocol: Protocol;
  private readonly breakpoints: BreakpointRequests;
  private readonly reporter: Reporter;
  private style = new Style();
  private phase: Phase = "starting";
  private initialized = false;
  private configured = false;
  private launched: LaunchArguments | undefined;
  private debuggee: Debuggee | undefined;
  private inspection: Inspection | undefined;
  private run: Run | undefined;
  private open = true;
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
    const event = (name: string, body: object): void => this.protocol.event(name, body);
    this.breakpoints = new BreakpointRequests(event);
    this.reporter = new Reporter(event, host);
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
    this.reporter.client = args;
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
    const loaded = withFiles(
      this.host,
      wantedBy(args, this.host.startedIn),
      (files) => load(args, files),
      () => !this.open,
    );
    if (loaded instanceof Promise) return loaded.then((later) => this.take(later, args));
    this.take(loaded, args);
    return undefined;
  }
  private take(loaded: Loaded, args: LaunchArguments): void {
    this.run?.abandon();
    this.debuggee = new Debuggee(loaded, this.breakpoints);
    this.breakpoints.load(this.debuggee, args);
    this.inspection = new Inspection(this.debuggee, this.style);
    this.run = new Run(this.debuggee, this.inspection, this.owner());
    this.reporter.about(this.debuggee, this.inspection, args.noDebug === true);
  }
  private announce(): void {
    const { loaded } = this.here();
    this.protocol.event("process", { name: loaded.title, startMethod: "launch", isLocalProcess: true });
    this.protocol.event("thread", { reason: "started", threadId: THREAD });
    this.reporter.warnings();
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
    const begun = (): void => {
      if (!this.open) return;
      this.launched = next;
      this.phase = "starting";
      this.configured = true;
      after(() => {
        this.reporter.warnings();
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
    const { debuggee } = this;
    this.reporter.over();
    if (debuggee && ran) {
      this.reporter.total();
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
      passed: () => session.reporter.passed(),
      underWay: (back) => session.reporter.underWay(back),
      ended: () => session.finish(true),
      stopped: (stopped) => session.stopped(stopped),
    };
  }
  private stopped({ hitBreakpointIds = [], ...stopped }: Stopped): void {
    this.phase = "stopped";
    this.reporter.over();
    this.noticeChanges();
    this.watching ??= setInterval(() => this.noticeChanges(), WATCH);
    this.protocol.event("stopped", {
      ...stopped,
      threadId: THREAD,
      allThreadsStopped: true,
      ...(hitBreakpointIds.length === 0 ? {} : { hitBreakpointIds }),
    });
    this.reporter.octetsChanged();
  }
  private noticeChanges(): void {
    if (this.phase !== "ended") this.reporter.changes();
  }

  private cancel(args: DebugProtocol.CancelArguments): void {
    if (this.reporter.tellsOf(args.progressId)) this.run?.pause();
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
        after(() => this.reporter.edited());
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
        if (changed) after(() => this.reporter.edited());
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
