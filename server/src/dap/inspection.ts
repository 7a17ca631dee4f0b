/** What a client may look at, and change, while the packet stands still. */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { canonical } from "../policy/uri.ts";
import { chainView } from "./chainView.ts";
import type { Debuggee } from "./debuggee.ts";
import { rulesMeant } from "./environment.ts";
import { explain } from "./explain.ts";
import { type Completion, complete } from "./expression/complete.ts";
import { evaluate } from "./expression/evaluate.ts";
import { parseLine } from "./expression/parser.ts";
import { type Expression, ExpressionError } from "./expression/tree.ts";
import { show, type Value } from "./expression/values.ts";
import { type Frame, frames, type Span } from "./frames.ts";
import type { Position } from "./history.ts";
import { modules } from "./modules.ts";
import type { Moment } from "./moment.ts";
import { PACKET_MEMORY, readOctets, setPacketField, writeOctets } from "./packetScope.ts";
import { baseName, type Style } from "./paths.ts";
import { RequestError } from "./protocol.ts";
import { scopes } from "./scopes.ts";
import { standOf, visible } from "./stepping.ts";
import { type Node, Shown } from "./variables.ts";
import { clausesOf } from "./whyNot.ts";

export class Inspection {
  private readonly debuggee: Debuggee;
  private readonly style: Style;
  private readonly shown = new Shown();
  private frameIds = new Map<number, Frame>();
  private nextFrame = 1;
  /** How far the client has read the packet's octets. */
  private octetsRead = 0;

  constructor(debuggee: Debuggee, style: Style) {
    this.debuggee = debuggee;
    this.style = style;
  }

  /** The packet stands somewhere else (or is another): what was handed out is no longer true. */
  moved(): void {
    this.shown.forget();
    this.frameIds.clear();
  }

  // ---- the stack ----------------------------------------------------------------------------------------------------

  /** The places of the rule's clauses, from the rule itself up to the first that does not hold. */
  clauses(): readonly Span[] {
    const { moment } = this.debuggee;
    return moment?.kind === "statement" && moment.rule ? clausesOf(moment.rule, this.debuggee) : [];
  }
  stackTrace(args: DebugProtocol.StackTraceArguments): object {
    const { clause } = this.debuggee;
    const all = frames(this.debuggee, clause > 0 ? this.clauses()[clause] : undefined);
    const start = args.startFrame ?? 0;
    const wanted = all.slice(start, args.levels ? start + args.levels : undefined);
    return { stackFrames: wanted.map((frame) => this.stackFrame(frame)), totalFrames: all.length };
  }
  private stackFrame(frame: Frame): DebugProtocol.StackFrame {
    const id = this.nextFrame++;
    this.frameIds.set(id, frame);
    return {
      id,
      name: frame.name,
      line: this.style.line(frame.line),
      column: this.style.column(frame.column),
      ...(frame.endLine === undefined ? {} : { endLine: this.style.line(frame.endLine) }),
      ...(frame.endColumn === undefined ? {} : { endColumn: this.style.column(frame.endColumn) }),
      source: frame.reference === undefined ? this.source(frame.uri ?? "") : this.ownSource(frame.reference),
      ...(frame.slot === undefined ? {} : { moduleId: frame.slot }),
      canRestart: true,
    };
  }
  source(uri: string): DebugProtocol.Source {
    return { name: baseName(uri), path: this.style.path(uri) };
  }
  /** A line as the client names it. */
  line({
    uri,
    line,
  }: {
    readonly uri: string;
    readonly line: number;
  }): Pick<DebugProtocol.StackFrame, "source" | "line"> {
    return { source: this.source(uri), line: this.style.line(line) };
  }
  private ownSource(reference: number): DebugProtocol.Source {
    const name = this.debuggee.loaded.script.source(reference)?.name ?? "packet";
    return { name, sourceReference: reference, origin: "what this session runs" };
  }
  /** Where a frame began: its slot, or its packet. */
  frameStart(id: number): Position {
    const frame = this.frameIds.get(id);
    if (!frame) throw new RequestError("that frame is gone");
    const { unit } = this.debuggee.position;
    return frame.depth === "step" ? { unit, stop: 0, part: 0 } : this.debuggee.slotStart;
  }

