/** Hover on a name: its declaration, and what it stands for now. */
import { formatIp, formatMac } from "../policy/addresses.ts";
import { BUILTIN_SERVICES } from "../policy/builtins.ts";
import { vnicsOf } from "../policy/endpoints.ts";
import type { Block, EndpointSet, Policy, Vnic } from "../policy/policy.ts";
import { slotsFor } from "../policy/slots.ts";
import { fileName } from "../policy/uri.ts";
import type { Statement } from "../syntax/tree.ts";
import {
  describeEndpoints,
  describeServices,
  describeVnicAddresses,
  describeVnics,
  matchText,
  rangesOf,
} from "./describe.ts";
import { KEYWORD_NOTES } from "./keywordNotes.ts";
import { code, codeBlock, count, docMarkdown, escapeMarkdown, paragraphs, someOf, table } from "./markdown.ts";
import type { Part } from "./parts.ts";
import { declarationsOfKey, keyOf, type SymbolKey } from "./symbols.ts";
import { macNote } from "./valueNotes.ts";
import type { View } from "./view.ts";

export function hoverName(view: View, statement: Statement, part: Part): string | undefined {
  const key = keyOf(statement, part);
  return key === undefined ? undefined : describeSymbol(view, key);
}

/** What a thing is, in Markdown; undefined when nothing of that key is declared or built in. */
export function describeSymbol(view: View, key: SymbolKey): string | undefined {
  const colon = key.indexOf(":");
  const name = key.slice(colon + 1);
  const declared = declarationsOfKey(view.program, key)[0];
  const doc = declared?.statement.doc;
  const policy = view.policy();
  const text = about(policy, key.slice(0, colon), name, declared?.statement);
  if (text === undefined) return undefined;
  const source =
    declared && declared.uri !== view.document.uri ? `Declared in ${code(fileName(declared.uri))}.` : undefined;
  return paragraphs(text, doc && `---\n\n${docMarkdown(doc)}`, source);
}

function about(policy: Policy, space: string, name: string, statement: Statement | undefined): string | undefined {
  switch (space) {
    case "endpoint":
      return endpointText(policy, name);
    case "service":
      return serviceText(policy, name);
    case "vnic": {
      const vnic = policy.vnics.get(name);
      return vnic && vnicText(policy, vnic);
    }
    case "tag": {
      const members = [...policy.vnics.values()].filter((vnic) => vnic.tags.includes(name));
      return paragraphs(codeBlock(`tag ${name}`), `${describeVnics(members)}.`);
    }
    case "key": {
      const [block, keyName] = splitAt(name);
      const owner = policy.blocks.get(block);
      const found = owner?.module === "encryption" ? owner.keys.get(keyName) : undefined;
      return (
        found &&
        paragraphs(
          codeBlock(`key ${keyName} id ${found.id}`),
          `Group key of ${code(`encryption ${block}`)}. The receiving chain's block needs a key with id ${found.id}; \`rotate ${block}.${keyName}\` starts a new epoch.`,
        )
      );
    }
    case "section":
      return statement?.kind === "section"
        ? paragraphs(
            codeBlock(`section ${statement.name?.text ?? ""}`),
            `${count(statement.children.filter(({ kind }) => kind === "rule").length, "rule")}. ${KEYWORD_NOTES.get("section")?.text ?? ""}`,
          )
        : undefined;
    case "block":
      return blockText(policy, name);
    default:
      return undefined;
  }
}

const splitAt = (name: string): [string, string] => {
  const dot = name.lastIndexOf(".");
  return [name.slice(0, dot), name.slice(dot + 1)];
};

function endpointText(policy: Policy, name: string): string | undefined {
  const group = policy.groups.get(name);
  if (group)
    return paragraphs(
      codeBlock(`group ${name}`),
      `${describeEndpoints(group.endpoints, 12)}.`,
      memberLine(membersOf(policy, group.endpoints)),
    );
  const vm = policy.vms.get(name);
  if (vm) {
    const tags = vm.tags.length > 0 ? `Tags: ${vm.tags.map(code).join(", ")}.` : "No tags.";
    return paragraphs(
      codeBlock(`vm ${name}`),
      tags,
      vm.vnics.length > 0 &&
        table(
          ["vNIC", "MAC", "Addresses", "Segment", "Chain"],
          vm.vnics.map((vnic) => [
            code(vnic.name),
            vnic.mac === undefined ? "" : code(formatMac(vnic.mac)),
            describeVnicAddresses(vnic),
            vnic.segment === undefined ? "" : code(vnic.segment),
            chainOf(policy, vnic),
          ]),
        ),
    );
  }
  const segment = policy.segments.get(name);
  if (!segment) return undefined;
  const members = [...policy.vnics.values()].filter((vnic) => vnic.segment === name);
  const network =
    segment.vni !== undefined
      ? `VNI ${segment.vni}`
      : segment.vlan !== undefined
        ? `VLAN ${segment.vlan}`
        : "no network id";
  return paragraphs(
    codeBlock(`segment ${name}`),
    table(
      ["", ""],
      [
        ["Network", `${network}${segment.vni === undefined ? " (no ARP suppression without a VNI)" : ""}`],
        ["Subnets", someOf(rangesOf(segment.subnets).map(code), 6) || "none"],
        [
          "Gateways",
          someOf(
            segment.gateways.map((ip) => code(formatIp(ip))),
            6,
          ) || "none",
        ],
        ["Members", describeVnics(members)],
      ],
    ),
  );
}

