/** A packet's fields as values of the expression language, by Wireshark's names. */

import { type FieldRow, LAYER_ROWS, type LayerRow, type Raw } from "../capture/fieldTable.ts";
import type { Packet } from "../capture/packet.ts";
import { octets } from "./expression/octets.ts";
import { number, text, type Value } from "./expression/values.ts";

const ROWS = new Map<string, { readonly layer: LayerRow; readonly row: FieldRow }[]>();
for (const layer of LAYER_ROWS)
  for (const row of layer.fields) ROWS.set(row.name, [...(ROWS.get(row.name) ?? []), { layer, row }]);
const LAYERS = new Map(LAYER_ROWS.map((layer) => [layer.filter, layer]));

/** Names that stand for several fields, or that people know a field by. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  "eth.addr": ["eth.src", "eth.dst"],
  "ip.addr": ["ip.src", "ip.dst"],
  "ipv6.addr": ["ipv6.src", "ipv6.dst"],
  "tcp.port": ["tcp.srcport", "tcp.dstport"],
  "udp.port": ["udp.srcport", "udp.dstport"],
  "sctp.port": ["sctp.srcport", "sctp.dstport"],
  "ip.dscp": ["ip.dsfield.dscp"],
  "ip.ecn": ["ip.dsfield.ecn"],
  "ipv6.dscp": ["ipv6.tclass.dscp"],
  "vlan.cos": ["vlan.priority"],
  "tcp.flags.rst": ["tcp.flags.reset"],
  "tcp.flags.psh": ["tcp.flags.push"],
};
/** The name under which the capture library has a field. */
export const fieldName = (name: string): string => {
  const others = OTHER_NAMES[name];
  return others?.length === 1 ? (others[0] as string) : name;
};

/** Of the frame as a whole, and what the layers tell together. */
const OF_FRAME: Readonly<Record<string, (packet: Packet, frame: () => Uint8Array) => Value | undefined>> = {
  frame: (_, frame) => octets(frame()),
  "frame.len": (_, frame) => number(frame().length),
  "tcp.len": (packet) => (packet.tcp ? number(packet.payload.length) : undefined),
  "frame.protocols": (packet) => text(packet.protocols),
};

export const FIELD_NAMES: readonly string[] = [
  ...LAYERS.keys(),
  ...ROWS.keys(),
  ...Object.keys(OTHER_NAMES),
  ...Object.keys(OF_FRAME),
];

/** Why a name that has a value is none that can be set; undefined where it is one field's. */
export function whyNotSettable(name: string): string | undefined {
  if (ROWS.has(fieldName(name))) return undefined;
  const others = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : undefined;
  if (others) return `${name} stands for ${others.join(" and ")}: set one of them`;
  return LAYERS.has(name) ? `${name} is a layer: set one of its fields` : `${name} follows from the rest of the packet`;
}

/**
 * The values of a field of the packet, of which `frame` has the octets; none where it lacks it. Undefined: there is no
 * such field.
 */
export function fieldValues(
  packet: Packet | undefined,
  name: string,
  frame: () => Uint8Array,
): readonly Value[] | undefined {
  const layer = LAYERS.get(name);
  if (layer) return packet && layer.present(packet) ? [{ kind: "boolean", value: true }] : [];
  const others = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : undefined;
  if (others) return others.flatMap((other) => fieldValues(packet, other, frame) ?? []);
  const ofFrame = Object.hasOwn(OF_FRAME, name) ? OF_FRAME[name] : undefined;
  if (ofFrame) {
    const value = packet && ofFrame(packet, frame);
    return value ? [value] : [];
  }
  const rows = ROWS.get(name);
  if (!rows || !packet) return rows && [];
  const values: Value[] = [];
  for (const { layer: holder, row } of rows) {
    const raw = holder.present(packet) ? row.get(packet) : undefined;
    if (raw !== undefined) values.push(fieldValue(raw, row.show(raw)));
  }
  return values;
}

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;
/** A number may be an address: its spelling tells. */
export function fieldValue(raw: Raw, shown: string): Value {
  if (typeof raw === "boolean") return { kind: "boolean", value: raw, shown };
  if (raw instanceof Uint8Array) return { kind: "octets", value: raw, shown };
  if (typeof raw === "bigint" || IPV4.test(shown)) return { kind: "ip", value: raw, shown };
  return MAC.test(shown) ? { kind: "mac", value: raw, shown } : { kind: "number", value: raw, shown };
}