  gotoTargets(args: DebugProtocol.GotoTargetsArguments): object {
    const line = this.style.ourLine(args.line);
    const isHere = canonical(args.source.path ?? "") === canonical(this.debuggee.loaded.scenario?.uri ?? "");
    const targets = isHere ? this.debuggee.sendsAt(line) : [];
    return {
      targets: targets.map((index) => {
        const frame = this.debuggee.loaded.script.frame(index, this.debuggee.world);
        return {
          id: index,
          label: frame.name,
          line: this.style.line(frame.line),
          column: this.style.column(frame.column),
        };
      }),
    };
  }

  /** At a step: the slots of the walks ahead. At a slot: into its block. */
  stepInTargets(args: DebugProtocol.StepInTargetsArguments): object {
    const frame = this.frameIds.get(args.frameId);
    if (!frame) throw new RequestError("that frame is gone");
    if (frame.depth !== "step" || standOf(this.debuggee.moment) !== "step") return { targets: [] };
    return {
      targets: this.debuggee.slotsAhead().map((place, id) => ({
        id,
        label: `slot ${place.number} · ${place.block ? `${place.block.module} ${place.block.name}` : "empty"} · ${place.direction} · ${place.vnic}`,
      })),
    };
  }
  /** When the step into a target stops: at its slot, or at the next step if the packet never comes there. */
  stepInTarget(id: number): (moment: Moment | undefined) => boolean {
    const target = this.debuggee.slotsAhead()[id];
    if (!target) throw new RequestError("there is no such target");
    return (moment) =>
      moment === undefined ||
      (moment.kind === "slot" &&
        visible(moment.place, this.debuggee.view) &&
        moment.place.number === target.number &&
        moment.place.vnic === target.vnic &&
        moment.place.direction === target.direction);
  }

  private wasFrame(id: number): boolean {
    return Number.isInteger(id) && id > 0 && id < this.nextFrame;
  }

  // ---- values -------------------------------------------------------------------------------------------------------

  scopes(args: DebugProtocol.ScopesArguments): object {
    if (!this.frameIds.has(args.frameId)) {
      // A client that steps fast still asks about the stop before: there is nothing left to show of it, and no mistake.
      if (this.wasFrame(args.frameId)) return { scopes: [] };
      throw new RequestError("there is no such frame");
    }
    return {
      scopes: scopes(this.debuggee).map(({ node, hint, expensive }) => ({
        name: node.name,
        ...(hint ? { presentationHint: hint } : {}),
        variablesReference: this.shown.reference(node),
        ...(node.indexed === undefined ? {} : { indexedVariables: node.indexed }),
        expensive,
      })),
    };
  }
  variables(args: DebugProtocol.VariablesArguments): object {
    const node = this.shown.branch(args.variablesReference);
    if (!node) throw new RequestError("that value is gone: the packet has moved on");
    const variables = this.shown.variables(node, args);
    return { variables: args.format?.hex ? variables.map(inHexadecimal) : variables };
  }
  setVariable(args: DebugProtocol.SetVariableArguments): object {
    const node = this.shown.branch(args.variablesReference);
    if (!node) throw new RequestError("that value is gone: the packet has moved on");
    const child = node.children?.().find((one) => one.name === args.name);
    if (!child) throw new RequestError(`there is no ${args.name} here`);
    if (!child.set) throw new RequestError(`${args.name} cannot be set: only the packet's fields can`);
    child.set(args.value);
    // A row of octets is no field of an expression: it is looked at again.
    const again = node.children?.().find((one) => one.name === args.name);
    return this.debuggee.environment().field(child.name)
      ? this.nowWorth(child.name)
      : { value: again?.value ?? "", variablesReference: 0 };
  }
  setExpression(args: DebugProtocol.SetExpressionArguments): object {
    const target = this.parse(args.expression);
    if (target.kind === "assign") throw new RequestError("only the field is expected here");
    return this.assign(target, args.value);
  }
  private assign(target: Expression, value: string): object {
    if (target.kind !== "name" || !this.debuggee.environment().field(target.text))
      throw new RequestError("only a field of the packet can be set, such as ip.ttl");
    setPacketField(this.debuggee, target.text, value);
    return this.nowWorth(target.text);
  }
  private nowWorth(field: string): { value: string; variablesReference: number } {
    const values = this.debuggee.environment().field(field) ?? [];
    return { value: values.map(show).join(", "), variablesReference: 0 };
  }

