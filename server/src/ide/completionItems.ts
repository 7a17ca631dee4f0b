/** The things that can be named or written at a place of the grammar, as completion items: one function a sort. */

import { type CompletionItem, CompletionItemKind } from "vscode-languageserver-types";
import { REASONS } from "../chain/reasons.ts";
import { formatIp, formatMac } from "../policy/addresses.ts";
import { isSlotNumber, PLATFORMS, SLOTS, type SlotNumber } from "../policy/platforms.ts";
import type { Vnic } from "../policy/policy.ts";
import { ETHER_TYPES, IP_PROTOCOLS, icmpTypes } from "../policy/protocols.ts";
import { statementsOf, topOf } from "../syntax/statements.ts";
import { quote } from "../syntax/strings.ts";
import type { Statement } from "../syntax/tree.ts";
import { writeName } from "../syntax/writeName.ts";
import { countOf, describeVnicAddresses, matchText } from "./describe.ts";
import { someOf } from "./markdown.ts";
import { MODULE_NOTES } from "./slotNotes.ts";
import {
  addressNote,
  COS_NAMES,
  DSCP_NAMES,
  durationWords,
  isTimer,
  macNote,
  portNote,
  TIMER_NOTES,
} from "./valueNotes.ts";
import type { View } from "./view.ts";

/** What a list is made for: where it is, and what stands before it. */
export interface Asked {
  readonly view: View;
  /** The statement that is being written, as far as it can be read. */
  readonly statement?: Statement;
  /** The block that it stands in. */
  readonly block?: Statement;
  /** The name before a dot: a VM, an encryption block. */
  readonly owner?: string;
  /** The words of the statement before the place. */
  readonly before?: readonly string[];
  /** Paths of other policies, relative to this one. */
  readonly files?: readonly string[];
}
/** An item of which the detail may be made later: of very many names few are told. */
export type Proposal = Omit<CompletionItem, "detail"> & { readonly detail?: string | (() => string) };
export type Items = (asked: Asked) => Proposal[];

/** What `resolve` needs to write the documentation: the key of a thing, or a slot. */
export interface ItemData {
  readonly uri: string;
  readonly key?: string;
  readonly slot?: number;
  readonly word?: string;
}

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

/** A group is no member of itself. */
const groups: Items = (asked) =>
  [...asked.view.policy().groups.values()]
    .filter(({ source }) => source.statement !== asked.statement)
    .map(({ name, endpoints }) =>
      named(asked, `endpoint:${name}`, name, CompletionItemKind.Variable, () => `group, ${countOf(endpoints)}`),
    );
const vms: Items = (asked) =>
  [...asked.view.policy().vms.values()].map(({ name, vnics }) =>
    named(asked, `endpoint:${name}`, name, CompletionItemKind.Class, () => `vm, ${plainAddresses(vnics)}`, "3"),
  );
const segments: Items = (asked) =>
  [...asked.view.policy().segments.values()].map(({ name, vni, vlan }) => {
    const network =
      vni === undefined ? (vlan === undefined ? "segment" : `segment, VLAN ${vlan}`) : `segment, VNI ${vni}`;
    return named(asked, `endpoint:${name}`, name, CompletionItemKind.Module, network, "4");
  });
const plainAddresses = (vnics: readonly Vnic[]): string =>
  someOf(
    vnics.flatMap((vnic) => vnic.ips.map(formatIp)),
    3,
  ) || "no address declared";

const vnics: Items = (asked) =>
  [...asked.view.policy().vnics.values()].map((vnic) => {
    const text = `${writeName(vnic.vm)}.${writeName(vnic.name)}`;
    const detail = `vNIC, ${plainAddresses([vnic])}`;
    return {
      ...named(asked, `vnic:${vnic.id}`, vnic.id, CompletionItemKind.Property, detail),
      insertText: text,
      filterText: text,
    };
  });

const vnicsOfOwner: Items = (asked) =>
  (asked.view.policy().vms.get(asked.owner ?? "")?.vnics ?? []).map((vnic) =>
    named(asked, `vnic:${vnic.id}`, vnic.name, CompletionItemKind.Property, `vNIC, ${plainAddresses([vnic])}`),
  );

/** A VM with one vNIC stands for it; of the others the vNIC is named. */
const hosts: Items = (asked) => {
  const single = new Set(
    [...asked.view.policy().vms.values()].filter((vm) => vm.vnics.length === 1).map(({ name }) => name),
  );
  return [
    ...vms(asked).filter(({ label }) => single.has(label)),
    ...vnics(asked).filter(({ label }) => !single.has(label.slice(0, label.lastIndexOf(".")))),
  ];
};

