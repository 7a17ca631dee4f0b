/** Rule ids are unique in a block: a firewall's in all its sections, an appliance's in its `inspect`. */

import { eachStatement } from "../syntax/statements.ts";
import type { BlockStatement, Int, RuleStatement } from "../syntax/tree.ts";
import { type Finding, finding, related } from "./finding.ts";

type Numbered = RuleStatement & { readonly id: Int };
const isNumbered = (rule: RuleStatement): rule is Numbered => rule.id !== undefined;

/** The rules of a block at the top of a file, by their ids. */
export class RuleIds {
  readonly #byId = new Map<number, Numbered | Numbered[]>();
  /** Ids of several rules. */
  readonly #repeated = new Set<number>();
  /** Ids that rules came to or went from since findings were last made, and whether any rule had them then. */
  readonly #touched = new Map<number, boolean>();
  #found: readonly Finding[] | undefined;

  constructor(block: BlockStatement) {
    eachStatement(block.children, (statement) => {
      if (statement.kind === "rule") this.add(statement);
    });
  }

  has(rule: RuleStatement): boolean {
    return !isNumbered(rule) || this.#of(rule.id.value).includes(rule);
  }
  add(rule: RuleStatement): void {
    if (!isNumbered(rule)) return;
    const id = rule.id.value;
    this.#touch(id);
    const found = this.#byId.get(id);
    if (found === undefined) this.#byId.set(id, rule);
    else if (Array.isArray(found)) found.push(rule);
    else this.#byId.set(id, [found, rule]);
    if (found !== undefined) this.#repeated.add(id);
  }
  delete(rule: RuleStatement): void {
    if (!isNumbered(rule)) return;
    const id = rule.id.value;
    const found = this.#of(id);
    const at = found.indexOf(rule);
    if (at < 0) return;
    this.#touch(id);
    const others = found.toSpliced(at, 1);
    if (others.length === 0) this.#byId.delete(id);
    else this.#byId.set(id, others.length === 1 ? (others[0] as Numbered) : others);
    if (others.length < 2) this.#repeated.delete(id);
  }
  #of(id: number): readonly Numbered[] {
    const found = this.#byId.get(id) ?? [];
    return Array.isArray(found) ? found : [found];
  }

  #touch(id: number): void {
    if (this.#repeated.has(id)) this.#found = undefined;
    else if (!this.#touched.has(id)) this.#touched.set(id, this.#byId.has(id));
  }

  /** The same list as before where no rule of a repeated id came or went, and no other id is taken than was. */
  findings(uri: string): readonly Finding[] {
    for (const [id, had] of this.#touched)
      if (this.#repeated.has(id) || this.#byId.has(id) !== had) this.#found = undefined;
    this.#touched.clear();
    this.#found ??= this.#make(uri);
    return this.#found;
  }
  #make(uri: string): Finding[] {
    const findings: Finding[] = [];
    const free = nextFree(this.#byId);
    for (const id of this.#repeated) {
      const [first, ...others] = [...this.#of(id)].sort(inOrder) as [Numbered, ...Numbered[]];
      let other = id;
      for (const statement of others) {
        other = free(other);
        const message = `An earlier rule of this block has the id ${id}; ids tell rules apart in logs, traces and hit counts.`;
        const there = [related({ uri, statement: first }, "The first rule of this id.", first.id)];
        const data = { free: other };
        findings.push(
          finding("rule-id-duplicate", { uri, statement }, statement.id, message, { related: there, data }),
        );
      }
    }
    return findings;
  }
}

/** The next id behind another that none of these is. What was gone over once is passed at a step the next time. */
function nextFree(taken: ReadonlyMap<number, unknown>): (id: number) => number {
  const behind = new Map<number, number>();
  return (id) => {
    const passed: number[] = [];
    let free = id + 1;
    while (taken.has(free)) {
      passed.push(free);
      free = behind.get(free) ?? free + 1;
    }
    for (const one of passed) behind.set(one, free);
    return free;
  };
}

const inOrder = (a: RuleStatement, b: RuleStatement): number => a.chunk.line - b.chunk.line || a.start - b.start;
