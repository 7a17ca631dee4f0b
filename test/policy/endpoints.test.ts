import { describe, expect, it } from "vitest";
import { addressesContain, type Ip, parseIp } from "../../server/src/policy/addresses.ts";
import { addressesOf, contains } from "../../server/src/policy/endpoints.ts";
import type { EndpointSet, Vnic } from "../../server/src/policy/policy.ts";
import { policyOf } from "./programs.ts";

const INVENTORY = `
segment lan { vni 5001  subnet 10.0.1.0/24, fd00::/64 }
vm web  { tags web, prod  vnic eth0 { mac 00:50:56:00:00:01  ip 10.0.1.1  segment lan } }
vm web2 { tags web        vnic eth0 { ip dhcp  segment lan }  vnic eth1 { ip 10.0.9.9 } }
vm db   { tags db, prod   vnic eth0 { ip 10.0.3.1 } }
`;
/** web2.eth0 has learned an address of the segment. */
const LEARNED = parseIp("10.0.1.77") as Ip;

function world(groups: string) {
  const policy = policyOf(INVENTORY + groups);
  const known = (vnic: Vnic): Ip[] => (vnic.id === "web2.eth0" ? [LEARNED] : [...vnic.ips]);
  const owner = (ip: Ip) => [...policy.vnics.values()].find((vnic) => known(vnic).includes(ip));
  const set = (name: string) => policy.groups.get(name)?.endpoints as EndpointSet;
  /** Both ways of asking must agree. */
  const has = (name: string, text: string) => {
    const ip = parseIp(text) as Ip;
    const answer = contains(set(name), ip, owner);
    expect(addressesContain(addressesOf(set(name), known), ip)).toBe(answer);
    return answer;
  };
  return { policy, set, has, vnics: (name: string) => [...set(name).vnics].map((vnic) => vnic.id) };
}

describe("who is in a group", () => {
  it("addresses, prefixes, ranges", () => {
    const { has } = world("group g = 10.7.0.1, 10.8.0.0/16, 10.9.0.5-10.9.0.9, fd01::/64");
    for (const ip of ["10.7.0.1", "10.8.255.255", "10.9.0.5", "10.9.0.9", "fd01::99"]) expect(has("g", ip)).toBe(true);
    for (const ip of ["10.7.0.2", "10.9.0.4", "10.9.0.10", "fd02::"]) expect(has("g", ip)).toBe(false);
  });

  it("members by tag, machine, vNIC: their addresses, declared and learned", () => {
    const { has, vnics } = world("group g = tag web  group one = web2.eth0  group machine = web2");
    expect(vnics("g")).toEqual(["web.eth0", "web2.eth0", "web2.eth1"]);
    expect(has("g", "10.0.1.1")).toBe(true);
    expect(has("g", "10.0.1.77")).toBe(true);
    expect(has("one", "10.0.9.9")).toBe(false);
    expect(has("machine", "10.0.9.9")).toBe(true);
  });

  it("a segment: its subnets, and the vNICs attached to it", () => {
    const { has, vnics } = world("group g = lan");
    expect(vnics("g")).toEqual(["web.eth0", "web2.eth0"]);
    expect(has("g", "10.0.1.200")).toBe(true);
    expect(has("g", "fd00::1")).toBe(true);
    expect(has("g", "10.0.9.9")).toBe(false);
  });

  it("any, and any except", () => {
    const { has, set } = world(
      "group all = any  group outside = any except 10.0.0.0/8  group others = any except tag web",
    );
    expect(set("all").any).toBe(true);
    expect(set("outside").any).toBe(false);
    expect(has("outside", "192.0.2.1")).toBe(true);
    expect(has("outside", "10.0.1.77")).toBe(false);
    expect(has("others", "10.0.1.77")).toBe(false);
    expect(has("others", "10.0.3.1")).toBe(true);
    expect(has("others", "10.0.1.78")).toBe(true);
  });

  it("except takes out learned addresses, too, and members of what it names", () => {
    const { has, vnics } = world("group g = tag web except 10.0.1.64/26, web  group p = lan except tag prod");
    expect(vnics("g")).toEqual(["web2.eth0", "web2.eth1"]);
    expect(has("g", "10.0.1.77")).toBe(false);
    expect(has("g", "10.0.9.9")).toBe(true);
    expect(has("p", "10.0.1.1")).toBe(false);
    expect(has("p", "10.0.1.2")).toBe(true);
  });

  it("a group's except is that group's alone", () => {
    const { has } = world(`
      group safe = 10.0.0.0/8 except tag web
      group g = safe, 10.0.1.1
      group h = any except safe
      group k = safe except 10.0.3.0/24`);
    expect(has("safe", "10.0.1.1")).toBe(false);
    expect(has("g", "10.0.1.1")).toBe(true);
    expect(has("g", "10.0.1.77")).toBe(false);
    expect(has("h", "10.0.1.77")).toBe(true);
    expect(has("h", "10.0.3.1")).toBe(false);
    expect(has("k", "10.0.3.1")).toBe(false);
    expect(has("k", "10.0.1.77")).toBe(false);
    expect(has("k", "10.0.4.1")).toBe(true);
  });

  it("circles are cut, and long chains of groups are no trouble", () => {
    const links = Array.from({ length: 20_000 }, (_, i) => `group g${i} = g${i + 1}`).join("\n");
    const { has } = world(`group a = b, 10.0.0.1  group b = a, 10.0.0.2\n${links}\ngroup g20000 = 10.0.0.7`);
    expect(has("a", "10.0.0.1")).toBe(true);
    expect(has("a", "10.0.0.2")).toBe(true);
    expect(has("g0", "10.0.0.7")).toBe(true);
  });

  it("unknown names and broken addresses add nobody, and nobody is not anybody", () => {
    const { has, set } = world("group g = nosuch, 10.0.0.300, 10.0.0.0/33, tag nobody");
    expect(set("g").any).toBe(false);
    expect(has("g", "10.0.0.1")).toBe(false);
  });

  it("equal lists are one set", () => {
    const policy = policyOf(`${INVENTORY} group g = tag web
      acl e { rule 1 drop from g to 10.0.0.1, web  rule 2 drop from g to 10.0.0.1, web  rule 3 drop from any to tag web }`);
    const block = policy.blocks.get("e");
    const rules = block?.module === "acl" ? block.rules : [];
    expect(rules[0]?.from).toBe(policy.groups.get("g")?.endpoints);
    expect(rules[0]?.to).toBe(rules[1]?.to);
    expect(rules[2]?.to).toBe(policy.groups.get("g")?.endpoints);
  });
});