const tags: Items = (asked) => {
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

const services: Items = (asked) =>
  [...asked.view.policy().services.values()].map(({ name, matches, source }) =>
    named(
      asked,
      `service:${name}`,
      name,
      CompletionItemKind.Constant,
      someOf(matches.map(matchText), 4),
      source ? "2" : "3",
    ),
  );

const appliances: Items = (asked) =>
  [...asked.view.policy().appliances.values()].map(({ name, vendor }) =>
    named(asked, `block:${name}`, name, CompletionItemKind.Class, vendor ? `appliance, ${vendor}` : "appliance"),
  );

const MODULES: ReadonlySet<string> = new Set(["acl", "swsec", "dfw", "redirect", "encryption"]);
/** Blocks of the module that the slot line says, else of the module whose slot it is. */
const blocks: Items = (asked) => {
  const { statement } = asked;
  const said = statement?.kind === "slot" ? statement.module?.text : undefined;
  return [...asked.view.policy().blocks.values()]
    .filter((block) => said === undefined || !MODULES.has(said) || block.module === said)
    .map((block) => named(asked, `block:${block.name}`, block.name, CompletionItemKind.Function, block.module));
};
const encryptions: Items = (asked) =>
  [...asked.view.policy().blocks.values()]
    .filter(({ module }) => module === "encryption")
    .map(({ name }) => named(asked, `block:${name}`, name, CompletionItemKind.Function, "encryption"));

const keys: Items = (asked) => {
  const top = asked.block && topOf(asked.block);
  const owner = asked.owner ?? (top && "name" in top ? top.name?.text : undefined);
  const block = owner === undefined ? undefined : asked.view.policy().blocks.get(owner);
  return block?.module === "encryption"
    ? [...block.keys.values()].map(({ name, id }) =>
        named(asked, `key:${block.name}.${name}`, name, CompletionItemKind.Field, `key, id ${id}`),
      )
    : [];
};

// ---- numbers ----------------------------------------------------------------------------------------------------

const plain = (
  label: string,
  detail: string,
  documentation: string,
  rank: string,
  kind: CompletionItemKind = CompletionItemKind.Value,
): CompletionItem => ({
  label,
  kind,
  detail,
  documentation: { kind: "markdown", value: documentation },
  sortText: rank,
});

const twoDigits = (n: number): string => String(n).padStart(2, "0");

/** In a slot line the slots that are free and somebody's, with the line's start where the number is all there is. */
const slotNumbers: Items = (asked) => {
  const { view, statement } = asked;
  const { platform } = view.policy();
  const chain = asked.block;
  if (chain?.kind !== "chain") return SLOTS.map((slot) => slotItem(asked, slot, `${slot}`));
  const taken = new Set(
    chain.children.flatMap((line) =>
      line.kind === "slot" && line !== statement && line.number ? [line.number.value] : [],
    ),
  );
  return SLOTS.filter((slot) => platform.slots[slot].module !== undefined && !taken.has(slot)).map((slot) => {
    const { module } = platform.slots[slot];
    return slotItem(asked, slot, statement?.kind === "slot" && statement.module ? `${slot}` : `${slot} ${module} `);
  });
};

function slotItem(asked: Asked, slot: SlotNumber, insertText: string): CompletionItem {
  const owner = asked.view.policy().platform.slots[slot];
  const note = owner.module === undefined ? "passes every packet on" : MODULE_NOTES[owner.module].short;
  const data: ItemData = { uri: asked.view.document.uri, slot };
  return {
    label: String(slot),
    kind: CompletionItemKind.Field,
    detail: `${owner.owner}: ${note}`,
    insertText,
    sortText: `1${twoDigits(slot)}`,
    data,
  };
}

/** The modules of the slot's number first. */
export function modulesFirst(asked: Asked, items: readonly Proposal[]): Proposal[] {
  const number = asked.statement?.kind === "slot" ? asked.statement.number?.value : undefined;
  const module =
    number !== undefined && isSlotNumber(number) ? asked.view.policy().platform.slots[number].module : undefined;
  return module === undefined ? [...items] : items.filter(({ label }) => label === module);
}

/** The next id that is free: behind the rule above, else at the end of the block. */
const ruleIds: Items = ({ block, statement }) => {
  if (block === undefined) return [];
  const all: number[] = [];
  const above: number[] = [];
  for (const inside of statementsOf([topOf(block)])) {
    if (inside.kind !== "rule" || inside === statement || inside.id === undefined) continue;
    all.push(inside.id.value);
    if (inside.parent === block && (statement === undefined || isAbove(inside, statement))) above.push(inside.id.value);
  }
  const taken = new Set(all);
  const from = above.at(-1) ?? all.reduce((most, id) => Math.max(most, id), 0);
  const free: number[] = [];
  for (let id = from + 1; free.length < 1; id += 1) if (!taken.has(id)) free.push(id);
  const tens = Math.floor(from / 10) * 10 + 10;
  if (all.length > 0 && all.every((id) => id % 10 === 0) && !taken.has(tens)) free.unshift(tens);
  return [...new Set(free)].map((id, index) =>
    plain(String(id), "free rule id", "No other rule of this block has this id.", `0${index}`),
  );
};
const isAbove = (a: Statement, b: Statement): boolean =>
  a.chunk.line < b.chunk.line || (a.chunk === b.chunk && a.start < b.start);

/** Rules that an expectation can name. */
const expectedRules: Items = (asked) => {
  const out: CompletionItem[] = [];
  for (const { tree } of asked.view.program.documents)
    for (const inside of statementsOf(tree.statements)) {
      if (inside.kind !== "rule" || inside.id === undefined) continue;
      if (out.length >= 500) return out;
      const top = topOf(inside);
      const block = "name" in top ? `${top.kind} ${top.name?.text ?? ""}` : top.kind;
      out.push(
        plain(
          inside.id.text,
          `${inside.title?.text ?? inside.action?.word ?? "rule"} · ${block}`,
          `\`\`\`iochain\n${inside.chunk.text.slice(inside.start, inside.end)}\n\`\`\``,
          `1${String(out.length).padStart(4, "0")}`,
          CompletionItemKind.Function,
        ),
      );
    }
  return out;
};

const COMMON_PORTS = [22, 53, 80, 123, 389, 443, 445, 514, 636, 1433, 3306, 3389, 5432, 8080, 8443];
const ports: Items = () =>
  COMMON_PORTS.map((port, index) =>
    plain(String(port), portNote(port).replace(/\*\*|;.*/g, ""), portNote(port), `5${twoDigits(index)}`),
  );

const durations: Items = ({ statement }) => {
  const timer = statement?.kind === "timeout" ? statement.timer?.text : undefined;
  const usual = timer !== undefined && isTimer(timer) ? [TIMER_NOTES[timer].default] : [];
  const items = usual.map((text) => plain(text, "the default", "What the firewall uses where nothing is said.", "00"));
  const more: readonly (readonly [string, number])[] = [
    ["30s", 30_000],
    ["60s", 60_000],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["12h", 43_200_000],
  ];
  for (const [text, ms] of more)
    if (!usual.includes(text))
      items.push(plain(text, durationWords(ms), durationWords(ms), `1${String(ms).padStart(9, "0")}`));
  return items;
};

// ---- addresses --------------------------------------------------------------------------------------------------

/** The addresses of the vNIC that the line is about; else, where a host can stand, all that are declared. */
const addresses: Items = (asked) => {
  const { view, statement } = asked;
  const { vnics: all, segments: known } = view.policy();
  if (statement?.kind === "bind" || statement?.kind === "approve") {
    const vnic = statement.vnic && all.get(`${statement.vnic.vm.text}.${statement.vnic.vnic.text}`);
    const bound = statement.kind === "bind" ? new Set(statement.ips.map(({ text }) => text)) : new Set<string>();
    return (vnic ? [vnic] : [...all.values()]).flatMap((one) =>
      one.ips
        .map(formatIp)
        .filter((ip) => !bound.has(ip))
        .map((ip) => plain(ip, one.id, `Declared by ${one.id}: ${describeVnicAddresses(one)}.`, `0${ip}`)),
    );
  }
  const inventory = [...all.values()].flatMap((vnic) =>
    vnic.ips.map((ip) =>
      plain(formatIp(ip), vnic.id, addressNote(ip) ?? "An address of the inventory.", `6${formatIp(ip)}`),
    ),
  );
  const gateways = [...known.values()].flatMap((segment) =>
    segment.gateways.map((ip) =>
      plain(formatIp(ip), `gateway of ${segment.name}`, "The distributed router's address there.", `7${formatIp(ip)}`),
    ),
  );
  return statement?.kind === "ip" || statement?.kind === "gateway" ? [] : [...inventory, ...gateways].slice(0, 200);
};

const macs: Items = (asked) => {
  const { vnics: all } = asked.view.policy();
  const { statement } = asked;
  const only =
    statement?.kind === "bind" && statement.vnic && all.get(`${statement.vnic.vm.text}.${statement.vnic.vnic.text}`);
  if (statement?.kind === "mac") return freeMac(all.values());
  return (only ? [only] : [...all.values()]).flatMap((vnic) =>
    vnic.mac === undefined ? [] : [plain(formatMac(vnic.mac), vnic.id, macNote(vnic.mac), `0${vnic.id}`)],
  );
};

/** The lowest address that nobody has, in the range that VMware leaves to people (00:50:56:00:00:00–3f:ff:ff). */
function freeMac(all: Iterable<Vnic>): CompletionItem[] {
  const taken = new Set([...all].map(({ mac }) => mac));
  for (let mac = 0x0050_5600_0001; mac <= 0x0050_563f_ffff; mac += 1)
    if (!taken.has(mac)) return [plain(formatMac(mac), "free, set by hand", macNote(mac), "0")];
  return [];
}

// ---- words that stand for themselves ----------------------------------------------------------------------------

const platforms: Items = (asked) =>
  PLATFORMS.map(({ id, title, slots }, index) => ({
    ...plain(
      id,
      title,
      Object.entries(slots)
        .filter(([, { module }]) => module !== undefined)
        .map(([slot, { module, owner }]) => `- slot ${slot}: \`${module}\`, ${owner}`)
        .join("\n"),
      `0${index}`,
      CompletionItemKind.Module,
    ),
    ...(asked.statement?.kind === "platform" && { filterText: id }),
  }));

const words =
  (list: Readonly<Record<string, string>>): Items =>
  () =>
    Object.entries(list).map(([label, text], index) =>
      plain(label, text, text, `0${index}`, CompletionItemKind.EnumMember),
    );

/** ALGs that NSX knows (NSX Administration Guide, "Services"). */
const algs = words({
  ftp: "FTP data connections",
  tftp: "TFTP transfers",
  "ms-rpc": "Microsoft RPC's dynamic ports",
  "sun-rpc": "Sun RPC's dynamic ports",
  "oracle-tns": "Oracle redirections",
  sip: "SIP media streams",
});
const algorithms = words({ "aes-gcm-128": "AES-GCM with 128-bit keys", "aes-gcm-256": "AES-GCM with 256-bit keys" });

const reasons = words(Object.fromEntries(Object.entries(REASONS).map(([reason, { text }]) => [reason, text])));

const numbered =
  (table: ReadonlyMap<string, number>, what: string): Items =>
  () =>
    [...table].map(([label, number]) =>
      plain(
        label,
        `${what} ${number}`,
        `${what} ${number} (0x${number.toString(16)}).`,
        `3${label}`,
        CompletionItemKind.Constant,
      ),
    );
/** Numbers that mean something by a name: of a mark, and of a packet's DSCP. */
const marks: Items = ({ before }) => {
  const word = before?.at(-1);
  const names = word === "dscp" ? DSCP_NAMES : word === "cos" ? COS_NAMES : undefined;
  const what = word === "dscp" ? "DSCP" : "CoS (802.1p priority)";
  return [...(names ?? [])].map(([number, name]) =>
    plain(
      String(number),
      name,
      `${what} ${number}: **${name}**.`,
      `3${twoDigits(number)}`,
      CompletionItemKind.Constant,
    ),
  );
};
const icmpTypesOf: Items = ({ statement, before }) => {
  const protocol = before?.findLast((word) => word === "icmp" || word === "icmpv6") ?? statement?.kind;
  return [...icmpTypes(protocol === "icmpv6" ? "icmpv6" : "icmp")].map(([label, { type, code: c }]) => {
    const number = `type ${type}${c === undefined ? "" : `, code ${c}`}`;
    return plain(
      label,
      number,
      `${protocol === "icmpv6" ? "ICMPv6" : "ICMP"} ${number}.`,
      `3${label}`,
      CompletionItemKind.Constant,
    );
  });
};

/** Policies beside this one, as far as they are known. */
const imports: Items = ({ files }) =>
  (files ?? []).map((path) => ({
    ...plain(path, "policy", "Everything that it declares becomes visible here.", `0${path}`, CompletionItemKind.File),
    insertText: quote(path),
  }));

/**
 * By the sort of the grammar: the name of its rule in `syntax/`. A sort that is not here is one for which nothing can
 * be proposed: a new name, a title.
 */
export const SORTS: Readonly<Record<string, Items>> = {
  endpointName: (asked) => [...groups(asked), ...vms(asked), ...segments(asked)],
  tagName: tags,
  vmName: (asked) => (asked.statement?.kind === "group" || asked.statement?.kind === "rule" ? [] : vnics(asked)),
  vnicName: vnicsOfOwner,
  hostName: hosts,
  segmentName: segments,
  serviceName: services,
  applianceName: appliances,
  blockName: (asked) => (asked.statement?.kind === "rotate" ? encryptions(asked) : blocks(asked)),
  setName: (asked) => [...appliances(asked), ...blocks(asked)],
  keyName: keys,
  slotNumber: slotNumbers,
  ruleId: ruleIds,
  expectedRule: expectedRules,
  port: ports,
  duration: durations,
  address: addresses,
  mac: macs,
  platformName: platforms,
  algName: algs,
  algorithmName: algorithms,
  importPath: imports,
  reason: reasons,
  protocolNumber: numbered(IP_PROTOCOLS, "IP protocol"),
  etherType: numbered(ETHER_TYPES, "EtherType"),
  icmpType: icmpTypesOf,
  number: marks,
};
