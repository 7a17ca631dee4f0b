/** What goes by a vNIC: frames of many flows, and a policy that decides about them late. */
import type { Frame } from "../server/src/capture/packet.ts";
import { compilePolicy } from "../server/src/policy/compile.ts";
import type { Policy, Vnic } from "../server/src/policy/policy.ts";
import { loadProgram } from "../server/src/policy/program.ts";
import { parseFile } from "../server/src/syntax/document.ts";
import { generatePolicy, nsxShape, randomFrom } from "./policies.ts";

/** TCP and UDP between a vNIC and strangers: each flow begins with its first packet, and goes to and fro. */
export function framesFor(vnic: Vnic, count: number, flowCount: number): Frame[] {
  const random = randomFrom(11);
  const below = (n: number) => Math.floor(random() * n);
  const own = vnic.ips[0] as number;
  const strangers = Array.from({ length: flowCount }, () => ({
    ip: (10 << 24) + below(190 * 65536),
    port: 1024 + below(60_000),
    server: 1024 + below(60_000),
    tcp: below(4) > 0,
    packets: 0,
  }));
  return Array.from({ length: count }, (_, number) => {
    const flow = strangers[below(flowCount)] as (typeof strangers)[number];
    const inward = flow.packets % 2 === 0;
    const flags = flow.packets === 0 ? 2 : flow.packets === 1 ? 18 : 16;
    flow.packets += 1;
    const data = new Uint8Array(14 + 20 + (flow.tcp ? 20 : 8) + 380);
    const view = new DataView(data.buffer);
    const mac = (at: number, value: number) => {
      view.setUint16(at, Math.floor(value / 2 ** 32));
      view.setUint32(at + 2, value >>> 0);
    };
    mac(inward ? 0 : 6, vnic.mac as number);
    mac(inward ? 6 : 0, 0x0250_5656_4452);
    view.setUint16(12, 0x0800);
    view.setUint8(14, 0x45);
    view.setUint16(16, data.length - 14);
    view.setUint8(22, 64);
    view.setUint8(23, flow.tcp ? 6 : 17);
    view.setUint32(26, inward ? flow.ip : own);
    view.setUint32(30, inward ? own : flow.ip);
    view.setUint16(34, inward ? flow.port : flow.server);
    view.setUint16(36, inward ? flow.server : flow.port);
    if (flow.tcp) view.setUint16(46, 0x5000 | flags);
    else view.setUint16(38, data.length - 34);
    return {
      number: number + 1,
      time: BigInt(number) * 10_000n,
      interface: 0,
      linkType: 1,
      data,
      originalLength: data.length,
    };
  });
}

export function policyOf(count: number): Policy {
  // Behind all other rules, one that lets most of the capture's flows in: no packet finds its rule early.
  const last = '  section "Last" {\n    rule 1 "Most" allow service tcp/1-40000, udp/1-40000\n  }\n  default drop';
  const text = generatePolicy(nsxShape(count)).replace("  default drop", () => last);
  const document = parseFile("bench.iochain", text);
  return compilePolicy(loadProgram("bench.iochain", () => document));
}
