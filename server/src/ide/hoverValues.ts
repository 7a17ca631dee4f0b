/** Hover on a value: size of a prefix, length of a range, what a port, MAC, timer, number stands for. */
import {
  addressesSize,
  addressSet,
  bitsOf,
  familyOf,
  formatIp,
  formatIp6,
  parseIp,
  parseMac,
  prefixRange,
} from "../policy/addresses.ts";
import { ipOf } from "../policy/endpoints.ts";
import { findPlatform } from "../policy/platforms.ts";
import { etherTypeName, icmpName, ipProtocolName } from "../policy/protocols.ts";
import { etherTypeOf, icmpOf, ipProtocolOf } from "../policy/services.ts";
import type { AddressText, Int, Name, ServiceEntry, Statement } from "../syntax/tree.ts";
import { KEYWORD_NOTES } from "./keywordNotes.ts";
import { code, count, escapeMarkdown, paragraphs, table } from "./markdown.ts";
import type { Part } from "./parts.ts";
import { MODULE_NOTES } from "./slotNotes.ts";
import {
  addressNote,
  COS_NAMES,
  DSCP_NAMES,
  durationWords,
  isToMany,
  macNote,
  portNote,
  timerText,
} from "./valueNotes.ts";
import type { View } from "./view.ts";

export function hoverValue(view: View, statement: Statement, part: Part): string | undefined {
  switch (part.kind) {
    case "address":
      return addressText(view, part.address);
    case "prefix":
      return prefixText(part.endpoint.address, part.endpoint.length.value);
    case "range": {
      const low = ipOf(part.endpoint.from);
      const high = ipOf(part.endpoint.to);
      if (low === undefined || high === undefined || typeof low !== typeof high || low > high) return undefined;
      const note = addressNote(low, high);
      return `${code(`${formatIp(low)}-${formatIp(high)}`)}: ${count(addressesSize(addressSet([low, high])), "address", "addresses")}${note ? `, ${note}` : ""}`;
    }
    case "port":
      return portText(part);
    case "protocol":
      return KEYWORD_NOTES.get(part.name.text)?.text;
    case "service-detail":
      return detailText(part.entry, part.detail);
    case "timer":
      return timerText(part.word.text);
    case "duration":
      return `${code(part.duration.text)}: ${durationWords(part.duration.milliseconds)}${statement.kind === "wait" ? " on the scenario's clock" : ""}`;
    case "number":
      return numberText(part.number, part.of);
    case "platform":
      return platformText(view, statement);
    default:
      return undefined;
  }
}

function addressText(view: View, address: AddressText): string | undefined {
  if (address.kind === "mac") {
    const mac = parseMac(address.text);
    if (mac === undefined) return undefined;
    const owners = [...view.policy().vnics.values()].filter((vnic) => vnic.mac === mac).map((vnic) => code(vnic.id));
    return paragraphs(`${code(address.text)}: ${macNote(mac)}`, owners.length > 0 && `vNIC: ${owners.join(", ")}`);
  }
  const ip = parseIp(address.text);
  if (ip === undefined) return undefined;
  const policy = view.policy();
  const owners = [...policy.vnics.values()].filter((vnic) => vnic.ips.includes(ip)).map((vnic) => code(vnic.id));
  const gateways = [...policy.segments.values()].filter((s) => s.gateways.includes(ip)).map((s) => code(s.name));
  const note = addressNote(ip);
  const canonical = typeof ip === "bigint" && formatIp6(ip) !== address.text ? ` = ${code(formatIp6(ip))}` : "";
  return paragraphs(
    `${code(address.text)}${canonical}: IPv${familyOf(ip)}${note ? `, ${note}` : ""}`,
    owners.length > 0 && `Address of vNIC ${owners.join(", ")}.`,
    gateways.length > 0 && `Gateway of segment ${gateways.join(", ")}.`,
    isToMany(ip) && "It is nobody's own: a packet to it goes to every other vNIC of the sender's segment.",
    !isToMany(ip) &&
      owners.length === 0 &&
      gateways.length === 0 &&
      "No vNIC of the inventory declares it: seen from here it is outside, or learned later.",
  );
}

