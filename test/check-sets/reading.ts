/** Policies and packets from text, for the tests that hold sets and engine together. */
import { expect } from "vitest";
import type { Sending } from "../../server/src/chain/packet.ts";
import { sendingOf } from "../../server/src/chain/scenario.ts";
import { World } from "../../server/src/chain/world.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import type { Policy } from "../../server/src/policy/policy.ts";
import { loadProgram, type Program } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import type { SendStep } from "../../server/src/syntax/tree.ts";

/** Random policies a property looks at; more of them by `RUNS=2000`. */
export const RUNS = Number(process.env.RUNS ?? 60);

/** Of a text without syntax errors. */
export function read(text: string): { readonly program: Program; readonly policy: Policy } {
  const document = parseFile("p.iochain", text);
  expect([...document.errors()].map(({ error }) => error.message)).toEqual([]);
  const program = loadProgram("p.iochain", (uri) => (uri === "p.iochain" ? document : undefined));
  return { program, policy: compilePolicy(program) };
}
export const compile = (text: string): Policy => read(text).policy;

/** The packet of a `send`, at the start of a scenario. */
export function sending(policy: Policy, send: string): { world: World; sending: Sending } {
  const document = parseFile("s.iochain", `scenario "s" {\n  send ${send}\n}`);
  expect([...document.errors()].map(({ error }) => `${error.message}: ${send}`)).toEqual([]);
  const scenario = document.tree.statements[0] as unknown as { children: SendStep[] };
  const world = World.start(policy);
  const made = sendingOf(world, scenario.children[0] as SendStep);
  if ("error" in made) throw new Error(`${made.error}: ${send}`);
  return { world, sending: made };
}
