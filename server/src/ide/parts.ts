/**
 * The parts of a statement that mean something on their own: names declared and used, addresses, ports, numbers.
 * The one walk over the tree that hover, navigation, rename, tokens and links share. In the order of the text.
 */
import { isProtocolEntry } from "../policy/services.ts";
import type {
  AddressText,
  Clause,
  Duration,
  Endpoint,
  Endpoints,
  Expectation,
  Host,
  Int,
  Name,
  PacketText,
  PortRange,
  ServiceEntry,
  Span,
  Statement,
  Text,
  VnicRef,
  Word,
} from "../syntax/tree.ts";

/** Name spaces that references are resolved in. `appliance` and `chain` share `block`'s names but are asked for alone. */
export type Space = "endpoint" | "service" | "block" | "tag";

export type Part =
  | { readonly kind: "declares"; readonly span: Span; readonly name: Name }
  | { readonly kind: "uses"; readonly span: Span; readonly name: Name; readonly space: Space; readonly want: Want }
  /** `VM.VNIC`: two parts, one for each name. */
  | { readonly kind: "vnic-vm" | "vnic-name"; readonly span: Span; readonly name: Name; readonly vnic: VnicRef }
  | { readonly kind: "uses-key"; readonly span: Span; readonly name: Name; readonly block?: Name }
  | { readonly kind: "title"; readonly span: Span; readonly text: Text }
  | { readonly kind: "path"; readonly span: Span; readonly text: Text; readonly of: "import" | "capture" }
  | { readonly kind: "protocol"; readonly span: Span; readonly name: Name }
  | { readonly kind: "service-detail"; readonly span: Span; readonly entry: ServiceEntry; readonly detail: Int | Name }
  | { readonly kind: "address"; readonly span: Span; readonly address: AddressText }
  | { readonly kind: "prefix"; readonly span: Span; readonly endpoint: Endpoint & { readonly kind: "prefix" } }
  | { readonly kind: "range"; readonly span: Span; readonly endpoint: Endpoint & { readonly kind: "range" } }
  | { readonly kind: "port"; readonly span: Span; readonly port: Int; readonly range?: PortRange }
  | { readonly kind: "slot-number"; readonly span: Span; readonly number: Int }
  | { readonly kind: "rule-id"; readonly span: Span; readonly id: Int; readonly declared: boolean }
  | { readonly kind: "number"; readonly span: Span; readonly number: Int; readonly of: string }
  | { readonly kind: "timer"; readonly span: Span; readonly word: Word }
  | { readonly kind: "duration"; readonly span: Span; readonly duration: Duration }
  | { readonly kind: "word"; readonly span: Span; readonly word: Word }
  | { readonly kind: "platform"; readonly span: Span };

/** What kind of thing the place asks for. */
export type Want =
  | "endpoint"
  | "segment"
  | "vm"
  | "service"
  | "tag"
  | "appliance"
  | "acl"
  | "swsec"
  | "dfw"
  | "redirect"
  | "encryption"
  | "block"
  | "block-or-appliance";

const cache = new WeakMap<Statement, readonly Part[]>();

/** Statements never change, so their parts are found once. */
export function partsOf(statement: Statement): readonly Part[] {
  let parts = cache.get(statement);
  if (parts === undefined) {
    const out: Part[] = [];
    collect(statement, (part) => out.push(part));
    parts = out.sort((a, b) => a.span.start - b.span.start);
    cache.set(statement, parts);
  }
  return parts;
}

/** The part that holds an offset of the chunk; of two that touch there, the one that begins. */
export function partAt(statement: Statement, offset: number): Part | undefined {
  return partsOf(statement).findLast(({ span }) => span.start <= offset && offset <= span.end);
}

type Emit = (part: Part) => void;

