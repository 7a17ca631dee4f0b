/** The packet's layers and fields as variables, and the ways to change one: by field, by expression, by octets. */

import { fieldTree, type LayerView, setField } from "../capture/edit.ts";
import type { Packet } from "../capture/packet.ts";
import { macFor } from "../chain/packet.ts";
import { familyOf, formatIp, formatMac } from "../policy/addresses.ts";
import { PORT_PROTOCOLS } from "../policy/protocols.ts";
import type { Debuggee } from "./debuggee.ts";
import { portsOf } from "./environment.ts";
import { portProtocol } from "./expression/values.ts";
import { octetsOf, packetOf } from "./frameOctets.ts";
import { fieldName, whyNotSettable } from "./packetFields.ts";
import { RequestError } from "./protocol.ts";
import type { Node } from "./variables.ts";

/** The one thing whose octets can be read and written. */
export const PACKET_MEMORY = "packet";

export function packetNodes(debuggee: Debuggee): readonly Node[] {
  const { packet } = debuggee;
  if (!packet) return [];
  const seen = new Set<string>();
  const nameOf = (filter: string): string => {
    let name = filter;
    for (let n = 1; seen.has(name); n++) name = n === 1 ? `${filter} (inner)` : `${filter} (inner ${n})`;
    seen.add(name);
    return name;
  };
  const layers = layersOf(packet).map(
    ({ layer, value }): Node => ({
      name: nameOf(layer.filter),
      value,
      type: layer.name,
      expression: layer.filter,
      children: () =>
        layer.fields.map(
          (field): Node => ({
            name: field.name,
            value: field.value,
            type: field.editable ? "field" : "field, follows from the rest",
            expression: field.name,
            data: `field ${field.name}`,
            ...(field.editable ? { set: (text: string) => setPacketField(debuggee, field.name, text) } : {}),
          }),
        ),
    }),
  );
  const malformed = packet.malformed;
  const seal = sealText(debuggee);
  return [
    ...(seal === undefined ? [] : [{ name: "sealed", value: seal }]),
    ...layers,
    ...(malformed ? [{ name: "malformed", value: `at octet ${malformed.at}: ${malformed.why}` }] : []),
    {
      name: "octets",
      value: `${octetsOf(debuggee).length}`,
      type: "octets",
      memory: PACKET_MEMORY,
      children: () => octetRows(debuggee),
    },
  ];
}

interface ShownLayer {
  readonly layer: LayerView;
  readonly value: string;
}
const SHOWN = new WeakMap<Packet, readonly ShownLayer[]>();
/** Most stops have the packet of the one before. */
function layersOf(packet: Packet): readonly ShownLayer[] {
  let shown = SHOWN.get(packet);
  if (shown === undefined) {
    shown = fieldTree(packet).map((layer) => ({ layer, value: headline(layer) }));
    SHOWN.set(packet, shown);
  }
  return shown;
}

/** Octets in a row, as Wireshark's packet bytes have them. */
const ROW = 16;
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
const isPrinted = (octet: number): boolean => octet >= 0x20 && octet < 0x7f;

/** `0010`: `00 28 00 00 …  .(..`, for those who have no hex editor at hand. */
function octetRows(debuggee: Debuggee): readonly Node[] {
  const all = octetsOf(debuggee);
  const rows: Node[] = [];
  for (let at = 0; at < all.length; at += ROW) {
    const octets = [...all.subarray(at, at + ROW)];
    const printed = octets.map((octet) => (isPrinted(octet) ? String.fromCharCode(octet) : "."));
    rows.push({
      name: hex(at, 4),
      value: `${octets.map((octet) => hex(octet, 2)).join(" ")}  ${printed.join("")}`,
      set: (text) => void writeOctets(debuggee, at, fromHex(text), false),
    });
  }
  return rows;
}
/** The octets of a row as it is shown, or written without what is printed of them. */
function fromHex(text: string): Uint8Array {
  const [row = ""] = text.trim().split("  ", 1);
  const digits = row.replace(/[\s:-]/g, "");
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) throw new RequestError("octets are pairs of hex digits, such as 08 00");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** With which key the packet is sealed here, and at which epoch. */
function sealText({ moment, loaded: { policy } }: Debuggee): string | undefined {
  const seal = moment && "seal" in moment ? moment.seal : undefined;
  if (!seal) return undefined;
  const blocks = [...policy.blocks.values()].filter((block) => block.module === "encryption");
  const key = blocks.flatMap((block) => [...block.keys.values()]).find(({ id }) => id === seal.id);
  return `key ${key ? `${key.name}, ` : ""}id ${seal.id}, epoch ${seal.epoch}`;
}

