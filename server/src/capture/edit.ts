import { decodeFrame } from "./decode.ts";
import { encodeFrame } from "./encode.ts";
import { hasEthernet } from "./fields.ts";
import { type FieldRow, LAYER_ROWS, type Raw } from "./fieldTable.ts";
import type { Packet } from "./packet.ts";

export interface LayerView {
  /** As Wireshark's packet details call it: "Internet Protocol Version 4". */
  readonly name: string;
  /** As display filters do: "ip". */
  readonly filter: string;
  readonly fields: readonly FieldView[];
}
export interface FieldView {
  readonly name: string;
  readonly value: string;
  readonly raw: Raw;
  /** Place in the octets of `encodeFrame`; a field of fewer bits has its octets. Absent in an inner packet. */
  readonly offset?: number;
  readonly length?: number;
  readonly editable: boolean;
}

/** A packet's layers, outermost first, with what a tunnel carries or an ICMP error quotes behind them (not editable). */
export function fieldTree(packet: Packet): LayerView[] {
  const layers = layersOf(packet, true);
  for (let next = packet.inner ?? packet.icmp?.quoted; next !== undefined; next = next.inner ?? next.icmp?.quoted) {
    layers.push(...layersOf(next, false));
  }
  return layers;
}

function layersOf(packet: Packet, isOuter: boolean): LayerView[] {
  const places = isOuter ? placesOf(packet) : undefined;
  const views: LayerView[] = [];
  for (const layer of LAYER_ROWS) {
    if (!layer.present(packet) || (layer.filter === "eth" && !isOuter && !hasEthernet(packet))) continue;
    const start = places?.[layer.filter];
    const fields: FieldView[] = [];
    for (const row of layer.fields) {
      const raw = row.get(packet);
      if (raw === undefined) continue;
      const length = row.length ?? (raw instanceof Uint8Array ? raw.length : undefined);
      const place =
        start !== undefined && row.offset !== undefined && length !== undefined
          ? { offset: start + row.offset, length }
          : {};
      fields.push({
        name: row.name,
        value: row.show(raw),
        raw,
        ...place,
        editable: isOuter && isEditable(row, packet),
      });
    }
    views.push({ name: layer.name, filter: layer.filter, fields });
  }
  return views;
}

function isEditable(row: FieldRow, packet: Packet): boolean {
  // The first type of a tagged frame is the tag's.
  return row.set !== undefined && !(row.name === "eth.type" && packet.eth.tags.length > 0);
}

/** Where each layer begins in the octets that `encodeFrame` writes. */
function placesOf(packet: Packet): Readonly<Record<string, number>> {
  const network = 14 + 4 * packet.eth.tags.length;
  const { ip } = packet;
  const optionsLength = ((ip?.options?.length ?? 0) + 3) & ~3;
  const header = ip === undefined ? 0 : ip.version === 4 ? 20 + optionsLength : 40 + (ip.extensions?.length ?? 0);
  const transport = network + header;
  const message = packet.tcp
    ? 20 + (packet.tcp.options?.length ?? 0)
    : packet.sctp
      ? 12
      : packet.udp || packet.icmp
        ? 8
        : 0;
  return {
    eth: 0,
    arp: network,
    ip: network,
    ipv6: network,
    tcp: transport,
    udp: transport,
    sctp: transport,
    icmp: transport,
    icmpv6: transport,
    dhcp: transport + 8,
    data: (packet.arp ? network + 28 : transport) + message,
  };
}

/** The packet with one field changed from text: an address, a number, a flag, octets. */
export function setField(packet: Packet, name: string, text: string): Packet | { readonly error: string } {
  const layer = LAYER_ROWS.find((candidate) => candidate.fields.some((field) => field.name === name));
  const row = layer?.fields.find((field) => field.name === name);
  if (layer === undefined || row === undefined) return { error: `no field is called ${name}` };
  const isPresent = layer.present(packet) || layer.filter === "data";
  if (!isPresent || row.get(packet) === undefined) return { error: `the packet has no ${name}` };
  if (row.set === undefined || !isEditable(row, packet))
    return { error: `${name} follows from the rest of the packet` };
  const changed = row.set(packet, text);
  if (typeof changed === "string") return { error: `${name} is ${changed}` };
  // Another protocol or port gives the octets behind it another meaning.
  return row.structural ? decodeFrame(encodeFrame(changed), 1) : changed;
}

/** `setField` for a value of the program's; answers a packet, or in words why not. */
export function withField(packet: Packet, name: string, value: string | number | bigint | boolean): Packet | string {
  const changed = setField(packet, name, String(value));
  return "error" in changed ? changed.error : changed;
}
