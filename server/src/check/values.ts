/** Findings about values: addresses, MACs, ports, ICMP types and numbers that cannot be what they are said to be. */
import { bitsOf, familyOf, formatIp, formatMac, type Ip, parseIp, parseMac, prefixRange } from "../policy/addresses.ts";
import { LIMITS, MAX_TIMER, type NumberLimit, within } from "../policy/limits.ts";
import { hostsOf } from "../policy/names.ts";
import type { Source } from "../policy/policy.ts";
import { ETHER_TYPES, ICMP_TYPES, ICMPV6_TYPES, IP_PROTOCOLS, icmpTypes } from "../policy/protocols.ts";
import { isProtocolEntry, MAX_PORT } from "../policy/services.ts";
import { nearest } from "../syntax/near.ts";
import type {
  AddressText,
  Clause,
  Endpoint,
  Endpoints,
  Int,
  Name,
  PacketText,
  PortRange,
  ServiceEntry,
  Span,
  Statement,
} from "../syntax/tree.ts";
import type { Code } from "./codes.ts";
import { type Finding, finding } from "./finding.ts";

export function checkValues(at: Source, findings: Finding[]): void {
  const { statement } = at;
  const values = new Values(at, findings);
  switch (statement.kind) {
    case "group":
    case "exclude":
      values.endpoints(statement.endpoints);
      break;
    case "section":
    case "chain":
      values.endpoints(statement.appliedTo);
      break;
    case "service":
      values.entries(statement.entries);
      break;
    case "rule":
      values.number(LIMITS.ruleId, statement.id);
      values.mark(statement);
      values.clauses(statement.clauses);
      break;
    case "default":
      values.mark(statement);
      break;
    case "assert":
      values.clauses(statement.clauses);
      break;
    case "subnet":
      for (const prefix of statement.prefixes) values.endpoint(prefix);
      break;
    case "ip":
    case "gateway":
      for (const address of statement.addresses) values.ip(address);
      break;
    case "mac":
      values.vnicMac(statement.address);
      break;
    case "vni":
      values.number(LIMITS.vni, statement.value);
      break;
    case "vlan":
      values.number(LIMITS.vlan, statement.value);
      break;
    case "bind":
      values.mac(statement.mac);
      for (const address of statement.ips) values.ip(address);
      break;
    case "limit":
      values.number(LIMITS.rate, statement.rate);
      break;
    case "key":
      values.number(LIMITS.keyId, statement.id);
      break;
    case "timeout":
      values.timer(statement);
      break;
    case "approve":
      values.ip(statement.address);
      break;
    case "send":
      if (statement.packet !== undefined) values.packet(statement.packet);
      values.slot(statement.expect?.slot);
      break;
  }
}

class Values {
  readonly #at: Source;
  readonly #findings: Finding[];

  constructor(at: Source, findings: Finding[]) {
    this.#at = at;
    this.#findings = findings;
  }

