/** Names: what a statement declares and what it refers to, and the key under which the two meet. */

import type {
  Clause,
  Endpoint,
  Endpoints,
  Host,
  Name,
  PacketText,
  ServiceEntry,
  Statement,
  VnicRef,
} from "../syntax/tree.ts";
import { isProtocolEntry } from "./services.ts";

/** Names of one space exclude each other. Keys are local to their block, vNICs to their VM; tags are never declared. */
export type Space = "endpoint" | "service" | "block" | "key" | "vnic" | "tag";
export type BlockKind = "acl" | "swsec" | "dfw" | "redirect" | "encryption";
export type Kind = "group" | "vm" | "segment" | "service" | BlockKind | "appliance" | "chain" | "key" | "vnic" | "tag";

export interface Declared {
  readonly space: Space;
  readonly kind: Kind;
  readonly name: Name;
  readonly statement: Statement;
}
export interface Reference {
  readonly space: Space;
  readonly name: Name;
  /** The kinds that can stand there. */
  readonly wants: readonly Kind[];
  readonly statement: Statement;
  /** The name before the dot: a vNIC's VM, a key's block. */
  readonly owner?: Name;
}
const ENDPOINT: readonly Kind[] = ["group", "vm", "segment"];
const VM: readonly Kind[] = ["vm"];
const VNIC: readonly Kind[] = ["vnic"];
const TAG: readonly Kind[] = ["tag"];
const SEGMENT: readonly Kind[] = ["segment"];
const SERVICE: readonly Kind[] = ["service"];
const KEY: readonly Kind[] = ["key"];
const APPLIANCE: readonly Kind[] = ["appliance"];
const ENCRYPTION: readonly Kind[] = ["encryption"];
const BLOCKS: readonly BlockKind[] = ["acl", "swsec", "dfw", "redirect", "encryption"];
const BLOCK_LISTS: Readonly<Record<string, readonly Kind[]>> = Object.fromEntries(BLOCKS.map((kind) => [kind, [kind]]));
/** What `set NAME up|hung|down` can speak of. */
const SETTABLE: readonly Kind[] = ["appliance", ...BLOCKS];

/** What a statement itself (not its children) declares. */
export function declaredIn(statement: Statement): Declared | undefined {
  const kind = DECLARING[statement.kind];
  if (kind === undefined) return undefined;
  const { name } = statement as Statement & { readonly name?: Name };
  return name && { ...kind, name, statement };
}

const DECLARING: Partial<Record<Statement["kind"], { readonly space: Space; readonly kind: Kind }>> = {
  segment: { space: "endpoint", kind: "segment" },
  vm: { space: "endpoint", kind: "vm" },
  group: { space: "endpoint", kind: "group" },
  service: { space: "service", kind: "service" },
  acl: { space: "block", kind: "acl" },
  swsec: { space: "block", kind: "swsec" },
  dfw: { space: "block", kind: "dfw" },
  redirect: { space: "block", kind: "redirect" },
  encryption: { space: "block", kind: "encryption" },
  appliance: { space: "block", kind: "appliance" },
  chain: { space: "block", kind: "chain" },
  vnic: { space: "vnic", kind: "vnic" },
  key: { space: "key", kind: "key" },
};

const NONE: readonly Reference[] = [];

/** Collects what one statement refers to. */
class Referring {
  readonly references: Reference[] = [];
  constructor(private readonly statement: Statement) {}