function collect(statement: Statement, emit: Emit): void {
  const declares = (name: Name | undefined) => name && emit({ kind: "declares", span: name, name });
  switch (statement.kind) {
    case "policy":
      title(statement.title, emit);
      return;
    case "platform":
      if (statement.name)
        emit({
          kind: "platform",
          span: { start: statement.name.start, end: statement.version?.end ?? statement.name.end },
        });
      return;
    case "import":
      if (statement.path) emit({ kind: "path", span: statement.path, text: statement.path, of: "import" });
      return;
    case "segment":
    case "vm":
    case "vnic":
    case "acl":
    case "swsec":
    case "dfw":
    case "encryption":
    case "appliance":
      declares(statement.name);
      return;
    case "group":
      declares(statement.name);
      endpoints(statement.endpoints, emit);
      return;
    case "service":
      declares(statement.name);
      for (const entry of statement.entries) service(entry, emit);
      if (statement.alg) emit({ kind: "word", span: statement.alg, word: statement.alg });
      return;
    case "redirect":
      declares(statement.name);
      uses(statement.via, "block", "appliance", emit);
      return;
    case "chain":
      declares(statement.name);
      endpoints(statement.appliedTo, emit);
      return;
    case "scenario":
      title(statement.title, emit);
      return;
    case "assert":
      title(statement.title, emit);
      uses(statement.property?.by, "block", "appliance", emit);
      for (const c of statement.clauses) clause(c, emit);
      return;
    case "vni":
    case "vlan":
      number(statement.value, statement.kind, emit);
      return;
    case "subnet":
      for (const prefix of statement.prefixes) endpoint(prefix, emit);
      return;
    case "gateway":
    case "ip":
      for (const one of statement.addresses) address(one, emit);
      return;
    case "mac":
      address(statement.address, emit);
      return;
    case "in-segment":
      uses(statement.segment, "endpoint", "segment", emit);
      return;
    case "tags":
      for (const tag of statement.tags) uses(tag, "tag", "tag", emit);
      return;
    case "rule":
      if (statement.id) emit({ kind: "rule-id", span: statement.id, id: statement.id, declared: true });
      title(statement.title, emit);
      if (statement.action?.mark) number(statement.action.mark.value, statement.action.mark.field, emit);
      key(statement.action?.key, undefined, emit);
      for (const c of statement.clauses) clause(c, emit);
      return;
    case "default":
      if (statement.action?.mark) number(statement.action.mark.value, statement.action.mark.field, emit);
      key(statement.action?.key, undefined, emit);
      return;
    case "spoofguard":
    case "allow-local":
    case "arp-suppression":
    case "fail":
      word(statement.value, emit);
      return;
    case "vendor":
      title(statement.value, emit);
      return;
    case "discover":
    case "block":
      for (const value of statement.values) word(value, emit);
      return;
    case "bind":
      vnic(statement.vnic, emit);
      address(statement.mac, emit);
      for (const ip of statement.ips) address(ip, emit);
      return;
    case "limit":
      word(statement.what, emit);
      word(statement.direction, emit);
      number(statement.rate, "rate", emit);
      return;
    case "exclude":
      endpoints(statement.endpoints, emit);
      return;
    case "timeout":
      if (statement.timer) emit({ kind: "timer", span: statement.timer, word: statement.timer });
      duration(statement.duration, emit);
      return;
    case "section":
      declares(statement.name);
      word(statement.category, emit);
      endpoints(statement.appliedTo, emit);
      return;
    case "key":
      declares(statement.name);
      number(statement.id, "key id", emit);
      word(statement.algorithm, emit);
      return;
    case "slot":
      if (statement.number) emit({ kind: "slot-number", span: statement.number, number: statement.number });
      uses(statement.block, "block", moduleWant(statement.module), emit);
      word(statement.fail, emit);
      return;
    case "send":
      vnic(statement.from, emit);
      packet(statement.packet, emit);
      expectation(statement.expect, emit);
      return;
    case "wait":
      duration(statement.duration, emit);
      return;
    case "set":
      uses(statement.name, "block", "block-or-appliance", emit);
      word(statement.state, emit);
      return;
    case "approve":
      vnic(statement.vnic, emit);
      address(statement.address, emit);
      return;
    case "rotate":
      uses(statement.block, "block", "encryption", emit);
      key(statement.key, statement.block, emit);
      return;
    case "replay":
      if (statement.path) emit({ kind: "path", span: statement.path, text: statement.path, of: "capture" });
      vnic(statement.at, emit);
      return;
    case "timeouts":
    case "inspect":
    case "unknown":
      return;
  }
}

const MODULES: ReadonlySet<string> = new Set(["acl", "swsec", "dfw", "redirect", "encryption"]);
const moduleWant = (module: Word | undefined): Want =>
  module !== undefined && MODULES.has(module.text) ? (module.text as Want) : "block";