  #tell(code: Code, span: Span, message: string, data?: unknown): void {
    this.#findings.push(finding(code, this.#at, span, message, data === undefined ? {} : { data }));
  }

  // ---- addresses ------------------------------------------------------------------------------------------------

  endpoints(list: Endpoints | undefined): void {
    if (list === undefined) return;
    for (const item of list.items) this.endpoint(item);
    for (const item of list.except) this.endpoint(item);
  }

  endpoint(item: Endpoint): void {
    if (item.kind === "address") {
      if (item.address.kind === "mac") this.mac(item.address);
      else this.ip(item.address);
    } else if (item.kind === "prefix") this.#prefix(item);
    else if (item.kind === "range") this.#range(item);
  }

  /** The address, or undefined after a finding. `family`: the only one that can stand there. */
  ip(address: AddressText | undefined, family?: 4 | 6): Ip | undefined {
    if (address === undefined) return undefined;
    const ip = address.kind === "mac" ? undefined : parseIp(address.text);
    if (ip === undefined) {
      this.#tell("bad-address", address, whyNoAddress(address));
      return undefined;
    }
    if (family !== undefined && familyOf(ip) !== family) {
      this.#tell(
        "bad-address",
        address,
        `${address.text} is an IPv${familyOf(ip)} address; only IPv${family} can stand here.`,
      );
      return undefined;
    }
    return ip;
  }

  mac(address: AddressText | undefined): number | undefined {
    if (address === undefined) return undefined;
    const mac = parseMac(address.text);
    if (mac !== undefined) return mac;
    const what =
      address.kind !== "mac" && parseIp(address.text) !== undefined
        ? "is an IP address; a MAC address is wanted here."
        : "is not a MAC address: it has six pairs of hex digits, joined by colons or hyphens.";
    this.#tell("bad-mac", address, `${address.text} ${what}`);
    return undefined;
  }

  vnicMac(address: AddressText | undefined): void {
    const mac = this.mac(address);
    if (mac === undefined || address === undefined || Math.floor(mac / 2 ** 40) % 2 === 0) return;
    const message = `${formatMac(mac)} is a multicast MAC (its first octet is odd), so no frame can come from it and switches never learn it.`;
    this.#tell("multicast-mac", address, message);
  }

  #prefix(item: Endpoint & { kind: "prefix" }): void {
    const ip = this.ip(item.address);
    if (ip === undefined) return;
    const bits = bitsOf(familyOf(ip));
    const length = item.length.value;
    if (length > bits) {
      this.#tell(
        "bad-address",
        item.length,
        `A prefix of an IPv${familyOf(ip)} address is 0 to ${bits} bits long, not ${item.length.text}.`,
      );
      return;
    }
    const [low] = prefixRange(ip, length);
    if (low === ip) return;
    const meant = `${formatIp(low)}/${length}`;
    const message = `${item.address.text}/${length} has host bits set; it stands for ${meant}, or ${item.address.text} alone was meant.`;
    this.#tell("host-bits-set", item, message, { replacement: meant });
  }

  #range(item: Endpoint & { kind: "range" }): void {
    const low = this.ip(item.from);
    const high = this.ip(item.to);
    if (low === undefined || high === undefined) return;
    if (familyOf(low) !== familyOf(high)) {
      const message = `The range begins with an IPv${familyOf(low)} address and ends with an IPv${familyOf(high)} one, so there is nothing between them.`;
      this.#tell("mixed-family", item, message);
    } else if (low > high) {
      const replacement = `${item.to.text}-${item.from.text}`;
      this.#tell(
        "reversed-range",
        item,
        `The range ends before it begins, so it holds nothing; ${replacement} was meant.`,
        { replacement },
      );
    }
  }

  // ---- services -------------------------------------------------------------------------------------------------

  clauses(clauses: readonly Clause[]): void {
    for (const clause of clauses) {
      if (clause.kind === "service") this.entries(clause.entries);
      else if ("endpoints" in clause) this.endpoints(clause.endpoints);
    }
  }

  entries(entries: readonly ServiceEntry[]): void {
    for (const entry of entries) {
      if (!isProtocolEntry(entry)) continue;
      for (const range of entry.ports ?? []) this.#ports(range);
      for (const range of entry.sourcePorts ?? []) this.#ports(range);
      this.#detail(entry);
    }
  }

  #ports(range: PortRange): void {
    const wrong = [range.from, range.to].filter((port) => port !== undefined && port.value > MAX_PORT);
    for (const port of wrong) this.port(port);
    if (wrong.length > 0 || range.to === undefined || range.from.value <= range.to.value) return;
    const replacement = `${range.to.text}-${range.from.text}`;
    this.#tell(
      "reversed-range",
      range,
      `The range ends before it begins, so it holds no port; ${replacement} was meant.`,
      { replacement },
    );
  }

  port(port: Int | undefined): void {
    if (port !== undefined && port.value > MAX_PORT)
      this.#tell("bad-port", port, `${port.text} is not a port: ports are 0 to ${MAX_PORT}.`);
  }

  #detail({ name, detail, code }: ServiceEntry): void {
    if (detail === undefined) return;
    if (name.text === "icmp" || name.text === "icmpv6") {
      this.icmpType(name.text, detail);
      if (code !== undefined && code.value > 255)
        this.#tell("bad-icmp-type", code, `${code.text} is not an ICMP code: codes are 0 to 255.`);
    } else if (name.text === "ip") this.ipProtocol(detail);
    else if (name.text === "ether") this.#numberOrName(LIMITS.etherType, "EtherType", ETHER_TYPES, detail);
  }

  icmpType(protocol: "icmp" | "icmpv6", type: Int | Name): void {
    if ("value" in type) {
      if (type.value > 255) this.#tell("bad-icmp-type", type, `${type.text} is not an ICMP type: types are 0 to 255.`);
      return;
    }
    const types = icmpTypes(protocol);
    if (types.has(type.text)) return;
    const other = protocol === "icmp" ? ICMPV6_TYPES : ICMP_TYPES;
    const meant = nearest(type.text, types.keys());
    const hint = other.has(type.text)
      ? ` It is one of ${protocol === "icmp" ? "icmpv6" : "icmp"}.`
      : meant === undefined
        ? ""
        : ` Did you mean "${meant}"?`;
    this.#tell("bad-icmp-type", type, `"${type.text}" is not a type of ${protocol}.${hint}`, { meant });
  }

  ipProtocol(protocol: Int | Name): void {
    this.#numberOrName(LIMITS.ipProtocol, "IP protocol", IP_PROTOCOLS, protocol);
  }

  #numberOrName(limit: NumberLimit, what: string, names: ReadonlyMap<string, number>, detail: Int | Name): void {
    if ("value" in detail) {
      this.number(limit, detail);
      return;
    }
    if (names.has(detail.text)) return;
    const meant = nearest(detail.text, names.keys());
    const hint = meant === undefined ? " Its number can stand here instead." : ` Did you mean "${meant}"?`;
    this.#tell("unknown-name", detail, `No ${what} named "${detail.text}" is known.${hint}`, {
      name: detail.text,
      meant,
      wants: [],
    });
  }

  // ---- numbers --------------------------------------------------------------------------------------------------

  number(limit: NumberLimit, value: Int | undefined): void {
    if (value === undefined || within(limit, value.value)) return;
    this.#tell("bad-number", value, `${value.text} is not ${limit.what}: the values are ${limit.min} to ${limit.max}.`);
  }

  mark(statement: Statement & { kind: "rule" | "default" }): void {
    const mark = statement.action?.mark;
    if (mark !== undefined) this.number(LIMITS[mark.field], mark.value);
  }

  slot(slot: Int | undefined): void {
    if (slot !== undefined && slot.value > 15)
      this.#tell("slot-out-of-range", slot, `There is no slot ${slot.text}: a chain has the slots 0 to 15.`);
  }

  timer({ timer, duration }: Statement & { kind: "timeout" }): void {
    if (duration === undefined || duration.milliseconds <= MAX_TIMER) return;
    const message = `${duration.text} is too long for ${timer?.text ?? "a timer"}: the firewall takes up to ${MAX_TIMER / 1000}s.`;
    this.#tell("bad-number", duration, message);
  }

  // ---- packets --------------------------------------------------------------------------------------------------

  packet(packet: PacketText): void {
    const ipv4Only =
      packet.kind === "arp-request" || packet.kind === "arp-reply" || packet.kind === "dhcp" ? 4 : undefined;
    const ends: Ip[] = [];
    for (const host of hostsOf(packet)) {
      const ip = host.kind === "address" ? this.ip(host.address, ipv4Only) : undefined;
      if (ip !== undefined) ends.push(ip);
    }
    const [source, destination] = ends;
    if (source !== undefined && destination !== undefined && familyOf(source) !== familyOf(destination))
      this.#tell("mixed-family", packet, "One end has an IPv4 address and the other an IPv6 one; no packet has both.");
    switch (packet.kind) {
      case "tcp":
      case "udp":
      case "sctp":
        this.port(packet.sourcePort);
        this.port(packet.destinationPort);
        break;
      case "icmp":
      case "icmpv6":
        if (packet.type !== undefined) this.icmpType(packet.kind, packet.type);
        break;
      case "ip":
        this.ipProtocol(packet.protocol);
        break;
      case "arp-request":
        this.ip(packet.target, 4);
        break;
      case "arp-reply":
        this.ip(packet.address, 4);
        this.mac(packet.mac);
        break;
      case "dhcp":
        this.ip(packet.address, 4);
        break;
      case "frame":
        if (!/^(?:[0-9a-fA-F]{2}[\s:]*)*$/.test(packet.hex.text))
          this.#tell("bad-number", packet.hex, "A frame is written as pairs of hex digits, two an octet.");
        break;
    }
    const { macs, ttl, dscp, vlan, id, payload } = packet.options;
    this.mac(macs?.from);
    this.mac(macs?.to);
    this.number(LIMITS.ttl, ttl);
    this.number(LIMITS.dscp, dscp);
    this.number(LIMITS.vlan, vlan);
    this.number(LIMITS.identification, id);
    this.number(LIMITS.payload, payload);
  }
}

function whyNoAddress({ text, kind }: AddressText): string {
  if (kind === "mac") return `${text} is a MAC address; an IP address is wanted here.`;
  if (kind === "ipv6")
    return `${text} is not an IPv6 address: it has eight groups of up to four hex digits, or :: once for the missing ones.`;
  const parts = text.split(".");
  if (parts.length !== 4) return `${text} is not an IPv4 address: it has four parts, and this has ${parts.length}.`;
  const large = parts.find((part) => Number(part) > 255);
  if (large !== undefined) return `${text} is not an IPv4 address: its parts are 0 to 255, and ${large} is more.`;
  const zero = parts.find((part) => /^0\d/.test(part));
  if (zero !== undefined)
    return `${text} is not an IPv4 address: ${zero} begins with a zero, which some systems read as octal.`;
  return `${text} is not an IPv4 address.`;
}
