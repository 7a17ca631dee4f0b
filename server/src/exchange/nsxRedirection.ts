/** Redirection policies of the NSX Policy API: the rules of slot 12. */
import type { DraftAppliance, DraftEndpoints, DraftLine, DraftRule, DraftRules } from "./draft.ts";
import { misread } from "./nsxFields.ts";
import type { NsxGroups } from "./nsxGroups.ts";
import type { NsxObject, NsxObjects } from "./nsxObjects.ts";
import { familyOf, type NsxInputs, ordered, sideOf, writtenRule } from "./nsxRules.ts";
import type { NsxServices } from "./nsxServices.ts";
import type { Report } from "./report.ts";

export class NsxRedirection {
  readonly #objects: NsxObjects;
  readonly #groups: NsxGroups;
  readonly #services: NsxServices;
  readonly #report: Report;

  constructor({ objects, groups, services, report }: NsxInputs) {
    this.#objects = objects;
    this.#groups = groups;
    this.#services = services;
    this.#report = report;
  }

  /** All redirection goes through one slot, to one service: what goes elsewhere is kept, disabled. */
  redirect(): { readonly rules: DraftRules; readonly appliance: DraftAppliance } | undefined {
    const policies = ordered(this.#objects.of("RedirectionPolicy"), () => 0, "redirection policies", this.#report);
    const targets = policies.map(({ json }) => json.texts("redirect_to")[0] ?? "");
    const [target] = targets;
    if (target === undefined) return undefined;
    const appliance = this.#appliance(target, policies[0] as NsxObject);
    const rules: DraftLine[] = [];
    for (const [i, policy] of policies.entries()) {
      const lost = misread(policy.json, "RedirectionPolicy", policy.id, this.#report);
      if (policy.json.flag("north_south") === true) lost.push("redirection at a gateway (north_south)");
      if (targets[i] !== target) lost.push(`redirection to ${targets[i]}: the slot has one service`);
      const scope = this.#groups.side(policy.json, "scope");
      lost.push(...scope.lost.map((what) => `scope: ${what}`));
      const children = ordered(
        this.#objects.childrenOf(policy, "RedirectionRule", "Rule"),
        () => 0,
        `rules of ${policy.id}`,
        this.#report,
      );
      this.#report.understood(policy.json.at(), `redirection policy ${policy.id}, ${children.length} rules`);
      for (const child of children) rules.push(this.#redirectRule(child, lost, scope.endpoints));
    }
    return {
      appliance,
      rules: {
        module: "redirect",
        key: "redirect",
        names: ["redirect-to-service", "redirection"],
        via: appliance.key,
        rules,
        default: { action: "skip" },
      },
    };
  }
  /** The service that packets go to; what becomes of them when it fails is the service chain's. */
  #appliance(target: string, { json }: NsxObject): DraftAppliance {
    const chain = this.#objects.find(target)?.json;
    // "The default is ALLOW": NSX-T Data Center REST API, PolicyServiceChain.
    const policy = chain?.text("failure_policy")?.toUpperCase() ?? "ALLOW";
    if (chain === undefined)
      this.#report.inexpressible(
        json.at("redirect_to"),
        `no input has ${target}: what becomes of packets when it fails is not known`,
      );
    else if (policy !== "ALLOW" && policy !== "BLOCK")
      this.#report.wrong(chain.at("failure_policy"), `failure_policy ${policy}, neither ALLOW nor BLOCK`);
    else this.#report.understood(chain.at(), `service chain ${target.split("/").at(-1)}`);
    const name = chain?.text("display_name");
    return {
      key: `appliance:${target}`,
      names: [...(name === undefined ? [] : [name]), target.split("/").at(-1) || "service-chain"],
      ...(chain && { fail: policy === "ALLOW" ? "open" : "closed" }),
    };
  }

  #redirectRule(rule: NsxObject, policyLost: readonly string[], scope: DraftEndpoints | undefined): DraftRule {
    const { json, id } = rule;
    const services = this.#services.of(json);
    const from = this.#groups.side(json, "source_groups");
    const to = this.#groups.side(json, "destination_groups");
    const own = this.#groups.side(json, "scope");
    const action = json.text("action")?.toUpperCase() ?? "REDIRECT";
    const lost = [
      ...policyLost,
      ...misread(json, "RedirectionRule", id, this.#report),
      ...services.lost,
      ...from.lost,
      ...to.lost,
      ...own.lost,
    ];
    if (action !== "REDIRECT" && action !== "DO_NOT_REDIRECT") {
      this.#report.wrong(json.at("action"), `rule ${id}: action ${action}, neither REDIRECT nor DO_NOT_REDIRECT`);
      lost.push(`action ${action}`);
    }
    if (services.layers.has("ethernet")) lost.push("an ethernet service in a rule of IP");
    const appliedTo = scope ?? own.endpoints;
    return writtenRule(
      rule,
      lost,
      {
        action: action === "DO_NOT_REDIRECT" ? "skip" : "redirect",
        ...sideOf("from", from.endpoints, json.flag("sources_excluded")),
        ...sideOf("to", to.endpoints, json.flag("destinations_excluded")),
        ...(services.entries && !services.layers.has("ethernet") && { services: services.entries }),
        ...(appliedTo && { appliedTo }),
        ...familyOf(json.text("ip_protocol")),
      },
      this.#report,
    );
  }
}
