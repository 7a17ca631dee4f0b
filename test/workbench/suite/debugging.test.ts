import * as assert from "node:assert/strict";
import type { DebugProtocol } from "@vscode/debugprotocol";
import * as vscode from "vscode";
import { eventually, openPolicy, placeOf } from "./policy.ts";

/** The answer to `iochain/chain`, as far as these tests look at it. */
interface Chain {
  readonly current?: number;
  readonly slots: readonly { readonly slot: number }[];
}

describe("debugging", () => {
  let document: vscode.TextDocument;
  let stops = 0;
  let tracker: vscode.Disposable;

  before(async () => {
    tracker = vscode.debug.registerDebugAdapterTrackerFactory("iochain", {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: (message: DebugProtocol.Event) => {
          if (message.type === "event" && message.event === "stopped") stops++;
        },
      }),
    });
    document = await openPolicy("three-tier.iochain");
  });
  after(() => tracker.dispose());
  beforeEach(() => {
    stops = 0;
  });
  afterEach(async () => {
    await vscode.debug.stopDebugging();
    await eventually("the session to end", () => (vscode.debug.activeDebugSession ? undefined : true));
  });

  it("stops at the first packet of the first scenario, without a launch.json", async () => {
    await start("workbench.action.debug.start");
    assert.equal((await frames())[0]?.line, lineOf("send tcp 203.0.113.7:51000 -> web-01:443 syn"));
  });

  it("steps into a slot and its block, and back", async () => {
    await start("workbench.action.debug.start");
    const atPacket = await frames();
    await move("stepIn");
    const atSlot = await frames();
    assert.match(atSlot[0]?.name ?? "", /^slot \d+ · .* · in · web-01\.eth0$/);
    assert.equal(atSlot.length, 2);
    await move("stepIn");
    assert.equal((await frames()).length, 3);
    await move("stepBack");
    assert.deepEqual(shown(await frames()), shown(atSlot));
    await move("stepBack");
    assert.deepEqual(shown(await frames()), shown(atPacket));
  });

  it("answers with all sixteen slots for the chain view", async () => {
    await start("workbench.action.debug.start");
    await move("stepIn");
    const chain: Chain = await session().customRequest("iochain/chain");
    assert.deepEqual(
      chain.slots.map(({ slot }) => slot),
      Array.from({ length: 16 }, (_, slot) => slot),
    );
    assert.equal(`slot ${chain.current}`, (await frames())[0]?.name.split(" · ")[0]);
  });

  it("stops at a breakpoint on a rule", async () => {
    const line = lineOf("rule 1002");
    const breakpoint = new vscode.SourceBreakpoint(new vscode.Location(document.uri, new vscode.Position(line - 1, 0)));
    vscode.debug.addBreakpoints([breakpoint]);
    try {
      await start("workbench.action.debug.start");
      await move("continue");
      assert.equal((await frames())[0]?.line, line);
    } finally {
      vscode.debug.removeBreakpoints([breakpoint]);
    }
  });

  it("debugs the scenario that a code lens names", async () => {
    const argument = { uri: document.uri.toString(), scenario: "A connection that has gone quiet" };
    await start("iochain.debugScenario", argument);
    const last = (await frames()).at(-1);
    assert.equal(last?.line, lineOf('scenario "A connection that has gone quiet"') + 1);
  });

  it("debugs one packet", async () => {
    assert.ok(
      await vscode.debug.startDebugging(undefined, {
        type: "iochain",
        request: "launch",
        name: "one packet",
        program: document.uri.fsPath,
        packet: "tcp web-01:40000 -> db-01:22 syn",
      }),
    );
    await eventually("the first stop", () => (stops > 0 ? true : undefined));
    await move("stepIn");
    const chain: Chain & { packet: string } = await session().customRequest("iochain/chain");
    assert.match(chain.packet, /:22 syn$/);
  });

  function session(): vscode.DebugSession {
    const active = vscode.debug.activeDebugSession;
    assert.ok(active, "no session");
    return active;
  }

  async function start(command: string, ...args: unknown[]): Promise<void> {
    await vscode.commands.executeCommand(command, ...args);
    await eventually("the first stop", () => (stops > 0 && vscode.debug.activeDebugSession ? true : undefined));
  }

  /** Asks the adapter to move, and waits until it has stopped again. */
  async function move(request: "stepIn" | "stepBack" | "next" | "continue"): Promise<void> {
    const before = stops;
    await session().customRequest(request, { threadId: 1 });
    await eventually("the next stop", () => (stops > before ? true : undefined));
  }

  /** The call stack, innermost first. */
  async function frames(): Promise<DebugProtocol.StackFrame[]> {
    const answer: DebugProtocol.StackTraceResponse["body"] = await session().customRequest("stackTrace", {
      threadId: 1,
    });
    return answer.stackFrames;
  }

  /** What a person sees of frames; their ids change at every stop. */
  function shown(stack: readonly DebugProtocol.StackFrame[]): { name: string; line: number }[] {
    return stack.map(({ name, line }) => ({ name, line }));
  }

  /** From 1. */
  function lineOf(text: string): number {
    return placeOf(document, text).line + 1;
  }
});