function prefixText(address: AddressText, length: number): string | undefined {
  const ip = ipOf(address);
  if (ip === undefined || length > bitsOf(familyOf(ip))) return undefined;
  const [low, high] = prefixRange(ip, length);
  const size = addressesSize(addressSet([low, high]));
  const note = length === 0 ? `every IPv${familyOf(ip)} address` : addressNote(low, high);
  const rows = [
    ["First", code(formatIp(low))],
    ["Last", code(formatIp(high))],
  ];
  if (familyOf(ip) === 4) {
    const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
    rows.push(["Mask", code(formatIp(mask))]);
    if (length > 0 && length < 31 && !isToMany(low, high))
      rows.push(["Usable by hosts", count(size - 2n, "address", "addresses")]);
  }
  return paragraphs(
    `${code(`${formatIp(low)}/${length}`)}: ${count(size, "address", "addresses")}${note ? `, ${note}` : ""}`,
    low !== ip && `Host bits are set: ${code(formatIp(ip))} lies in this prefix.`,
    table(["", ""], rows),
  );
}

function portText(part: Part & { readonly kind: "port" }): string {
  const { from, to } = part.range ?? {};
  if (from && to && from.value <= to.value)
    return `${code(`${from.value}-${to.value}`)}: ${count(to.value - from.value + 1, "port")}. Port ${part.port.value}: ${portNote(part.port.value)}`;
  return part.port.value > 65535
    ? "Ports go from 0 to 65535."
    : `Port ${part.port.value}: ${portNote(part.port.value)}`;
}

function detailText(entry: ServiceEntry, detail: Int | Name): string | undefined {
  const word = entry.name.text;
  if (word === "icmp" || word === "icmpv6") {
    const icmp = icmpOf(word, detail, entry.code);
    if (icmp === undefined) return undefined;
    const name = icmpName(word, icmp.type, icmp.code);
    return `${word === "icmp" ? "ICMP" : "ICMPv6"} type ${icmp.type}${icmp.code === undefined ? "" : `, code ${icmp.code}`}${name ? `: ${name}` : ""}`;
  }
  if (word === "ip") {
    const protocol = ipProtocolOf(detail);
    return protocol === undefined ? undefined : `IP protocol ${protocol}${nameAfter(ipProtocolName(protocol))}`;
  }
  const type = etherTypeOf(detail);
  return type === undefined
    ? undefined
    : `EtherType 0x${type.toString(16).padStart(4, "0")}${nameAfter(etherTypeName(type))}`;
}
const nameAfter = (name: string | undefined): string => (name === undefined ? "" : `: ${name}`);

function numberText(number: Int, of: string): string | undefined {
  const { value } = number;
  const hex = number.text.startsWith("0x") ? ` (${value})` : "";
  switch (of) {
    case "dscp": {
      const name = DSCP_NAMES.get(value);
      return `DSCP ${number.text}${hex}${name ? `: **${name}**` : ""}. As the old TOS octet: 0x${(value * 4).toString(16).padStart(2, "0")}.`;
    }
    case "cos": {
      const name = COS_NAMES.get(value);
      return `CoS (802.1p priority) ${number.text}${hex}${name ? `: **${name}**` : ""}.`;
    }
    case "key id":
      return `Key id ${number.text}${hex}: both ends need a key with this id.`;
    default:
      return KEYWORD_NOTES.get(of)?.text;
  }
}

function platformText(view: View, statement: Statement): string | undefined {
  if (statement.kind !== "platform" || statement.name === undefined) return undefined;
  const id = [statement.name.text, statement.version?.text].filter((part) => part !== undefined).join(" ");
  const platform = findPlatform(id);
  if (platform === undefined) return undefined;
  const rows = Object.entries(platform.slots).map(([slot, { module, owner }]) => [
    slot,
    module === undefined ? "" : code(module),
    `${escapeMarkdown(owner)}${module === undefined ? "" : `: ${MODULE_NOTES[module].short}`}`,
  ]);
  const inUse = view.policy().platform === platform ? "" : " An earlier `platform` line holds.";
  return paragraphs(
    `**${escapeMarkdown(platform.title)}** (${code(platform.id)}).${inUse}`,
    table(["Slot", "Takes", "Whose"], rows),
  );
}