/** What one wants to see of a layer before it is opened: its ends, or its first fields. */
function headline({ filter, fields }: LayerView): string {
  const value = (end: string): string | undefined => fields.find((field) => field.name === `${filter}.${end}`)?.value;
  const from = value("src") ?? value("srcport");
  const to = value("dst") ?? value("dstport");
  const flags = fields.filter((f) => f.name.startsWith("tcp.flags.") && f.value === "1").map((f) => f.name.slice(10));
  if (from !== undefined && to !== undefined) return [`${from} → ${to}`, ...flags].join(", ");
  return fields
    .slice(0, 3)
    .map((field) => `${field.name.slice(filter.length + 1)} ${field.value}`)
    .join(", ");
}

/** Changes a field of the packet under way; throws with the reason when that is not possible. */
export function setPacketField(debuggee: Debuggee, name: string, text: string): void {
  const packet = editable(debuggee);
  const unsettable = whyNotSettable(name);
  if (unsettable !== undefined) throw new RequestError(unsettable);
  const changed = setField(packet, fieldName(name), inFigures(debuggee, fieldName(name), text));
  if ("error" in changed) throw new RequestError(changed.error);
  debuggee.edit(changed);
}

/** A name of the policy, where it stands for one port, address or MAC, as that; any other text as it is. */
function inFigures({ loaded: { policy }, world }: Debuggee, field: string, text: string): string {
  const name = text.trim();
  const protocol = portProtocol(field);
  if (protocol) {
    const [ports, more] = portsOf(policy.services.get(name), PORT_PROTOCOLS[protocol]);
    const [first, last, others] = more ? [] : (ports ?? []);
    return first !== undefined && first === last && others === undefined ? String(first) : text;
  }
  const [only, another] = policy.vms.get(name)?.vnics ?? [];
  const vnic = policy.vnics.get(name) ?? (another ? undefined : only);
  const [, layer, end] = /^(eth|ip|ipv6)\.(src|dst)$/.exec(field) ?? [];
  if (!vnic || end === undefined) return text;
  if (layer === "eth") return formatMac(macFor(vnic));
  const address = world.addresses(vnic).find((ip) => familyOf(ip) === (layer === "ip" ? 4 : 6));
  return address === undefined ? text : formatIp(address);
}

/** Before the packet there is nothing to read, and behind it: `missing` are those that follow what was read. */
export function readOctets(
  debuggee: Debuggee,
  start: number,
  count: number,
): { octets: Uint8Array; start: number; missing: number } {
  const all = octetsOf(debuggee);
  if (start < 0) return { octets: new Uint8Array(), start, missing: Math.min(count, -start) };
  const octets = all.subarray(start, start + count);
  return { octets, start, missing: count - octets.length };
}
/**
 * Writes octets over the packet's; what they now mean is decoded anew. Answers how many were written: with `partial` those
 * that the packet has room for.
 */
export function writeOctets(debuggee: Debuggee, offset: number, octets: Uint8Array, partial: boolean): number {
  editable(debuggee);
  const all = octetsOf(debuggee);
  if (offset < 0 || offset >= all.length || (!partial && offset + octets.length > all.length))
    throw new RequestError(`the packet has octets 0 to ${all.length - 1}`);
  const changed = Uint8Array.from(all);
  const written = octets.subarray(0, all.length - offset);
  changed.set(written, offset);
  debuggee.edit(packetOf(changed, debuggee));
  return written.length;
}

function editable(debuggee: Debuggee): Packet {
  const { packet, moment } = debuggee;
  if (!packet) throw new RequestError("there is no packet here");
  if (moment?.kind === "finished") throw new RequestError("this packet's trip has ended: step back to change it");
  return packet;
}
