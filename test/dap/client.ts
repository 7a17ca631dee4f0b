/** A debug client for tests: sends requests, keeps what comes back in order, over a session in this process or a wire. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { createSession, type Host } from "../../server/src/dap/session.ts";
import { frame, unframe } from "../../server/src/wire/framing.ts";

type Message = DebugProtocol.ProtocolMessage;
export interface Wire {
  send(message: object): void;
  close(): void;
  /** Resolves when the other side has gone. */
  readonly closed: Promise<void>;
}

export class Client {
  /** Events not yet looked at, in order. */
  readonly events: DebugProtocol.Event[] = [];
  /** Every message that came, in order. */
  readonly told: DebugProtocol.ProtocolMessage[] = [];
  private readonly answers = new Map<number, (response: DebugProtocol.Response) => void>();
  private readonly waiting = new Set<() => void>();
  private seq = 1;
  private wire: Wire | undefined;

  /** To be called once, with what carries the messages. */
  over(open: (take: (message: unknown) => void) => Wire): this {
    this.wire = open((message) => this.take(message as Message));
    return this;
  }
  get closed(): Promise<void> {
    return (this.wire as Wire).closed;
  }
  close(): void {
    this.wire?.close();
  }

  private take(message: Message): void {
    this.told.push(message);
    if (message.type === "response") {
      const response = message as DebugProtocol.Response;
      this.answers.get(response.request_seq)?.(response);
      this.answers.delete(response.request_seq);
    } else if (message.type === "event") {
      this.events.push(message as DebugProtocol.Event);
      for (const wake of this.waiting) wake();
    }
  }

  /** The whole response, successful or not. */
  ask(command: string, args?: object): Promise<DebugProtocol.Response> {
    const seq = this.seq++;
    const answer = new Promise<DebugProtocol.Response>((resolve) => this.answers.set(seq, resolve));
    this.wire?.send({ seq, type: "request", command, ...(args === undefined ? {} : { arguments: args }) });
    return answer;
  }
  /** The body of a response that must be successful. */
  async get<Body = Record<string, unknown>>(command: string, args?: object): Promise<Body> {
    const response = await this.ask(command, args);
    if (!response.success) throw new Error(`${command}: ${response.message}`);
    return response.body as Body;
  }
  /** The first event of one of these names, those before it being dropped or handed to `passing`. */
  async event(names: readonly string[], passing?: (event: DebugProtocol.Event) => void): Promise<DebugProtocol.Event> {
    for (;;) {
      const event = this.events.shift();
      if (!event) {
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error(`no ${names.join(" or ")} event came`)), 5000);
          const wake = (): void => {
            clearTimeout(timer);
            this.waiting.delete(wake);
            resolve();
          };
          this.waiting.add(wake);
        });
        continue;
      }
      if (names.includes(event.event)) return event;
      passing?.(event);
    }
  }
}

/** A session in this process. Messages arrive later than they are sent, as over a wire. */
export function inProcess(host: Omit<Host, "ended">): Client {
  return new Client().over((take) => {
    let leave = (): void => {};
    const closed = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const session = createSession({ ...host, ended: () => leave() }, (message) => {
      const text = JSON.stringify(message);
      queueMicrotask(() => take(JSON.parse(text)));
    });
    return {
      send: (message) => session.handle(JSON.parse(JSON.stringify(message))),
      close: () => session.close(),
      closed,
    };
  });
}

/** The adapter as a process of its own, with `env` besides the environment of this one. */
export function overStdio(
  bundle: string,
  env: NodeJS.ProcessEnv = {},
): Client & { readonly child: ChildProcessWithoutNullStreams } {
  const child = spawn(process.execPath, [bundle], { stdio: "pipe", env: { ...process.env, ...env } });
  const client = new Client().over((take) => {
    const read = unframe(take);
    child.stdout.on("data", read);
    const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
    return {
      send: (message) => void child.stdin.write(frame(message)),
      close: () => void child.stdin.end(),
      closed,
    };
  });
  return Object.assign(client, { child });
}