  name(space: Space, name: Name | undefined, wants: readonly Kind[], owner?: Name): void {
    const { statement } = this;
    if (name !== undefined) this.references.push({ space, name, wants, statement, owner });
  }
  vnic(ref: VnicRef | undefined): void {
    if (ref === undefined) return;
    this.name("endpoint", ref.vm, VM);
    this.name("vnic", ref.vnic, VNIC, ref.vm);
  }
  endpoints(list: Endpoints | undefined): void {
    if (list === undefined) return;
    for (const item of list.items) this.#endpoint(item);
    for (const item of list.except) this.#endpoint(item);
  }
  #endpoint(item: Endpoint): void {
    if (item.kind === "name") this.name("endpoint", item.name, ENDPOINT);
    else if (item.kind === "tag") this.name("tag", item.tag, TAG);
    else if (item.kind === "vnic") this.vnic(item.vnic);
  }
  entries(list: readonly ServiceEntry[]): void {
    for (const entry of list) if (!isProtocolEntry(entry)) this.name("service", entry.name, SERVICE);
  }
  clauses(list: readonly Clause[]): void {
    for (const clause of list) {
      if (clause.kind === "service") this.entries(clause.entries);
      else if ("endpoints" in clause) this.endpoints(clause.endpoints);
    }
  }
  host(at: Host): void {
    if (at.kind === "name") this.name("endpoint", at.name, VM);
    else if (at.kind === "vnic") this.vnic(at.vnic);
  }
}

/** What a statement itself (not its children) refers to, in the order of the text. */
export function referencesIn(statement: Statement): readonly Reference[] {
  const refer = new Referring(statement);
  switch (statement.kind) {
    case "group":
    case "exclude":
      refer.endpoints(statement.endpoints);
      break;
    case "service":
      refer.entries(statement.entries);
      break;
    case "redirect":
      refer.name("block", statement.via, APPLIANCE);
      break;
    case "chain":
    case "section":
      refer.endpoints(statement.appliedTo);
      break;
    case "tags":
      for (const tag of statement.tags) refer.name("tag", tag, TAG);
      break;
    case "in-segment":
      refer.name("endpoint", statement.segment, SEGMENT);
      break;
    case "rule":
    case "default":
      refer.name("key", statement.action?.key, KEY);
      if (statement.kind === "rule") refer.clauses(statement.clauses);
      break;
    case "bind":
    case "approve":
      refer.vnic(statement.vnic);
      break;
    case "slot":
      refer.name("block", statement.block, BLOCK_LISTS[statement.module?.text ?? ""] ?? BLOCKS);
      break;
    case "assert":
      refer.name("block", statement.property?.by, APPLIANCE);
      refer.clauses(statement.clauses);
      break;
    case "send":
      refer.vnic(statement.from);
      for (const at of statement.packet === undefined ? [] : hostsOf(statement.packet)) refer.host(at);
      refer.vnic(statement.expect?.on);
      break;
    case "set":
      refer.name("block", statement.name, SETTABLE);
      break;
    case "rotate":
      refer.name("block", statement.block, ENCRYPTION);
      refer.name("key", statement.key, KEY, statement.block);
      break;
    case "replay":
      refer.vnic(statement.at);
      break;
    default:
      return NONE;
  }
  return refer.references;
}

/** The ends of a packet as written: source first. */
export const hostsOf = (packet: PacketText): readonly Host[] => ends(packet).filter((host) => host !== undefined);

function ends(packet: PacketText): readonly Host[] {
  switch (packet.kind) {
    case "arp-request":
      return [packet.sender];
    case "arp-reply":
      return [packet.receiver];
    case "dhcp":
      return [packet.host];
    case "frame":
      return [];
    default:
      return [packet.source, packet.destination];
  }
}

/** A name in its space. */
export interface NameKey {
  readonly space: Space;
  readonly key: string;
}

/** What a name is looked up by in its space: with the block or VM it is local to, where it is. */
export function lookupKey(entry: Declared | Reference): string {
  const { space, name } = entry;
  if (space !== "vnic" && space !== "key") return name.text;
  const owner = "owner" in entry ? entry.owner : undefined;
  return `${owner?.text ?? enclosing(entry.statement, space)}\0${name.text}`;
}

/** The name of the VM or the encryption block that a statement is in. */
function enclosing(statement: Statement, space: "vnic" | "key"): string {
  const kind = space === "vnic" ? "vm" : "encryption";
  for (let block = statement.parent; block !== undefined; block = block.parent)
    if (block.kind === kind) return block.name?.text ?? "";
  return "";
}