function title(text: Text | Word | undefined, emit: Emit): void {
  if (text) emit({ kind: "title", span: text, text });
}
function word(w: Word | Text | Name | undefined, emit: Emit): void {
  if (w) emit({ kind: "word", span: w, word: w });
}
function number(n: Int | undefined, of: string, emit: Emit): void {
  if (n) emit({ kind: "number", span: n, number: n, of });
}
function duration(d: Duration | undefined, emit: Emit): void {
  if (d) emit({ kind: "duration", span: d, duration: d });
}
function address(a: AddressText | undefined, emit: Emit): void {
  if (a) emit({ kind: "address", span: a, address: a });
}
function uses(name: Name | undefined, space: Space, want: Want, emit: Emit): void {
  if (name) emit({ kind: "uses", span: name, name, space, want });
}
function key(name: Name | undefined, block: Name | undefined, emit: Emit): void {
  if (name) emit({ kind: "uses-key", span: name, name, block });
}
function vnic(ref: VnicRef | undefined, emit: Emit): void {
  if (!ref) return;
  emit({ kind: "vnic-vm", span: ref.vm, name: ref.vm, vnic: ref });
  emit({ kind: "vnic-name", span: ref.vnic, name: ref.vnic, vnic: ref });
}

function endpoints(list: Endpoints | undefined, emit: Emit): void {
  for (const item of list?.items ?? []) endpoint(item, emit);
  for (const item of list?.except ?? []) endpoint(item, emit);
}
function endpoint(item: Endpoint, emit: Emit): void {
  switch (item.kind) {
    case "any":
      return;
    case "address":
      address(item.address, emit);
      return;
    case "prefix":
      emit({ kind: "prefix", span: item, endpoint: item });
      return;
    case "range":
      emit({ kind: "range", span: item, endpoint: item });
      return;
    case "name":
      uses(item.name, "endpoint", "endpoint", emit);
      return;
    case "vnic":
      vnic(item.vnic, emit);
      return;
    case "tag":
      uses(item.tag, "tag", "tag", emit);
      return;
  }
}

function clause(c: Clause, emit: Emit): void {
  if (c.kind === "from" || c.kind === "to" || c.kind === "applied-to") endpoints(c.endpoints, emit);
  else if (c.kind === "service") for (const entry of c.entries) service(entry, emit);
  else if (c.kind === "log") title(c.label, emit);
}

function service(entry: ServiceEntry, emit: Emit): void {
  if (isProtocolEntry(entry)) emit({ kind: "protocol", span: entry.name, name: entry.name });
  else uses(entry.name, "service", "service", emit);
  for (const range of entry.ports ?? []) ports(range, emit);
  if (entry.detail) emit({ kind: "service-detail", span: entry.detail, entry, detail: entry.detail });
  number(entry.code, "ICMP code", emit);
  for (const range of entry.sourcePorts ?? []) ports(range, emit);
}
function ports(range: PortRange, emit: Emit): void {
  emit({ kind: "port", span: range.from, port: range.from, range });
  if (range.to) emit({ kind: "port", span: range.to, port: range.to, range });
}

function host(h: Host, emit: Emit): void {
  if (h.kind === "address") address(h.address, emit);
  else if (h.kind === "name") uses(h.name, "endpoint", "vm", emit);
  else vnic(h.vnic, emit);
}

function packet(p: PacketText | undefined, emit: Emit): void {
  if (!p) return;
  const port = (n: Int) => emit({ kind: "port", span: n, port: n });
  switch (p.kind) {
    case "tcp":
    case "udp":
    case "sctp":
      host(p.source, emit);
      port(p.sourcePort);
      host(p.destination, emit);
      port(p.destinationPort);
      for (const flag of p.flags) word(flag, emit);
      break;
    case "icmp":
    case "icmpv6":
    case "ip":
      host(p.source, emit);
      host(p.destination, emit);
      break;
    case "arp-request":
      address(p.target, emit);
      host(p.sender, emit);
      break;
    case "arp-reply":
      address(p.address, emit);
      address(p.mac, emit);
      host(p.receiver, emit);
      break;
    case "dhcp":
      word(p.message, emit);
      address(p.address, emit);
      host(p.host, emit);
      break;
    case "frame":
      title(p.hex, emit);
      break;
  }
  const { macs, ttl, dscp, vlan, id, payload } = p.options;
  address(macs?.from, emit);
  address(macs?.to, emit);
  number(ttl, "ttl", emit);
  number(dscp, "dscp", emit);
  number(vlan, "vlan", emit);
  number(id, "id", emit);
  number(payload, "payload", emit);
}

function expectation(e: Expectation | undefined, emit: Emit): void {
  if (!e) return;
  word(e.outcome, emit);
  if (e.slot) emit({ kind: "slot-number", span: e.slot, number: e.slot });
  vnic(e.on, emit);
  if (e.by?.kind === "rule") emit({ kind: "rule-id", span: e.by.id, id: e.by.id, declared: false });
  else if (e.by?.kind === "reason") word(e.by.reason, emit);
}
