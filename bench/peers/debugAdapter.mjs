// A debug adapter as small as one can be on Microsoft's own library, which its sample adapter (mock-debug) is built on:
// a program of lines to step through, with a stack, a scope and variables.
import { readFileSync } from "node:fs";
import {
  DebugSession,
  InitializedEvent,
  Scope,
  Source,
  StackFrame,
  StoppedEvent,
  TerminatedEvent,
  Thread,
} from "@vscode/debugadapter";

class Session extends DebugSession {
  #line = 0;
  #lines = [];
  #source;

  initializeRequest(response) {
    response.body = { supportsConfigurationDoneRequest: true };
    this.sendResponse(response);
    this.sendEvent(new InitializedEvent());
  }
  launchRequest(response, { program }) {
    this.#lines = readFileSync(program, "utf8").split("\n");
    this.#source = new Source("program", program);
    this.sendResponse(response);
    this.#stop("entry");
  }
  configurationDoneRequest(response) {
    this.sendResponse(response);
  }
  nextRequest(response) {
    this.#line++;
    this.sendResponse(response);
    if (this.#line < this.#lines.length) this.#stop("step");
    else this.sendEvent(new TerminatedEvent());
  }
  threadsRequest(response) {
    response.body = { threads: [new Thread(1, "main")] };
    this.sendResponse(response);
  }
  stackTraceRequest(response) {
    response.body = { stackFrames: [new StackFrame(1, "main", this.#source, this.#line + 1)], totalFrames: 1 };
    this.sendResponse(response);
  }
  scopesRequest(response) {
    response.body = { scopes: [new Scope("Locals", 1, false)] };
    this.sendResponse(response);
  }
  variablesRequest(response) {
    const words = (this.#lines[this.#line] ?? "").split(/\s+/).slice(0, 20);
    response.body = {
      variables: words.map((value, index) => ({ name: `word ${index}`, value, variablesReference: 0 })),
    };
    this.sendResponse(response);
  }
  // mock-debug lets the event loop turn before each event of a stop.
  #stop(reason) {
    setTimeout(() => this.sendEvent(new StoppedEvent(reason, 1)), 0);
  }
}
DebugSession.run(Session);
