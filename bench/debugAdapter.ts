/**
 * The debug adapter over its wire, beside one that is as small as can be on the library that mock-debug is built on; and
 * beside mock-debug itself, which is no package, where somebody has built it in `bench/mock-debug`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { frame, unframe } from "../server/src/wire/framing.ts";
import type { Figure } from "./figure.ts";
import { spread } from "./languageServer.ts";
import { makePolicy, nsxShape, policyText } from "./policies.ts";

const root = join(import.meta.dirname, "..");
const STEPS = 60;
export const MOCK = "mock-debug";
export const FLOOR = "the least on @vscode/debugadapter";

interface Message {
  readonly type: string;
  readonly event?: string;
  readonly request_seq?: number;
  readonly body?: { readonly [key: string]: unknown };
}

export async function debugAdapter(sizes: readonly number[]): Promise<Figure[]> {
  const subjects = [
    { name: "IOChain", program: join(root, "dist/debug-adapter.js"), step: "stepIn", needs: "dist" },
    {
      name: MOCK,
      program: join(root, "bench/mock-debug/out/debugAdapter.js"),
      step: "next",
      needs: "bench/mock-debug",
    },
    { name: FLOOR, program: join(root, "bench/peers/debugAdapter.mjs"), step: "next", needs: "bench/node_modules" },
  ].filter(({ needs }) => existsSync(join(root, needs)));
  const folder = mkdtempSync(join(tmpdir(), "iochain-bench-"));
  const figures: Figure[] = [];
  try {
    for (const size of sizes.filter((rules) => rules <= 10_000)) {
      const policy = makePolicy(nsxShape(size));
      const file = join(folder, `${size}.iochain`);
      const [a, b] = policy.vms;
      const scenario = `scenario "bench" {\n${`  send tcp ${a?.name}:40000 -> ${b?.name}:443 syn\n`.repeat(STEPS)}}\n`;
      writeFileSync(file, policyText(policy) + scenario);
      for (const { name, program, step } of subjects) {
        const runs: Timings[] = [];
        for (let run = 0; run < 5; run += 1) runs.push(await session(program, file, step));
        const add = (what: string, times: readonly number[]) => {
          const { median, p95 } = spread(times);
          figures.push({ suite: "debug adapter", what, subject: name, size, value: median, p95, unit: "ms" });
        };
        add(
          "start until the first stop",
          runs.map((run) => run.firstStop),
        );
        add(
          "step until stopped",
          runs.flatMap((run) => run.steps),
        );
        add(
          "step, threads, stack, scopes, variables",
          runs.flatMap((run) => run.refreshes),
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return figures;
}

interface Timings {
  readonly firstStop: number;
  readonly steps: readonly number[];
  readonly refreshes: readonly number[];
}

async function session(program: string, file: string, step: string): Promise<Timings> {
  const begun = performance.now();
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = new Map<number, (message: Message) => void>();
  let stopped: (() => void) | undefined;
  const take = unframe((bytes) => {
    const message = bytes as Message;
    if (message.type === "response") answers.get(message.request_seq as number)?.(message);
    else if (message.event === "stopped") stopped?.();
  });
  child.stdout.on("data", take);
  let seq = 0;
  const ask = (command: string, args: object = {}): Promise<Message> => {
    seq += 1;
    const answer = new Promise<Message>((resolve) => answers.set(seq, resolve));
    child.stdin.write(frame({ seq, type: "request", command, arguments: args }));
    return answer;
  };
  const nextStop = () =>
    new Promise<void>((resolve) => {
      stopped = resolve;
    });

  await ask("initialize", { adapterID: "bench", linesStartAt1: true, columnsStartAt1: true, pathFormat: "path" });
  const entry = nextStop();
  const launched = ask("launch", { program: file, stopOnEntry: true });
  await ask("configurationDone");
  await launched;
  await entry;
  const firstStop = performance.now() - begun;

  const moved = async () => {
    const stop = nextStop();
    await ask(step, { threadId: 1 });
    await stop;
  };
  const steps: number[] = [];
  const refreshes: number[] = [];
  for (let i = 0; i < STEPS / 2; i += 1) {
    const from = performance.now();
    await moved();
    steps.push(performance.now() - from);
  }
  for (let i = 0; i < STEPS / 2 - 1; i += 1) {
    const from = performance.now();
    await moved();
    await ask("threads");
    const { stackFrames } = (await ask("stackTrace", { threadId: 1 })).body as { stackFrames: { id: number }[] };
    const { scopes } = (await ask("scopes", { frameId: stackFrames[0]?.id })).body as {
      scopes: { variablesReference: number }[];
    };
    for (const { variablesReference } of scopes) await ask("variables", { variablesReference });
    refreshes.push(performance.now() - from);
  }
  // As an editor ends it: what it keeps for its next start is written then.
  const ended = once(child, "close");
  child.stdin.write(frame({ seq: seq + 1, type: "request", command: "disconnect", arguments: {} }));
  await ended;
  return { firstStop, steps, refreshes };
}
