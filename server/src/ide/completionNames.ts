/** The things that are declared and can be named at a place of the grammar, as completion items: one function a sort. */
import { CompletionItemKind } from "vscode-languageserver-types";
import { formatIp } from "../policy/addresses.ts";
import type { Group, Segment, Service, Vm, Vnic } from "../policy/policy.ts";
import { topOf } from "../syntax/statements.ts";
import { quote } from "../syntax/strings.ts";
import { writeName } from "../syntax/writeName.ts";
import { type Asked, type ItemData, type Items, type Proposal, plain } from "./completionItems.ts";
import { countOf, matchText } from "./describe.ts";
import { someOf } from "./markdown.ts";

/** An item that names a declared or built-in thing; its documentation is made when it is looked at. */
function named(
  asked: Asked,
  key: string,
  name: string,
  kind: CompletionItemKind,
  detail: string | (() => string),
  rank = "2",
): Proposal {
  const text = writeName(name);
  const data: ItemData = { uri: asked.view.document.uri, key };
  return {
    label: name,
    kind,
    detail,
    insertText: text,
    // Who types without quotes finds a name that needs them, and the other way round.
    filterText: text.startsWith('"') ? `${name} ${text}` : name,
    sortText: `${rank}${name}`,
    data,
  };
}

/** One item of each of many things; made once for as long as a policy has the same of them, over edits of anything else. */
function itemOfEach<V>(make: (asked: Asked, declared: V) => Proposal) {
  const kept = new WeakMap<ReadonlyMap<string, V>, { readonly uri: string; readonly items: readonly Proposal[] }>();
  return (asked: Asked, declared: ReadonlyMap<string, V>): readonly Proposal[] => {
    const { uri } = asked.view.document;
    const known = kept.get(declared);
    if (known?.uri === uri) return known.items;
    const items = Array.from(declared.values(), (one) => make(asked, one));
    kept.set(declared, { uri, items });
    return items;
  };
}

const ofGroups = itemOfEach<Group>((asked, { name, endpoints }) =>
  named(asked, `endpoint:${name}`, name, CompletionItemKind.Variable, () => `group, ${countOf(endpoints)}`),
);
/** A group is no member of itself. */
export const groups: Items = (asked) => {
  const { groups: declared } = asked.view.policy();
  const { statement } = asked;
  const own = statement?.kind === "group" ? statement.name?.text : undefined;
  const items = ofGroups(asked, declared);
  const isOwn = own !== undefined && declared.get(own)?.source.statement === statement;
  return isOwn ? items.filter(({ label }) => label !== own) : items;
};
const ofVms = itemOfEach<Vm>((asked, { name, vnics }) =>
  named(asked, `endpoint:${name}`, name, CompletionItemKind.Class, () => `vm, ${plainAddresses(vnics)}`, "3"),
);
export const vms: Items = (asked) => ofVms(asked, asked.view.policy().vms);
const ofSegments = itemOfEach<Segment>((asked, { name, vni, vlan }) => {
  const network =
    vni === undefined ? (vlan === undefined ? "segment" : `segment, VLAN ${vlan}`) : `segment, VNI ${vni}`;
  return named(asked, `endpoint:${name}`, name, CompletionItemKind.Module, network, "4");
});
export const segments: Items = (asked) => ofSegments(asked, asked.view.policy().segments);
const plainAddresses = (vnics: readonly Vnic[]): string =>
  someOf(
    vnics.flatMap((vnic) => vnic.ips.map(formatIp)),
    3,
  ) || "no address declared";

const ofVnics = itemOfEach<Vnic>((asked, vnic) => {
  const text = `${writeName(vnic.vm)}.${writeName(vnic.name)}`;
  const detail = `vNIC, ${plainAddresses([vnic])}`;
  return {
    ...named(asked, `vnic:${vnic.id}`, vnic.id, CompletionItemKind.Property, detail),
    insertText: text,
    filterText: text,
  };
});
export const vnics: Items = (asked) => ofVnics(asked, asked.view.policy().vnics);

export const vnicsOfOwner: Items = (asked) =>
  (asked.view.policy().vms.get(asked.owner ?? "")?.vnics ?? []).map((vnic) =>
    named(asked, `vnic:${vnic.id}`, vnic.name, CompletionItemKind.Property, `vNIC, ${plainAddresses([vnic])}`),
  );

/** A VM with one vNIC stands for it; of the others the vNIC is named. */
export const hosts: Items = (asked) => {
  const single = new Set(
    [...asked.view.policy().vms.values()].filter((vm) => vm.vnics.length === 1).map(({ name }) => name),
  );
  return [
    ...vms(asked).filter(({ label }) => single.has(label)),
    ...vnics(asked).filter(({ label }) => !single.has(label.slice(0, label.lastIndexOf(".")))),
  ];
};

export const tags: Items = (asked) => {
  const members = new Map<string, Vnic[]>();
  for (const vnic of asked.view.policy().vnics.values())
    for (const tag of vnic.tags) members.set(tag, [...(members.get(tag) ?? []), vnic]);
  return [...members].map(([tag, list]) =>
    named(
      asked,
      `tag:${tag}`,
      tag,
      CompletionItemKind.EnumMember,
      `tag of ${list.length} vNIC${list.length === 1 ? "" : "s"}`,
    ),
  );
};

const ofServices = itemOfEach<Service>((asked, { name, matches, source }) =>
  named(
    asked,
    `service:${name}`,
    name,
    CompletionItemKind.Constant,
    someOf(matches.map(matchText), 4),
    source ? "2" : "3",
  ),
);
export const services: Items = (asked) => ofServices(asked, asked.view.policy().services);

export const appliances: Items = (asked) =>
  [...asked.view.policy().appliances.values()].map(({ name, vendor }) =>
    named(asked, `block:${name}`, name, CompletionItemKind.Class, vendor ? `appliance, ${vendor}` : "appliance"),
  );

const MODULES: ReadonlySet<string> = new Set(["acl", "swsec", "dfw", "redirect", "encryption"]);
/** Blocks of the module that the slot line says, else of the module whose slot it is. */
export const blocks: Items = (asked) => {
  const { statement } = asked;
  const said = statement?.kind === "slot" ? statement.module?.text : undefined;
  return [...asked.view.policy().blocks.values()]
    .filter((block) => said === undefined || !MODULES.has(said) || block.module === said)
    .map((block) => named(asked, `block:${block.name}`, block.name, CompletionItemKind.Function, block.module));
};
export const encryptions: Items = (asked) =>
  [...asked.view.policy().blocks.values()]
    .filter(({ module }) => module === "encryption")
    .map(({ name }) => named(asked, `block:${name}`, name, CompletionItemKind.Function, "encryption"));

export const keys: Items = (asked) => {
  const top = asked.block && topOf(asked.block);
  const owner = asked.owner ?? (top && "name" in top ? top.name?.text : undefined);
  const block = owner === undefined ? undefined : asked.view.policy().blocks.get(owner);
  return block?.module === "encryption"
    ? [...block.keys.values()].map(({ name, id }) =>
        named(asked, `key:${block.name}.${name}`, name, CompletionItemKind.Field, `key, id ${id}`),
      )
    : [];
};

/** Policies beside this one, as far as they are known. */
export const imports: Items = ({ files }) =>
  (files ?? []).map((path) => ({
    ...plain(path, "policy", "Everything that it declares becomes visible here.", `0${path}`, CompletionItemKind.File),
    insertText: quote(path),
  }));
