/**
 * Coverage: which rules, bindings and defaults have had a packet. A scenario's packets are those that it sends or
 * replays; an assert speaks of a whole class, so it exercises every rule that decides any of them.
 */
import type { ScenarioResult } from "../chain/scenario.ts";
import type { Trace } from "../chain/trace.ts";
import type { World } from "../chain/world.ts";
import type { Binding, Policy, Rule, Source } from "../policy/policy.ts";
import { rangesOverlap } from "../policy/ranges.ts";
import { type Box, SOURCE, type Values } from "../space/box.ts";
import { ClauseResolver } from "../space/clauses.ts";
import { type FateClass, fatesOf, sourceOf } from "../space/fates.ts";
import type { Budget } from "../space/find.ts";
import { Places, type RuleBlock, rulesOf } from "../space/places.ts";
import { Trips } from "../space/trips.ts";
import { lineOf } from "../syntax/document.ts";
import type { Steps } from "../syntax/steps.ts";
import type { AssertStatement, Statement } from "../syntax/tree.ts";

export type CoverageKind = "rule" | "default" | "binding";
/** Something that decides, and how often it has. */
export interface CoverageItem {
  readonly kind: CoverageKind;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly block: string;
  /** Of a rule. */
  readonly id?: number;
  readonly name?: string;
  /** Packets of scenarios and captures, and asserts, that it decided for. */
  readonly hits: number;
}
export interface CoverageCount {
  readonly covered: number;
  readonly total: number;
}
export interface CoverageReport {
  readonly rules: CoverageCount;
  readonly defaults: CoverageCount;
  readonly bindings: CoverageCount;
  /** By file and line. Disabled rules are left out: nothing can exercise them. */
  readonly items: readonly CoverageItem[];
  /** Lines of asserts that were too large to be followed: what they exercise is not counted. */
  readonly undecided: readonly { readonly file: string; readonly line: number }[];
}

/** How much the asserts of a policy may cost together: some seconds at the worst. */
const WORK = 100_000_000;

interface Counted extends CoverageItem {
  readonly statement: Statement;
  hits: number;
}

/** Counts over one policy; results of several policies come together in `report`. */
export class Coverage {
  readonly #policy: Policy;
  readonly #items = new Map<Statement, Counted>();
  /** By `BLOCK.ID`, as the world counts hits. */
  readonly #rules = new Map<string, Counted>();
  readonly #bindings = new Map<string, Counted[]>();
  /** By file and line. */
  readonly #defaults = new Map<string, Counted>();
  readonly #undecided: { file: string; line: number }[] = [];
  readonly #left: Budget = { steps: Number.POSITIVE_INFINITY, work: WORK };
  #sets: { readonly places: Places; readonly trips: Trips; readonly clauses: ClauseResolver } | undefined;

  constructor(policy: Policy) {
    this.#policy = policy;
    for (const block of policy.blocks.values())
      if (block.module === "swsec") for (const binding of block.bindings) this.#addBinding(block.name, binding);
      else this.#addBlock(block);
    for (const appliance of policy.appliances.values()) this.#addBlock(appliance);
  }

