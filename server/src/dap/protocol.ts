/**
 * Requests in, responses and events out: the Debug Adapter Protocol without a transport and without Node, so that the
 * same session runs over stdio, over a socket, and inline in a browser. Whatever a request throws becomes its answer.
 */
import type { DebugProtocol } from "@vscode/debugprotocol";
import { seen } from "../unseen.ts";
import { type Shown, withSeen } from "../wire/shown.ts";

/** A request that cannot be done, in words for the person at the keyboard. */
export class RequestError extends Error {
  /** Whether the editor should show it in a dialog of its own. */
  readonly show: boolean;
  constructor(message: string, show = false) {
    super(message);
    this.show = show;
  }
}

// biome-ignore lint/suspicious/noConfusingVoidType: a handler without a body returns nothing
export type Answer = object | undefined | void;
/** Answers a request. What must follow the response (an event, the run) is handed to `after`. */
export type Handler = (args: never, after: (action: () => void) => void, seq: number) => Answer | Promise<Answer>;

/** What of a body a person is shown; a text to put in, or of a source, comes as it is. */
const WORDS: Shown = {
  shown: new Set(["output", "value", "result", "message", "format", "description", "details", "name"]),
  raw: new Set(["variables", "source", "targets", "data"]),
};
/** A variable is set by its name. */
const OF_VARIABLES: Shown = { shown: new Set(["value"]), raw: new Set() };

export class Protocol {
  private readonly post: (message: object) => void;
  private readonly handlers: Readonly<Record<string, Handler>>;
  /** Throws when a request's arguments are none. */
  private readonly check: (command: string, given: unknown) => void;
  private seq = 1;

  constructor(
    post: (message: object) => void,
    handlers: Readonly<Record<string, Handler>>,
    check: (command: string, given: unknown) => void,
  ) {
    this.post = post;
    this.handlers = handlers;
    this.check = check;
  }

  event(event: string, body?: object): void {
    this.post({
      seq: this.seq++,
      type: "event",
      event,
      ...(body === undefined ? {} : { body: withSeen(body, WORDS) }),
    });
  }

  handle(message: unknown): void {
    const request = message as DebugProtocol.Request;
    if (typeof request !== "object" || request === null || request.type !== "request") return;
    const handler = Object.hasOwn(this.handlers, request.command) ? this.handlers[request.command] : undefined;
    if (!handler) {
      this.refuse(request, new RequestError(`this adapter does not know the request ${request.command}`));
      return;
    }
    const afterwards: (() => void)[] = [];
    const done = (body: Answer): void => {
      this.respond(request, { success: true, ...(body ? { body: shownBody(request, body) } : {}) });
      for (const action of afterwards) action();
    };
    try {
      this.check(request.command, request.arguments ?? {});
      const answer = handler((request.arguments ?? {}) as never, (action) => void afterwards.push(action), request.seq);
      if (answer instanceof Promise) answer.then(done, (error: unknown) => this.refuse(request, error));
      else done(answer);
    } catch (error) {
      this.refuse(request, error);
    }
  }

  private refuse(request: DebugProtocol.Request, error: unknown): void {
    const message = seen(error instanceof Error ? error.message : String(error));
    const show = error instanceof RequestError && error.show;
    // What is not meant for the user is a fault of ours: its place belongs in the log, once.
    if (!(error instanceof RequestError) && error instanceof Error)
      this.event("output", {
        category: "telemetry",
        output: "fault",
        data: { command: request.command, stack: error.stack },
      });
    this.respond(request, {
      success: false,
      message,
      body: { error: { id: 1, format: message, showUser: show } },
    });
  }

  private respond(request: DebugProtocol.Request, rest: object): void {
    this.post({ seq: this.seq++, type: "response", request_seq: request.seq, command: request.command, ...rest });
  }
}

function shownBody({ command, arguments: given }: DebugProtocol.Request, body: object): object {
  if (command === "variables") return withSeen(body, OF_VARIABLES);
  // Custom requests answer the client, which shows what it likes; a copy is what was written.
  const isCopy = command === "evaluate" && (given as DebugProtocol.EvaluateArguments).context === "clipboard";
  return isCopy || command.startsWith("iochain") || command === "source" ? body : withSeen(body, WORDS);
}
