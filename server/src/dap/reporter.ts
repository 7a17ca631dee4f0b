/** What a session tells its client unasked: each packet's fate, log points, progress, and that something has changed. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { THREAD } from "./arguments.ts";
import type { Debuggee } from "./debuggee.ts";
import type { FileSource } from "./files.ts";
import type { Inspection } from "./inspection.ts";
import { failureOutput, fate, summary } from "./narration.ts";

interface Place {
  readonly uri: string;
  /** From 1. */
  readonly line: number;
}

export class Reporter {
  /** What the client says that it understands. */
  client: Partial<DebugProtocol.InitializeRequestArguments> = {};
  private readonly event: (event: string, body: object) => void;
  private readonly files: FileSource;
  private subject:
    | { readonly debuggee: Debuggee; readonly inspection: Inspection; readonly noDebug: boolean }
    | undefined;
  /** Files whose change has been told. */
  private told = new Set<string>();
  /** Of the run under way, where it is told how far that is. */
  private progressId: string | undefined;
  private progresses = 0;

  constructor(event: (event: string, body: object) => void, files: FileSource) {
    this.event = event;
    this.files = files;
  }
  /** Another run is told of from now on. */
  about(debuggee: Debuggee, inspection: Inspection, noDebug: boolean): void {
    this.subject = { debuggee, inspection, noDebug };
    this.told = new Set();
  }

  warnings(): void {
    for (const warning of this.subject?.debuggee.loaded.warnings ?? []) this.output("important", `${warning}\n`);
  }
  /** The run has come to another moment: log points, each packet's fate, expectations that failed. */
  passed(): void {
    if (!this.subject) return;
    const { debuggee, noDebug } = this.subject;
    if (!noDebug)
      for (const message of debuggee.halt.messages)
        this.output(message.wrong ? "stderr" : "console", `${message.text}\n`, debuggee.hereLine);
    const { moment } = debuggee;
    if (moment?.kind !== "finished") return;
    if (moment.trace && !debuggee.loaded.script.capture)
      this.output(
        "stdout",
        `${fate(moment.trace, debuggee.wasEdited ? debuggee.notation : undefined)}\n`,
        debuggee.decidingLine ?? debuggee.line,
      );
    if (moment.failure) this.output("stderr", `${failureOutput(moment.failure)}\n`, debuggee.line);
  }
  /** The session's last line. */
  total(): void {
    if (!this.subject) return;
    const { loaded, packets, failures } = this.subject.debuggee;
    this.output("console", `${summary(loaded.script.title, packets, failures)}\n`);
  }
  private output(category: string, output: string, place?: Place): void {
    const source = place && this.subject?.inspection.line(place);
    this.event("output", { category, output, ...source });
  }

  /** A slice of a long run is over: of a capture, how far it is; on the way back, which share of it is looked at. */
  underWay(back?: number): void {
    const { debuggee } = this.subject ?? {};
    if (!debuggee?.loaded.script.capture || this.client.supportsProgressReporting !== true) return;
    const { index, length } = debuggee;
    const percentage = Math.floor(100 * (back ?? index / Math.max(1, length)));
    const told = { percentage, message: `frame ${index + 1} of ${length}` };
    if (this.progressId !== undefined) {
      this.event("progressUpdate", { progressId: this.progressId, ...told });
      return;
    }
    // Each is another one in a session.
    this.progressId = `frames ${++this.progresses}`;
    const title = back === undefined ? "Replaying the capture" : "Going back over the capture";
    this.event("progressStart", { progressId: this.progressId, ...told, title, cancellable: true });
  }
  /** Whether `progressId` is the run's that is under way. */
  tellsOf(progressId: string | undefined): boolean {
    return progressId !== undefined && progressId === this.progressId;
  }
  /** The run stands still. */
  over(): void {
    if (this.progressId !== undefined) this.event("progressEnd", { progressId: this.progressId });
    this.progressId = undefined;
  }

  /** A policy edited while it runs: the run goes on with the text that it began with, and says so once a file. */
  changes(): void {
    if (!this.subject) return;
    const { debuggee, inspection } = this.subject;
    for (const [path, stamp] of debuggee.loaded.stamps) {
      if (this.told.has(path) || this.files.stamp?.(path) === stamp) continue;
      this.told.add(path);
      const source = inspection.source(path);
      const isText = debuggee.loaded.program.documents.some(({ uri }) => uri === path);
      const what = isText
        ? "the session goes on with the text it began with. Restart takes the new one."
        : "its frames may be others than those that were counted. Restart reads it anew.";
      this.output("important", `${source.name} has changed; ${what}\n`);
      if (isText) this.event("loadedSource", { reason: "changed", source });
    }
  }
  /** After an edit of the packet: what the client shows is stale. */
  edited(): void {
    if (this.client.supportsInvalidatedEvent === true)
      this.event("invalidated", { areas: ["variables"], threadId: THREAD });
    this.octetsChanged();
  }
  /** A client that shows the packet's octets keeps them until it is told of others. */
  octetsChanged(): void {
    const memory = this.client.supportsMemoryEvent === true ? this.subject?.inspection.memoryShown() : undefined;
    if (memory) this.event("memory", memory);
  }
}
