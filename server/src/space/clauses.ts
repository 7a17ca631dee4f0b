/** The packets that the clauses of an assert, or of a question, speak of: by whomever they are sent. */
import { EndpointResolver } from "../policy/endpoints.ts";
import type { EndpointSet, Policy, Rule, ServiceMatch } from "../policy/policy.ts";
import { ServiceResolver } from "../policy/services.ts";
import type { AssertStatement } from "../syntax/tree.ts";
import type { Box } from "./box.ts";
import type { Meaning } from "./meaning.ts";
import { ruleSpace } from "./rule.ts";

export class ClauseResolver {
  readonly #endpoints: EndpointResolver;
  readonly #services: ServiceResolver;

  constructor(policy: Policy) {
    this.#endpoints = new EndpointResolver(
      policy,
      new Map([...policy.groups].map(([name, { source }]) => [name, source])),
      policy.bounds,
    );
    const declared = [...policy.services].flatMap(([name, { source }]) => (source ? [[name, source] as const] : []));
    this.#services = new ServiceResolver(new Map(declared), policy.bounds);
  }

  packets({ clauses }: Pick<AssertStatement, "clauses">, meaning: Meaning): Box[] {
    let from: EndpointSet | undefined;
    let to: EndpointSet | undefined;
    let services: readonly ServiceMatch[] | undefined;
    let family: 4 | 6 | undefined;
    for (const clause of clauses) {
      if (clause.kind === "from") from ??= this.#endpoints.resolve(clause.endpoints);
      else if (clause.kind === "to") to ??= this.#endpoints.resolve(clause.endpoints);
      else if (clause.kind === "service") services ??= this.#services.matches(clause.entries);
      else if (clause.kind === "ipv4") family ??= 4;
      else if (clause.kind === "ipv6") family ??= 6;
    }
    const rule = { from, to, services, family, disabled: false };
    return ruleSpace(rule as Rule, meaning, [0, 0]);
  }
}
