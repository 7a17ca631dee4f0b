/**
 * Whether a packet has passed lines with an error. What it came to there is not what the policy's author meant, and the
 * error has its finding already: an expectation that fails for it is no second mistake.
 */
import type { SlotTrace, Trace } from "../chain/trace.ts";
import { CATEGORIES } from "../policy/blocks.ts";
import { type Reference, referencesIn } from "../policy/names.ts";
import type { Block, Policy, Rule } from "../policy/policy.ts";
import { lineOf } from "../syntax/document.ts";
import { eachStatement, topOf } from "../syntax/statements.ts";
import type { SectionStatement, Statement } from "../syntax/tree.ts";
import { CODES, type Code } from "./codes.ts";
import type { Finding } from "./finding.ts";

/** Whether a statement has an error, by the findings so far: what depends on it then stays silent. */
export function withErrors(findings: Iterable<Finding>): (statement: Statement) => boolean {
  const wrong = new Set<Statement>();
  for (const { code, place } of findings) if (CODES[code].severity === "error") wrong.add(place.at.statement);
  return (statement) => statement.broken || wrong.has(statement);
}

/** Errors about lines that hold as they are written: what a packet does there is what the policy says. */
export const HOLDING: ReadonlySet<Code> = new Set([
  "duplicate-name",
  "rule-id-duplicate",
  "chain-overlap",
  "bind-duplicate-ip",
  "bind-duplicate-mac",
  "bind-mac-mismatch",
]);

/** Whether a part of a block is read before a rule of it has decided, or is that rule. */
export function isTriedBy(decider: Statement, statement: Statement): boolean {
  const section = sectionOf(statement);
  // What is no rule (exclusions, bindings, keys) is asked whatever the rules say.
  if (statement.kind !== "rule" && statement.kind !== "default" && !section) return true;
  const deciding = rank(sectionOf(decider));
  const own = rank(section);
  return own < deciding || (own === deciding && lineOf(statement) <= lineOf(decider));
}
const sectionOf = (statement: Statement): SectionStatement | undefined =>
  statement.kind === "section" ? statement : statement.parent?.kind === "section" ? statement.parent : undefined;
const ORDER: readonly string[] = CATEGORIES;
/** The place in the order of trying: frames first, then by category; one of an unknown category may come first. */
function rank(section: SectionStatement | undefined): number {
  if (!section) return ORDER.length;
  return section.ethernet ? -1 : ORDER.indexOf(section.category?.text ?? "application");
}

/** The rule of this id, if the block has one. */
export function ruleOf(block: Block, id: number): Rule | undefined {
  if (block.module === "swsec") return undefined;
  const lists = block.module === "dfw" ? block.sections.map(({ rules }) => rules) : [block.rules];
  for (const rules of lists) for (const rule of rules) if (rule.id === id) return rule;
  return undefined;
}

/** The errors of a policy, by the declaration that they are in, and the names that mean less than they should. */
export class Mistakes {
  readonly #policy: Policy;
  readonly #wrong = new Map<Statement, Statement[]>();
  #names: ReadonlySet<string> | undefined;

  constructor(policy: Policy, findings: Iterable<Finding>) {
    this.#policy = policy;
    for (const { code, place } of findings) {
      if (CODES[code].severity !== "error" || HOLDING.has(code)) continue;
      const { statement } = place.at;
      const owner = topOf(statement);
      const others = this.#wrong.get(owner);
      if (others) others.push(statement);
      else this.#wrong.set(owner, [statement]);
    }
  }

  /** Whether a packet of a step, or the one that refutes an assert, has met one of them. */
  met(statement: Statement, traces: readonly Trace[]): boolean {
    if (this.#wrong.size === 0) return false;
    return this.#isNamedIn(statement) || traces.some(({ walks }) => walks.some((walk) => this.#metIn(walk)));
  }

  #metIn({ chain, slots }: Trace["walks"][number]): boolean {
    const { chains } = this.#policy;
    const walked = chains.find(({ name }) => name === chain);
    return (
      (walked !== undefined && this.#wrong.has(walked.source.statement)) || slots.some((slot) => this.#metAt(slot))
    );
  }

  #metAt({ block: name, by }: SlotTrace): boolean {
    const block = name === undefined ? undefined : this.#policy.blocks.get(name);
    if (block === undefined || by?.kind === "state") return false;
    const { statement } = block.source;
    const decider = by?.kind === "rule" && by.id !== undefined ? ruleOf(block, by.id)?.source.statement : undefined;
    const isTried = (part: Statement) => decider === undefined || isTriedBy(decider, part);
    if (this.#wrong.get(statement)?.some(isTried)) return true;
    if (block.module === "redirect" && block.via && this.#wrong.has(block.via.source.statement)) return true;
    let named = false;
    if (this.#wrongNames.size > 0)
      eachStatement([statement], (part) => {
        named ||= isTried(part) && this.#isNamedIn(part);
      });
    return named;
  }

  #isNamedIn(statement: Statement): boolean {
    const names = this.#wrongNames;
    const isWrong = ({ space, name, owner }: Reference) =>
      names.has(`${space} ${name.text}`) || (owner !== undefined && names.has(`endpoint ${owner.text}`));
    return names.size > 0 && referencesIn(statement).some(isWrong);
  }

  /** Groups, services, machines and segments with an error, and whatever is made of them. */
  get #wrongNames(): ReadonlySet<string> {
    if (this.#names !== undefined) return this.#names;
    const { groups, services, vms, segments } = this.#policy;
    const declared = [
      ...[...segments.values(), ...vms.values(), ...groups.values()].map(({ name, source }) => ({
        key: `endpoint ${name}`,
        statement: source.statement as Statement,
      })),
      ...[...services.values()].flatMap(({ name, source }) =>
        source ? [{ key: `service ${name}`, statement: source.statement as Statement }] : [],
      ),
    ];
    const names = new Set<string>();
    for (const { key, statement } of declared) if (this.#wrong.has(statement)) names.add(key);
    this.#names = names;
    for (let size = -1; size !== names.size; ) {
      size = names.size;
      for (const { key, statement } of declared)
        if (size > 0) eachStatement([statement], (part) => void (this.#isNamedIn(part) && names.add(key)));
    }
    return names;
  }
}
