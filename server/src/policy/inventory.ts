/** Segments, virtual machines and their vNICs. */
import type { Endpoint, SegmentStatement, Statement, VmStatement, VnicStatement } from "../syntax/tree.ts";
import { addressSet, type Ip, type Mac } from "./addresses.ts";
import { ipOf, macOf, prefixOf } from "./endpoints.ts";
import { LIMITS, type NumberLimit, within } from "./limits.ts";
import type { Segment, Source, Vm, Vnic } from "./policy.ts";

const limited = (limit: NumberLimit, value: number | undefined): number | undefined =>
  value !== undefined && within(limit, value) ? value : undefined;

export function compileSegment(name: string, source: Source<SegmentStatement>): Segment {
  let vni: number | undefined;
  let vlan: number | undefined;
  const subnets: Ip[] = [];
  const gateways: Ip[] = [];
  for (const item of source.statement.children) {
    if (item.kind === "vni") vni ??= limited(LIMITS.vni, item.value?.value);
    else if (item.kind === "vlan") vlan ??= limited(LIMITS.vlan, item.value?.value);
    else if (item.kind === "subnet") for (const prefix of item.prefixes) subnets.push(...subnetOf(prefix));
    else if (item.kind === "gateway") gateways.push(...ipsOf(item.addresses.map(ipOf)));
  }
  return { name, source, vni, vlan, subnets: addressSet(subnets), gateways };
}

const subnetOf = (prefix: Endpoint): readonly Ip[] => (prefix.kind === "prefix" && prefixOf(prefix)) || [];
const ipsOf = (ips: readonly (Ip | undefined)[]): Ip[] => ips.filter((ip) => ip !== undefined);

/** `nextIndex`: the index of its first vNIC. */
export function compileVm(name: string, source: Source<VmStatement>, nextIndex: number): Vm {
  const tags: string[] = [];
  const heads = new Map<string, VnicStatement>();
  for (const item of source.statement.children) {
    if (item.kind === "tags") tags.push(...item.tags.map((tag) => tag.text));
    else if (item.kind === "vnic" && item.name !== undefined && !heads.has(item.name.text))
      heads.set(item.name.text, item);
  }
  const vnics = [...heads].map(([vnic, statement], i) =>
    compileVnic(vnic, { uri: source.uri, statement }, name, tags, nextIndex + i),
  );
  return { name, source, tags, vnics };
}

function compileVnic(
  name: string,
  source: Source<VnicStatement>,
  vm: string,
  tags: readonly string[],
  index: number,
): Vnic {
  let mac: Mac | undefined;
  let dhcp = false;
  let segment: string | undefined;
  const ips: Ip[] = [];
  for (const item of source.statement.children as readonly Statement[]) {
    if (item.kind === "mac") mac ??= macOf(item.address);
    else if (item.kind === "ip") {
      ips.push(...ipsOf(item.addresses.map(ipOf)));
      dhcp ||= item.dhcp;
    } else if (item.kind === "in-segment") segment ??= item.segment?.text;
  }
  return { id: `${vm}.${name}`, index, name, vm, tags, source, mac, ips: [...new Set(ips)], dhcp, segment };
}
