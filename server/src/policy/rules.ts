/** Rules and defaults: clauses with their names resolved. A rule that is broken is left out, never widened. */
import type { Action, Clause, DefaultStatement, RuleStatement, Statement } from "../syntax/tree.ts";
import type { EndpointResolver } from "./endpoints.ts";
import { LIMITS, within } from "./limits.ts";
import type { Default, EndpointSet, Key, Rule, Section, ServiceMatch, Vnic } from "./policy.ts";
import type { ServiceResolver } from "./services.ts";

export interface Resolvers {
  readonly endpoints: EndpointResolver;
  readonly services: ServiceResolver;
}
/** What the block of a rule adds to it. */
export interface RuleContext {
  readonly uri: string;
  readonly section?: Section;
  readonly appliedTo?: ReadonlySet<Vnic>;
  readonly keys?: ReadonlyMap<string, Key>;
  /** In a firewall: which services its rules can have; the others are left out. */
  readonly layer?: ServiceMatch["layer"];
}

export function compileRules(children: readonly Statement[], context: RuleContext, resolvers: Resolvers): Rule[] {
  const rules: Rule[] = [];
  for (const child of children) {
    const rule = child.kind === "rule" ? compileRule(child, context, resolvers) : undefined;
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

function compileRule(statement: RuleStatement, context: RuleContext, resolvers: Resolvers): Rule | undefined {
  const { id, title, action } = statement;
  if (statement.broken || id === undefined || action === undefined) return undefined;
  const acts = compileAction(action, context.keys);
  if (acts === undefined) return undefined;
  let from: EndpointSet | undefined;
  let to: EndpointSet | undefined;
  let services: readonly ServiceMatch[] | undefined;
  let direction: "in" | "out" | undefined;
  let family: 4 | 6 | undefined;
  let { appliedTo } = context;
  let disabled = false;
  let log = false;
  for (const clause of statement.clauses) {
    switch (clause.kind) {
      case "from":
        from ??= resolvers.endpoints.resolve(clause.endpoints);
        break;
      case "to":
        to ??= resolvers.endpoints.resolve(clause.endpoints);
        break;
      case "applied-to":
        appliedTo ??= resolvers.endpoints.pick(clause.endpoints);
        break;
      case "service":
        services ??= ofLayer(resolvers.services.matches(clause.entries), context.layer);
        break;
      case "in":
      case "out":
        direction ??= clause.kind;
        break;
      case "ipv4":
      case "ipv6":
        family ??= clause.kind === "ipv4" ? 4 : 6;
        break;
      case "disabled":
        disabled = true;
        break;
      case "log":
        log = true;
        break;
    }
  }
  return {
    source: { uri: context.uri, statement },
    id: id.value,
    title: title?.text,
    action: action.word,
    mark: acts.mark,
    key: acts.key,
    from,
    to,
    services,
    direction,
    family,
    appliedTo,
    disabled,
    log,
    section: context.section,
  };
}

/** The list itself where all of it is of the layer, so that equal clauses go on sharing one. */
function ofLayer(matches: readonly ServiceMatch[], layer: ServiceMatch["layer"] | undefined): readonly ServiceMatch[] {
  if (layer === undefined || matches.every((match) => match.layer === layer)) return matches;
  return matches.filter((match) => match.layer === layer);
}

/** A block's `default`; the first that can be read holds. */
export function compileDefault(
  children: readonly Statement[],
  uri: string,
  keys?: ReadonlyMap<string, Key>,
): Default | undefined {
  for (const statement of children) {
    if (statement.kind !== "default" || statement.broken || statement.action === undefined) continue;
    const acts = compileAction(statement.action, keys);
    if (acts === undefined) continue;
    const source = { uri, statement: statement as DefaultStatement };
    return { source, action: statement.action.word, key: acts.key, log: statement.log };
  }
  return undefined;
}

/** The parts of an action that are more than its word; undefined where one is missing or wrong. */
function compileAction(
  action: Action,
  keys: ReadonlyMap<string, Key> | undefined,
): { readonly mark?: Rule["mark"]; readonly key?: Key } | undefined {
  if (action.word === "mark") {
    const { field, value } = action.mark ?? {};
    if (field === undefined || value === undefined || !within(LIMITS[field], value.value)) return undefined;
    return { mark: { field, value: value.value } };
  }
  if (action.word === "encrypt" || action.word === "protect") {
    const key = action.key && keys?.get(action.key.text);
    return key && { key };
  }
  return {};
}

/** The first clause of a kind: the one that holds. */
export const clauseOf = <K extends Clause["kind"]>(
  clauses: readonly Clause[],
  kind: K,
): Extract<Clause, { kind: K }> | undefined =>
  clauses.find((clause): clause is Extract<Clause, { kind: K }> => clause.kind === kind);
