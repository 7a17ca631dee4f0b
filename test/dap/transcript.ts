/**
 * Sessions told as stories: `data/*.txt` holds a policy, then commands (`> next`) with what comes back below each. The
 * commands are played against an adapter and the whole text is written anew, so that a difference reads as one.
 */
import type { DebugProtocol } from "@vscode/debugprotocol";
import type { Client } from "./client.ts";

export interface Story {
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
  readonly commands: readonly string[];
}

/** `# title`, then `--- file` sections, then `--- session`. */
export function readStory(text: string): Story {
  const files = new Map<string, string>();
  const [head = "", ...sections] = text.split(/^--- (?=\S)/m);
  let commands: string[] = [];
  for (const section of sections) {
    const end = section.indexOf("\n");
    const name = section.slice(0, end).trim();
    const body = section.slice(end + 1);
    if (name === "session") commands = body.split("\n").filter((line) => /^[>#]/.test(line));
    else files.set(name, body);
  }
  return { title: head.trim(), files, commands };
}
export function writeStory(story: Story, told: string): string {
  const files = [...story.files].map(([name, body]) => `--- ${name}\n${body}`).join("");
  return `${story.title}\n\n${files}--- session\n${told}`;
}

/** Plays a story's commands; `path` gives the name under which the adapter finds a file. Answers the session's text. */
export async function play(
  story: Story,
  client: Client,
  path: (name: string) => string,
  rewrite: (name: string, text: string) => void,
): Promise<string> {
  const out: string[] = [];
  const player = new Player(story, client, path, (line) => out.push(line), rewrite);
  for (const command of story.commands) {
    out.push(command);
    if (command.startsWith(">")) await player.command(command.slice(1).trim());
  }
  await player.finish();
  return `${out.join("\n")}\n`;
}

type Variable = DebugProtocol.Variable;

class Player {
  private readonly story: Story;
  private readonly client: Client;
  private readonly path: (name: string) => string;
  private readonly say: (line: string) => void;
  private frames: DebugProtocol.StackFrame[] = [];
  private readonly lines = new Map<string, (DebugProtocol.SourceBreakpoint & { line: number })[]>();
  private readonly functions: DebugProtocol.FunctionBreakpoint[] = [];
  private readonly data: DebugProtocol.DataBreakpoint[] = [];
  private readonly main: string;
  private readonly rewrite: (name: string, text: string) => void;

  constructor(
    story: Story,
    client: Client,
    path: (name: string) => string,
    say: (line: string) => void,
    rewrite: (name: string, text: string) => void,
  ) {
    this.rewrite = rewrite;
    this.story = story;
    this.client = client;
    this.path = path;
    this.say = (line) => say(line === "" ? "" : `  ${this.neutral(line)}`);
    this.main = [...story.files.keys()][0] ?? "";
  }
  /** Paths of this machine never show. */
  private neutral(text: string): string {
    let neutral = text;
    for (const name of this.story.files.keys()) neutral = neutral.replaceAll(this.path(name), name);
    return neutral;
  }

  async command(text: string): Promise<void> {
    const [word = "", ...others] = text.split(" ");
    const rest = others.join(" ").trim();
    const run = RUN[word];
    if (run) {
      const [command, args] = run;
      await this.resume(command, { threadId: 1, ...args, ...(rest ? JSON.parse(rest) : {}) });
      return;
    }
    switch (word) {
      case "launch": {
        const attributes = rest ? (JSON.parse(rest) as Record<string, unknown>) : {};
        await this.client.get("initialize", {
          adapterID: "iochain",
          linesStartAt1: true,
          columnsStartAt1: true,
          supportsInvalidatedEvent: true,
        });
        await this.client.event(["initialized"]);
        const named = (key: string): object => (attributes[key] ? { [key]: this.path(String(attributes[key])) } : {});
        const launch = { program: this.path(this.main), ...attributes, ...named("program"), ...named("capture") };
        await this.answer("launch", launch, () => []);
        return;
      }
      case "break":
        await this.break(rest);
        return;
      case "function":
        this.functions.push(this.wish(rest, (name) => ({ name })));
        await this.answer("setFunctionBreakpoints", { breakpoints: this.functions }, (b) => this.verdicts(b));
        return;
      case "data": {
        const info = await this.client.get<{ dataId: string | null; description: string }>("dataBreakpointInfo", {
          name: rest,
        });
        this.say(info.description);
        if (info.dataId === null) return;
        this.data.push({ dataId: info.dataId });
        await this.answer("setDataBreakpoints", { breakpoints: this.data }, (b) => this.verdicts(b));
        return;
      }
      case "exceptions":
        await this.answer("setExceptionBreakpoints", this.filters(rest), () => []);
        return;
      case "stack":
        await this.stack();
        return;
      case "open":
        await this.openBranch(rest.split(" / "));
        return;
      case "eval":
        await this.answer("evaluate", { expression: rest, context: "repl", frameId: this.frames[0]?.id }, (b) => [
          `${b.result}`,
        ]);
        await this.told();
        return;
      case "set": {
        const [, expression = "", value = ""] = /^(\S+)\s*=\s*(.*)$/.exec(rest) ?? [];
        await this.answer("setExpression", { expression, value, frameId: this.frames[0]?.id }, (b) => [`${b.value}`]);
        await this.told();
        return;
      }
      case "why":
        await this.answer("exceptionInfo", { threadId: 1 }, (b) => [`${b.exceptionId}: ${b.description}`]);
        return;
      case "goto": {
        const line = this.lineOf(rest);
        const { targets } = await this.client.get<{ targets: DebugProtocol.GotoTarget[] }>("gotoTargets", {
          source: { path: this.path(this.main) },
          line,
        });
        if (targets[0]) await this.resume("goto", { threadId: 1, targetId: targets[0].id });
        else this.say("no target");
        return;
      }
      case "again": {
        const frame = this.frames.find((f) => f.name.startsWith(rest));
        await this.resume("restartFrame", { frameId: frame?.id ?? -1 });
        return;
      }
      case "edit": {
        const [, from = "", to = ""] = /^"(.*)" to "(.*)"$/.exec(rest) ?? [];
        const text = this.story.files.get(this.main) ?? "";
        const [was, is] = [from, to].map((part) => part.replaceAll("\\n", "\n")) as [string, string];
        if (!text.includes(was)) throw new Error(`the policy has no ${was}`);
        this.rewrite(this.main, text.replace(was, is));
        return;
      }
      case "ask": {
        const [, command = "", json] = /^(\S+)\s*(.*)$/.exec(rest) ?? [];
        const filled = json
          ?.replace(/"FRAME"/g, String(this.frames[0]?.id ?? -1))
          .replace(/FILE/g, this.path(this.main));
        const args = filled ? (JSON.parse(filled) as object) : undefined;
        await this.answer(command, args, (body) => JSON.stringify(body, null, 2).split("\n"));
        await this.told();
        return;
      }
      default:
        throw new Error(`the story has an unknown command: ${text}`);
    }
  }

  private async answer(
    command: string,
    args: object | undefined,
    show: (body: Record<string, unknown>) => string[],
  ): Promise<void> {
    const response = await this.client.ask(command, args);
    if (!response.success) this.say(`refused: ${response.message}`);
    else for (const line of show((response.body ?? {}) as Record<string, unknown>)) this.say(line);
  }

  /** What else has come: another answer, asked for now, comes after all of it. */
  private async told(): Promise<void> {
    await this.client.ask("threads");
    for (const event of this.client.events.splice(0)) this.event(event);
  }

  private async resume(command: string, args: object): Promise<void> {
    const response = await this.client.ask(command, args);
    if (!response.success) {
      this.say(`refused: ${response.message}`);
      return;
    }
    const event = await this.client.event(["stopped", "terminated"], (passing) => this.event(passing));
    this.event(event);
    if (event.event === "stopped") await this.stack();
  }
  private event({ event, body }: DebugProtocol.Event): void {
    switch (event) {
      case "output": {
        if (body.category === "telemetry") throw new Error(`the adapter failed: ${body.data?.stack}`);
        const at = body.source ? ` (${body.source.name}:${body.line})` : "";
        this.say(`${body.category}: ${body.output.trimEnd()}${at}`);
        return;
      }
      case "stopped": {
        const by = body.hitBreakpointIds ? ` at breakpoint ${body.hitBreakpointIds.join(", ")}` : "";
        const more = body.reason === "exception" ? `: ${body.description}: ${body.text}` : "";
        this.say(`stopped: ${body.reason}${by}${more}`);
        return;
      }
      case "breakpoint":
        this.say(`breakpoint ${body.breakpoint.id} changed: ${this.verdict(body.breakpoint)}`);
        return;
      case "invalidated":
        this.say(`invalidated: ${body.areas.join(", ")}`);
        return;
      case "exited":
        this.say(`exited with ${body.exitCode}`);
        return;
      case "terminated":
        this.say("terminated");
        return;
      default:
    }
  }
  private async stack(): Promise<void> {
    const { stackFrames } = await this.client.get<{ stackFrames: DebugProtocol.StackFrame[] }>("stackTrace", {
      threadId: 1,
    });
    this.frames = stackFrames;
    for (const frame of stackFrames) this.say(`  ${frame.name.padEnd(48)} ${this.placeOf(frame)}`.trimEnd());
  }
  private placeOf(frame: DebugProtocol.StackFrame): string {
    const name = frame.source?.name ?? "";
    const isPolicy = frame.source?.sourceReference === undefined;
    const text = isPolicy ? this.story.files.get(name)?.split("\n")[frame.line - 1]?.trim() : undefined;
    if (text === undefined) return `${name}:${frame.line}`;
    const line = this.story.files.get(name)?.split("\n")[frame.line - 1] ?? "";
    const part = frame.endLine === frame.line ? line.slice(frame.column - 1, (frame.endColumn ?? 0) - 1) : text;
    return `${name}:${frame.line} | ${text}${part === text || !part ? "" : ` | at: ${part}`}`;
  }

  private lineOf(text: string): number {
    if (/^\d+$/.test(text)) return Number(text);
    const wanted = text.replace(/^"|"$/g, "");
    const lines = (this.story.files.get(this.main) ?? "").split("\n");
    const at = lines.findIndex((line) => line.includes(wanted));
    if (at < 0) throw new Error(`no line of the policy has ${wanted}`);
    return at + 1;
  }
  /** `TEXT if CONDITION hits COUNT log MESSAGE`, each part but the first left out at will. */
  private wish<W>(
    text: string,
    make: (head: string) => W,
  ): W & { condition?: string; hitCondition?: string; logMessage?: string } {
    const [, head = "", condition, hitCondition, logMessage] =
      /^(.*?)(?: if (.*?))?(?: hits (.*?))?(?: log (.*))?$/.exec(text) ?? [];
    return {
      ...make(head),
      ...(condition === undefined ? {} : { condition }),
      ...(hitCondition === undefined ? {} : { hitCondition }),
      ...(logMessage === undefined ? {} : { logMessage }),
    };
  }
  private async break(text: string): Promise<void> {
    const list = this.lines.get(this.main) ?? [];
    if (text === "none") list.length = 0;
    else list.push(this.wish(text, (head) => ({ line: this.lineOf(head) })));
    this.lines.set(this.main, list);
    const args = { source: { path: this.path(this.main), name: this.main }, breakpoints: list };
    await this.answer("setBreakpoints", args, (b) => this.verdicts(b));
  }
  private verdicts(body: Record<string, unknown>): string[] {
    const last = (body.breakpoints as DebugProtocol.Breakpoint[]).at(-1);
    return last ? [this.verdict(last)] : [];
  }
  private verdict(b: DebugProtocol.Breakpoint): string {
    const at = b.line === undefined ? "" : ` at line ${b.line}`;
    return `breakpoint ${b.id}${at}: ${b.verified ? "verified" : "not verified"}${b.message ? `, ${b.message}` : ""}`;
  }
  private filters(text: string): object {
    const filterOptions = text.split(",").map((one) => {
      const [, filterId = "", condition] = /^\s*(\S+)(?: if (.*))?$/.exec(one) ?? [];
      return { filterId, ...(condition ? { condition } : {}) };
    });
    return text === "none" ? { filters: [] } : { filters: [], filterOptions };
  }

  /** Walks down scopes and variables by name and prints what is there; `*` at the end prints two levels. */
  private async openBranch(steps: readonly string[]): Promise<void> {
    const frameId = this.frames[0]?.id ?? 0;
    const { scopes } = await this.client.get<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId });
    let list: { name: string; variablesReference: number }[] = scopes;
    for (const step of steps) {
      const found = list.find((item) => item.name === step || item.name.startsWith(`${step} `));
      if (!found) {
        this.say(`there is no ${step}; there is ${list.map((item) => item.name).join(", ")}`);
        return;
      }
      const { variables } = await this.client.get<{ variables: Variable[] }>("variables", {
        variablesReference: found.variablesReference,
      });
      list = variables;
    }
    for (const item of list as Variable[]) this.say(`  ${item.name}: ${item.value ?? ""}`.trimEnd());
  }

  async finish(): Promise<void> {
    await this.client.ask("disconnect", {});
    await this.client.closed;
  }
}

const RUN: Readonly<Record<string, readonly [string, object?]>> = {
  start: ["configurationDone"],
  next: ["next"],
  in: ["stepIn"],
  out: ["stepOut"],
  "next-slot": ["next", { granularity: "statement" }],
  "next-clause": ["next", { granularity: "instruction" }],
  back: ["stepBack"],
  continue: ["continue"],
  reverse: ["reverseContinue"],
  restart: ["restart"],
};