  #addBlock(block: RuleBlock): void {
    const frames = "module" in block && block.module === "dfw" ? block.ethernetRules : [];
    for (const rule of [...frames, ...rulesOf(block)]) this.#addRule(block.name, rule);
    const otherwise = "module" in block ? block.default : block.inspect?.default;
    if (otherwise === undefined) return;
    const item = this.#add("default", block.name, otherwise.source);
    this.#defaults.set(placeOf(item), item);
  }
  #addRule(block: string, rule: Rule): void {
    if (rule.disabled) return;
    const { id, title } = rule;
    const item = this.#add("rule", block, rule.source, { id, ...(title !== undefined && { name: title }) });
    const key = `${block}.${id}`;
    if (!this.#rules.has(key)) this.#rules.set(key, item);
  }
  #addBinding(block: string, { source, vnic }: Binding): void {
    const item = this.#add("binding", block, source, { name: vnic.id });
    const same = this.#bindings.get(vnic.id);
    if (same === undefined) this.#bindings.set(vnic.id, [item]);
    else same.push(item);
  }
  #add(kind: CoverageKind, block: string, source: Source, more: Partial<CoverageItem> = {}): Counted {
    const { uri, statement } = source;
    const item: Counted = { kind, file: uri, line: lineOf(statement), block, ...more, hits: 0, statement };
    this.#items.set(statement, item);
    return item;
  }

  /** The packets that a scenario sent and replayed. */
  addScenario({ steps, world }: ScenarioResult): void {
    this.addHits(world);
    for (const { trace, traces } of steps) for (const each of traces ?? (trace ? [trace] : [])) this.addTrace(each);
  }

  /** The rules of a world: it knows those that marked a packet or had it jump, too. */
  addHits({ hits: counted }: World): void {
    for (const [key, hits] of counted.entries()) {
      const item = this.#rules.get(key);
      if (item !== undefined) item.hits += hits;
    }
  }

  /** The bindings and defaults of a packet's trip. */
  addTrace({ walks }: Trace): void {
    for (const { vnic, slots } of walks)
      for (const { by } of slots) {
        if (by?.kind === "binding") this.#bind(vnic);
        else if ((by?.kind === "default" || by?.kind === "appliance") && by.id === undefined) {
          const item = this.#defaults.get(placeOf(by));
          if (item !== undefined) item.hits += 1;
        }
      }
  }
  #bind(vnic: string): void {
    for (const item of this.#bindings.get(vnic) ?? []) item.hits += 1;
  }

  /** Everything that decides about a packet of which the assert speaks. */
  *addAssert({ uri, statement }: Source<AssertStatement>): Steps<void> {
    if (statement.broken || statement.property === undefined) return;
    this.#sets ??= setsOf(this.#policy);
    const { places, trips, clauses } = this.#sets;
    const met = new Set<Counted>();
    for (const route of trips.routes(clauses.packets(statement, places.meaning))) {
      const classes = yield* fatesOf(places, route, this.#left, false);
      if (classes === undefined) {
        this.#undecided.push({ file: uri, line: lineOf(statement) });
        break;
      }
      for (const each of classes) this.#meet(each, met, places);
    }
    for (const item of met) item.hits += 1;
  }
  #meet({ boxes, fate, route }: FateClass, met: Set<Counted>, places: Places): void {
    for (const decision of fate.decisions) {
      const statement = sourceOf(decision)?.statement;
      const item = statement && this.#items.get(statement);
      if (item !== undefined) met.add(item);
      if (decision.module !== "swsec" || decision.way === "in") continue;
      for (const vnic of route.sender.vnics) {
        const bindings = this.#bindings.get(vnic.id);
        if (
          bindings !== undefined &&
          boxes.some((box) => sends(box, places.meaning.heldByOne(vnic, box.layer as 4 | 6)))
        )
          for (const binding of bindings) met.add(binding);
      }
    }
    for (const rule of fate.marked) {
      const item = this.#items.get(rule.source.statement);
      if (item !== undefined) met.add(item);
    }
  }

  report(): CoverageReport {
    return reportOf(
      [...this.#items.values()].map(({ statement: _, ...item }) => item),
      this.#undecided,
    );
  }
}

const placeOf = ({ file, line }: { readonly file?: string; readonly line?: number }): string => `${file}:${line}`;
const sends = (box: Box, held: Values): boolean => rangesOverlap(box.fields[SOURCE] as Values, held);

function setsOf(policy: Policy) {
  const places = new Places(policy, false, () => false);
  return { places, trips: new Trips(places), clauses: new ClauseResolver(policy) };
}

function reportOf(items: readonly CoverageItem[], undecided: CoverageReport["undecided"]): CoverageReport {
  const count = (kind: CoverageKind): CoverageCount => {
    const all = items.filter((item) => item.kind === kind);
    return { covered: all.filter(({ hits }) => hits > 0).length, total: all.length };
  };
  const sorted = [...items].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line);
  return { rules: count("rule"), defaults: count("default"), bindings: count("binding"), items: sorted, undecided };
}

/** Several policies' coverage as one: what two of them import is counted for both. */
export function together(reports: readonly CoverageReport[]): CoverageReport {
  const items = new Map<string, CoverageItem>();
  for (const item of reports.flatMap((report) => report.items)) {
    const key = JSON.stringify([item.file, item.line, item.kind, item.block, item.id, item.name]);
    const same = items.get(key);
    items.set(key, same === undefined ? item : { ...same, hits: same.hits + item.hits });
  }
  return reportOf(
    [...items.values()],
    reports.flatMap((report) => report.undecided),
  );
}

/** `12 of 14 rules, 2 of 2 defaults, 3 of 4 bindings`: what there is of. */
export function coverageText({ rules, defaults, bindings }: CoverageReport): string {
  const parts = Object.entries({ rules, defaults, bindings }).flatMap(([word, { covered, total }]) =>
    total === 0 ? [] : [`${covered} of ${total} ${word}`],
  );
  return parts.length === 0 ? "nothing to cover" : parts.join(", ");
}

/** As geninfo(1) writes it: a record a file, a line of data a line that has something to cover. */
export function lcov({ items }: CoverageReport): string {
  const files = new Map<string, Map<number, number>>();
  for (const { file, line, hits } of items) {
    const lines = files.get(file) ?? new Map<number, number>();
    files.set(file, lines);
    // Of several on one line, the line is covered when all are.
    lines.set(line, Math.min(lines.get(line) ?? hits, hits));
  }
  const out: string[] = [];
  for (const [file, lines] of files) {
    out.push("TN:", `SF:${file}`);
    for (const [line, hits] of lines) out.push(`DA:${line},${hits}`);
    const hit = [...lines.values()].filter((hits) => hits > 0).length;
    out.push(`LF:${lines.size}`, `LH:${hit}`, "end_of_record");
  }
  return out.join("\n");
}
