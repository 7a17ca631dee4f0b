/** The lines a packet can stop at, and why some of them never will. */
import type { Block, Policy, Rule, Source } from "../policy/policy.ts";
import { lineOf } from "../syntax/document.ts";
import type { ScenarioStatement, Statement } from "../syntax/tree.ts";

export interface Stoppable {
  readonly statement: Statement;
  readonly uri: string;
  /** From 1. */
  readonly line: number;
  readonly lastLine: number;
  readonly column: number;
  /** Why the packet can never be here, in words; undefined: it can. */
  readonly never?: string;
}

/** Line, last line and column, from 1, of a statement; of a block, of its head. */
export function extent(statement: Statement): { line: number; lastLine: number; column: number } {
  const { text } = statement.chunk;
  const line = lineOf(statement);
  const lines = text.slice(statement.start, statement.end).split("\n").length - 1;
  return {
    line,
    lastLine: line + lines,
    column: statement.start - (text.lastIndexOf("\n", statement.start - 1) + 1) + 1,
  };
}

/**
 * All of them, by file, in order of line. `running` is the scenario of the session; undefined when it is a packet or a
 * capture that runs.
 */
export function stoppables(
  policy: Policy,
  running: ScenarioStatement | undefined,
): ReadonlyMap<string, readonly Stoppable[]> {
  const found = new Map<string, Stoppable[]>();
  const add = (source: Source | undefined, never: string | undefined): void => {
    if (!source) return;
    const { uri, statement } = source;
    const list = found.get(uri) ?? [];
    found.set(uri, list);
    list.push({ statement, uri, ...extent(statement), ...(never === undefined ? {} : { never }) });
  };

  const used = usedBlocks(policy);
  for (const chain of policy.chains) {
    const idle = chain.vnics.size === 0 ? `chain ${chain.name} covers no vNIC` : undefined;
    for (const slot of chain.slots.values()) {
      add(slot.source, idle);
    }
  }
  for (const block of policy.blocks.values()) {
    const idle = used.has(block) ? undefined : unplaced(block);
    for (const rule of rulesOf(block)) add(rule.source, idle ?? unused(rule));
    add(block.default?.source, idle);
    if (block.module !== "swsec") continue;
    const off = block.spoofguard.mode === "off" ? "spoofguard is off: nothing is compared with a binding" : undefined;
    add(block.spoofguard.source, idle ?? off);
    for (const binding of block.bindings) add(binding.source, idle ?? off);
  }
  for (const appliance of policy.appliances.values()) {
    const served = [...used].some((block) => block.module === "redirect" && block.via === appliance);
    const idle = served ? undefined : `no slot redirects to appliance ${appliance.name}`;
    for (const rule of appliance.inspect?.rules ?? []) add(rule.source, idle ?? unused(rule));
    add(appliance.inspect?.default?.source, idle);
  }
  for (const { uri, statement: scenario } of policy.scenarios) {
    const other = running
      ? `scenario "${scenario.title?.text ?? ""}" is not the one that runs`
      : "no scenario runs in this session";
    for (const step of scenario.children)
      if (step.kind === "send" && step.packet) add({ uri, statement: step }, scenario === running ? undefined : other);
  }
  for (const list of found.values()) list.sort((a, b) => a.line - b.line || a.column - b.column);
  return found;
}

/** The blocks that a packet can come to: a chain that covers a vNIC has a slot for them. */
export function usedBlocks(policy: Policy): ReadonlySet<Block> {
  const used = new Set<Block>();
  for (const chain of policy.chains) {
    if (chain.vnics.size === 0) continue;
    for (const slot of chain.slots.values()) if (slot.block) used.add(slot.block);
  }
  return used;
}
export const unplaced = (block: Block): string => `no chain has a slot for ${block.module} ${block.name}`;

/** Of each firewall that was asked for: a hundred thousand rules are not put together for each breakpoint. */
const firewalls = new WeakMap<Block, readonly Rule[]>();

export function rulesOf(block: Block): readonly Rule[] {
  if (block.module === "swsec") return [];
  if (block.module !== "dfw") return block.rules;
  let rules = firewalls.get(block);
  if (rules === undefined) {
    rules = block.sections.flatMap((section) => section.rules);
    firewalls.set(block, rules);
  }
  return rules;
}
const unused = (rule: Rule): string | undefined => (rule.disabled ? `rule ${rule.id} is disabled` : undefined);

/**
 * Where a breakpoint asked for on a line stands: on the statement that covers the line, else on the next that can be
 * reached. Undefined: there is none.
 */
export function settle(list: readonly Stoppable[], line: number, column?: number): Stoppable | undefined {
  let below = 0;
  for (let end = list.length; below < end; ) {
    const middle = (below + end) >> 1;
    if ((list[middle] as Stoppable).line <= line) below = middle + 1;
    else end = middle;
  }
  // None lies inside another: what ends above the line has nothing before it that does not.
  let first = below;
  while (first > 0 && (list[first - 1] as Stoppable).lastLine >= line) first--;
  const here = list.slice(first, below);
  const exact = here.filter((s) => s.line === line);
  if (exact.length > 0) return exact.find((s) => column === undefined || s.column >= column) ?? exact.at(-1);
  if (here.length > 0) return here.at(-1);
  for (; below < list.length; below++) if (list[below]?.never === undefined) return list[below];
  return undefined;
}