  evaluate(args: DebugProtocol.EvaluateArguments): { body: object; changed: boolean } {
    // One of the stop before is a fast client's: what it asks for is worth what it is now.
    if (args.frameId !== undefined && !this.wasFrame(args.frameId)) throw new RequestError("there is no such frame");
    const line = this.parse(args.expression);
    if (line.kind === "assign") {
      if (args.context !== undefined && args.context !== "repl")
        throw new RequestError("= sets a field, in the debug console only; == compares");
      const value = args.expression.slice(line.value.start, line.value.end).replace(/^"|"$/g, "");
      const { value: result, ...rest } = this.assign(line.target, value) as { value: string };
      return { body: { result, ...rest }, changed: true };
    }
    const value = this.complaining(() => evaluate(hovered(line, args.context), this.debuggee.environment()));
    // A hover over a word of the policy that means nothing here shows nothing.
    if (args.context === "hover" && value.kind === "absent") throw new RequestError(value.why);
    const node = nodeOf("", value);
    // A watch, and a value in the editor, stand behind the expression and have a line's rest.
    const brief = args.context === "watch" && value.kind === "record" ? value.brief : undefined;
    return {
      body: {
        result: args.format?.hex ? hexadecimal(brief ?? show(value)) : (brief ?? show(value)),
        type: value.kind,
        variablesReference: this.shown.reference(node),
        ...(args.context === "clipboard" ? { variablesReference: 0 } : {}),
      },
      changed: false,
    };
  }
  private parse(source: string): ReturnType<typeof parseLine> {
    return this.complaining(() => parseLine(source));
  }
  private complaining<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new RequestError(`${error.message} (at ${error.place.start + 1})`);
    }
  }
  completions(args: DebugProtocol.CompletionsArguments): object {
    const lines = args.text.split("\n");
    const line = args.line === undefined ? 0 : this.style.ourLine(args.line) - 1;
    const offset = Math.max(0, this.style.ourColumn(args.column) - 1);
    const found = complete(lines[line] ?? "", offset, this.debuggee.environment());
    return {
      targets: found.map(({ label, start, length, kind }) => ({
        label,
        start: this.style.column(start + 1),
        length,
        type: COMPLETION_TYPES[kind],
        ...(kind === "function" ? { text: `${label}()`, selectionStart: label.length + 1, selectionLength: 0 } : {}),
      })),
    };
  }

  dataBreakpointInfo(args: DebugProtocol.DataBreakpointInfoArguments): object {
    let id: string | undefined;
    try {
      id = this.dataId(args);
    } catch (error) {
      return { dataId: null, description: (error as Error).message };
    }
    const watch = id === undefined ? undefined : this.debuggee.watch(id);
    if (!watch) return { dataId: null, description: `${args.name} cannot be watched` };
    return { dataId: id, description: watch.description, accessTypes: ["write"], canPersist: true };
  }
  private dataId(args: DebugProtocol.DataBreakpointInfoArguments): string | undefined {
    if (args.variablesReference !== undefined && args.variablesReference !== 0) {
      const node = this.shown.branch(args.variablesReference);
      return node?.children?.().find((child) => child.name === args.name)?.data;
    }
    const hits = /^rule\((?:(.+)\.)?(\d+)\)(?:\.hits)?$/.exec(args.name);
    if (hits) {
      const id = Number(hits[2]);
      const named = hits[1]?.replace(/^"|"$/g, "");
      const [home] = rulesMeant({ id, ...(named === undefined ? {} : { block: named }) }, this.debuggee);
      return home && `hits ${home.block}.${id}`;
    }
    if (args.name === "state") return this.debuggee.place ? `connections ${this.debuggee.place.vnic}` : undefined;
    return `field ${args.name}`;
  }

  // ---- octets -------------------------------------------------------------------------------------------------------

  readMemory(args: DebugProtocol.ReadMemoryArguments): object {
    if (args.memoryReference !== PACKET_MEMORY) throw new RequestError("there are no such octets");
    const { octets, start, missing } = readOctets(this.debuggee, args.offset ?? 0, args.count);
    this.octetsRead = Math.max(this.octetsRead, start + octets.length);
    return {
      address: String(start),
      ...(octets.length > 0 ? { data: toBase64(octets) } : {}),
      ...(missing > 0 ? { unreadableBytes: missing } : {}),
    };
  }
  /** What of the packet's octets a client may show; undefined: it has never asked for them. */
  memoryShown(): object | undefined {
    return this.octetsRead === 0 ? undefined : { memoryReference: PACKET_MEMORY, offset: 0, count: this.octetsRead };
  }
  writeMemory(args: DebugProtocol.WriteMemoryArguments): object {
    if (args.memoryReference !== PACKET_MEMORY) throw new RequestError("there are no such octets");
    const octets = fromBase64(args.data);
    return { bytesWritten: writeOctets(this.debuggee, args.offset ?? 0, octets, args.allowPartial === true) };
  }

  // ---- the rest -----------------------------------------------------------------------------------------------------

  exceptionInfo(): object {
    const { halt } = this.debuggee;
    if (!halt.caught) throw new RequestError("nothing was caught here");
    const { title, message } = explain(this.debuggee);
    return {
      exceptionId: halt.caught,
      description: message,
      breakMode: "always",
      details: { message, typeName: title },
    };
  }
  locations(args: DebugProtocol.LocationsArguments): object {
    const place = this.shown.place(args.locationReference);
    if (!place) throw new RequestError("that place is gone: the packet has moved on");
    return this.line(place);
  }
  sourceText(args: DebugProtocol.SourceArguments): object {
    const reference = args.source?.sourceReference || args.sourceReference;
    const own = reference ? this.debuggee.loaded.script.source(reference) : undefined;
    if (own) return { content: own.text };
    const path = canonical(args.source?.path ?? "");
    const document = this.debuggee.loaded.program.documents.find((d) => canonical(d.uri) === path);
    if (!document) throw new RequestError("there is no such source in this session");
    return { content: document.text };
  }
  loadedSources(): object {
    return { sources: this.debuggee.loaded.program.documents.map((document) => this.source(document.uri)) };
  }
  modules(args: DebugProtocol.ModulesArguments): object {
    const all = modules(this.debuggee);
    const start = args.startModule ?? 0;
    const end = args.moduleCount ? start + args.moduleCount : undefined;
    return { modules: all.slice(start, end), totalModules: all.length };
  }
  chain(): object {
    return chainView(this.debuggee);
  }
}

