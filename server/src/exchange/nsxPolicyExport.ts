/** The hierarchical JSON that `PATCH /policy/api/v1/infra` takes: what is referred to first, then what refers to it. */
import type { ApiObject, Json } from "./nsxApi.ts";
import type { NsxTree } from "./nsxTree.ts";

export function nsxPolicyJson(tree: NsxTree): string {
  const infra = {
    resource_type: "Infra",
    children: [
      ...tree.services.map((service) => child(service)),
      ...tree.profiles.map((profile) => child(profile)),
      ...tree.segments.map((segment) => child(segment)),
      {
        resource_type: "ChildDomain",
        Domain: {
          resource_type: "Domain",
          id: "default",
          children: [
            ...tree.groups.map((group) => child(group)),
            ...tree.securityPolicies.map((policy) => child(withRules(policy))),
            ...tree.redirectionPolicies.map((policy) => child(withRules(policy))),
          ],
        },
      },
    ],
  };
  return `${JSON.stringify(infra, undefined, 2)}\n`;
}

const child = (object: ApiObject): Json => ({
  resource_type: `Child${object.resource_type}`,
  marked_for_delete: false,
  [object.resource_type]: object,
});

/** Rules as children, as the hierarchy wants them. */
function withRules({ rules, ...policy }: ApiObject): ApiObject {
  return { ...(policy as ApiObject), children: (rules as readonly ApiObject[]).map((rule) => child(rule)) };
}
