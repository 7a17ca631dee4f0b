/** Ethernet addresses with a meaning, and the router's own. */
import type { Packet } from "../capture/packet.ts";
import type { Ip } from "../policy/addresses.ts";

export const broadcast = 0xffff_ffff_ffff;
/** The distributed router's MAC, the same on every host (NSX for vSphere Design Guide: the vMAC). */
export const ROUTER_MAC = 0x0250_5656_4452;
export const isMulticast = (mac: number): boolean => mac !== broadcast && Math.floor(mac / 2 ** 40) % 2 === 1;

/** 01:80:c2:00:00:00 (IEEE 802.1D) and PVST+'s 01:00:0c:cc:cc:cd. */
export const isBpdu = ({ eth }: Packet): boolean => eth.dst === 0x0180_c200_0000 || eth.dst === 0x0100_0ccc_cccd;

export const isMulticastIp = (ip: Ip): boolean => (typeof ip === "bigint" ? ip >> 120n === 0xffn : ip >>> 28 === 14);
export const isBroadcastIp = (ip: Ip): boolean => ip === 0xffff_ffff;

/** RFC 1112 and RFC 2464. */
export function multicastMac(ip: Ip): number {
  return typeof ip === "bigint" ? 0x3333_0000_0000 + Number(ip & 0xffff_ffffn) : 0x0100_5e00_0000 + (ip & 0x7f_ffff);
}