const COMPLETION_TYPES: Readonly<Record<Completion["kind"], DebugProtocol.CompletionItemType>> = {
  field: "field",
  word: "keyword",
  members: "reference",
  function: "function",
  value: "value",
  operator: "keyword",
};

/** Under the mouse a rule's number asks why the rule matches, or why not. */
function hovered(line: Expression, context: string | undefined): Expression {
  if (context !== "hover" || line.kind !== "number") return line;
  const { start, end, value: id } = line;
  return { kind: "call", name: "matches", argument: { id, start, end }, start, end };
}
function nodeOf(name: string, value: Value): Node {
  if (value.kind !== "record") return { name, value: show(value), type: value.kind };
  return {
    name,
    value: value.summary,
    type: value.kind,
    children: () => [...value.members].map(([member, part]) => nodeOf(member, part)),
  };
}
const hexadecimal = (text: string): string => (/^\d+$/.test(text) ? `0x${Number(text).toString(16)}` : text);
const inHexadecimal = (variable: DebugProtocol.Variable): DebugProtocol.Variable => ({
  ...variable,
  value: hexadecimal(variable.value),
});

const toBase64 = (octets: Uint8Array): string => btoa(String.fromCharCode(...octets));
function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    throw new RequestError("the data is not base64");
  }
}