/** A set's vNICs, less those that its exceptions take out. */
function membersOf(policy: Policy, set: EndpointSet): ReadonlySet<Vnic> {
  const picked = vnicsOf(set, [...policy.vnics.values()]);
  return new Set([...set.vnics].filter((vnic) => picked.has(vnic)));
}
const memberLine = (vnics: ReadonlySet<Vnic>): string | undefined =>
  vnics.size === 0 ? undefined : `Members: ${describeVnics(vnics, 12)}.`;

const chainOf = (policy: Policy, vnic: Vnic): string => {
  const chain = policy.chains.find(({ vnics }) => vnics.has(vnic));
  return chain ? code(chain.name) : "none: everything passes";
};

function vnicText(policy: Policy, vnic: Vnic): string {
  return paragraphs(
    codeBlock(`vnic ${vnic.id}`),
    table(
      ["", ""],
      [
        ["MAC", vnic.mac === undefined ? "none" : `${code(formatMac(vnic.mac))} ${macNote(vnic.mac)}`],
        ["Addresses", describeVnicAddresses(vnic)],
        ["Segment", vnic.segment === undefined ? "none" : code(vnic.segment)],
        ["Tags", vnic.tags.map(code).join(", ") || "none"],
        ["Chain", chainOf(policy, vnic)],
      ],
    ),
  );
}

function serviceText(policy: Policy, name: string): string | undefined {
  const service = policy.services.get(name);
  if (!service) return undefined;
  const builtin = service.source === undefined ? BUILTIN_SERVICES.get(name) : undefined;
  return paragraphs(
    codeBlock(`service ${name} = ${service.matches.map(matchText).join(", ")}`),
    builtin ? `${builtin.hover} Built in.` : `${describeServices(service.matches, 12)}.`,
    !builtin && BUILTIN_SERVICES.has(name) && "It hides the built-in service of this name.",
    service.alg !== undefined && `Application-level gateway: ${escapeMarkdown(service.alg)} (not simulated).`,
  );
}

function blockText(policy: Policy, name: string): string | undefined {
  const appliance = policy.appliances.get(name);
  if (appliance) {
    const users = [...policy.blocks.values()].filter((block) => block.module === "redirect" && block.via === appliance);
    return paragraphs(
      codeBlock(`appliance ${name}`),
      table(
        ["", ""],
        [
          ["Vendor", escapeMarkdown(appliance.vendor ?? "not said")],
          ["When down", appliance.fail === "open" ? "packets pass (fail open)" : "packets are dropped (fail closed)"],
          ["Inspects", appliance.inspect ? count(appliance.inspect.rules.length, "rule") : "nothing: all passes"],
          ["Used by", users.map((block) => code(`redirect ${block.name}`)).join(", ") || "no redirect"],
        ],
      ),
    );
  }
  const chain = policy.chains.find((c) => c.name === name);
  if (chain)
    return paragraphs(
      codeBlock(`chain ${name}`),
      `Covers ${describeVnics(chain.vnics, 12)}.`,
      table(
        ["Slot", "Block"],
        [...chain.slots.values()]
          .sort((a, b) => a.number - b.number)
          .map((slot) => [
            String(slot.number),
            slot.block ? code(`${slot.block.module} ${slot.block.name}`) : "nothing: the packet passes",
          ]),
      ),
    );
  const block = policy.blocks.get(name);
  if (!block) return undefined;
  const places = policy.chains.flatMap((c) =>
    [...c.slots.values()]
      .filter((slot) => slot.block === block)
      .map((slot) => `slot ${slot.number} of chain ${code(c.name)}`),
  );
  return paragraphs(
    codeBlock(`${block.module} ${name}`),
    `${contents(block)}. ${places.length > 0 ? `In ${someOf(places, 6)}.` : `No chain places it; its ${slotsText(policy, block)}.`}`,
    KEYWORD_NOTES.get(block.module)?.text,
  );
}

const slotsText = (policy: Policy, block: Block): string => {
  const slots = slotsFor(policy.platform, block.module);
  return slots.length === 0 ? "module has no slot on this platform" : `slots are ${slots.join(", ")}`;
};

function contents(block: Block): string {
  const otherwise = block.default ? `, then ${block.default.action}` : "";
  switch (block.module) {
    case "acl":
      return `${count(block.rules.length, "rule")}${otherwise || ", then allow"}`;
    case "dfw": {
      const sections = count(block.sections.length, "section");
      return `${count(block.ipRules.length + block.ethernetRules.length, "rule")} in ${sections}${otherwise || ", then allow (no default)"}`;
    }
    case "redirect":
      return `${count(block.rules.length, "rule")} ${block.via ? `to appliance ${code(block.via.name)}` : ""}${otherwise || ", then skip"}`;
    case "encryption":
      return `${count(block.rules.length, "rule")}, ${count(block.keys.size, "key")}${otherwise || ", then clear"}`;
    case "swsec":
      return `SpoofGuard ${block.spoofguard.mode}, ${count(block.bindings.length, "binding")}, ARP suppression ${block.arpSuppression.on ? "on" : "off"}`;
  }
}
