import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Acl, Dfw, Encryption, Redirect, Swsec } from "../../server/src/policy/policy.ts";
import { policyOf } from "./programs.ts";

const dfwOf = (text: string, name = "fw") => policyOf(text).blocks.get(name) as Dfw;

describe("the policy of a text", () => {
  it("has a title and a platform, the default one where it is not known", () => {
    const policy = policyOf('policy "Shop" platform nsx 4');
    expect(policy.title).toBe("Shop");
    expect(policy.platform.id).toBe("nsx 4");
    expect(policyOf("platform nsx-v-netx").platform.id).toBe("nsx-v-netx");
    expect(policyOf("platform nsx 9").platform.id).toBe("nsx-v 6.3");
    expect(policyOf("").platform.id).toBe("nsx-v 6.3");
  });

  it("numbers vNICs in order of declaration", () => {
    const { vnics } = policyOf(
      "vm a { tags x, y vnic eth0 { mac 00-50-56-00-00-01 ip 10.0.0.1, fd00::1 } vnic eth1 { ip dhcp } } vm a { vnic eth9 { } } vm b { vnic eth0 { } }",
    );
    expect([...vnics.keys()]).toEqual(["a.eth0", "a.eth1", "b.eth0"]);
    expect([...vnics.values()].map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(vnics.get("a.eth0")).toMatchObject({
      mac: 0x005056000001,
      ips: [0x0a000001, 0xfd000000000000000000000000000001n],
      dhcp: false,
      tags: ["x", "y"],
    });
    expect(vnics.get("a.eth1")).toMatchObject({ dhcp: true, ips: [] });
  });

  it("orders the rules of a firewall by category, then as written", () => {
    const fw = dfwOf(`dfw fw {
      section "a" { rule 1 drop }
      section "e" category environment { rule 2 drop rule 3 jump-to-application }
      section "f" ethernet { rule 4 drop }
      section "x" category emergency { rule 5 drop }
      section "b" category application { rule 6 drop disabled }
      section "i" category infrastructure { rule 7 drop }
    }`);
    expect(fw.ipRules.map(({ id }) => id)).toEqual([5, 7, 2, 3, 1, 6]);
    expect(fw.ipRules[fw.firstApplicationRule]?.id).toBe(1);
    expect(fw.ethernetRules.map(({ id }) => id)).toEqual([4]);
    expect(fw.ipRules.map(({ disabled }) => disabled)).toEqual([false, false, false, false, false, true]);
    expect(fw.default).toBeUndefined();
  });

  it("a section's applied-to replaces its rules'", () => {
    const fw = dfwOf(`vm a { vnic eth0 { ip 10.0.0.1 } } vm b { vnic eth0 { ip dhcp } }
      dfw fw {
        exclude b
        section "own" { rule 1 drop applied-to b rule 2 drop }
        section "its" applied-to a { rule 3 drop applied-to b rule 4 drop applied-to nosuch }
        section "none" applied-to nosuch { rule 5 drop }
      }`);
    const applied = fw.ipRules.map(({ appliedTo }) => appliedTo && [...appliedTo].map(({ id }) => id));
    expect(applied).toEqual([["b.eth0"], undefined, ["a.eth0"], ["a.eth0"], []]);
    expect([...fw.exclude].map(({ id }) => id)).toEqual(["b.eth0"]);
  });

  it("a rule that is broken is left out, never widened", () => {
    const fw = dfwOf(`dfw fw { section "s" {
      rule 1 from any to any
      rule 2 allow form 10.0.0.1
      rule 3 drop
      rule 4 allow service https, arp
      rule 5 allow service arp
    } default drop log }`);
    expect(fw.ipRules.map(({ id }) => id)).toEqual([3, 4, 5]);
    expect(fw.ipRules[1]?.services).toHaveLength(1);
    expect(fw.ipRules[2]?.services).toEqual([]);
    expect(fw.default).toMatchObject({ action: "drop", log: true });
    const acl = policyOf("acl e { rule 1 mark dscp 64 rule 2 mark dscp 46 rule 3 drop ipv6 in log }").blocks.get(
      "e",
    ) as Acl;
    expect(acl.rules.map(({ id }) => id)).toEqual([2, 3]);
    expect(acl.rules[0]?.mark).toEqual({ field: "dscp", value: 46 });
    expect(acl.rules[1]).toMatchObject({ family: 6, direction: "in", log: true });
  });

  it("timers have their defaults", () => {
    const { timeouts } = dfwOf("dfw fw { timeouts { udp-first 0s  tcp-closed 500ms  tcp-closed 9s  icmp-first 99d } }");
    expect(timeouts).toMatchObject({
      "udp-first": 0,
      "tcp-closed": 500,
      "tcp-established": 43_200_000,
      "icmp-first": 20_000,
    });
  });

  it("switch security", () => {
    const guard = policyOf(`vm a { vnic eth0 { } } swsec g {
      spoofguard tofu  allow-local on  discover dhcp, nd  discover tools  arp-suppression on
      block bpdu, non-ip  limit broadcast in 10 pps  limit multicast out 0 pps
      bind a.eth0 mac 00:50:56:00:00:01 ip 10.0.0.1  bind a.eth9 ip 10.0.0.2 }`).blocks.get("g") as Swsec;
    expect(guard.spoofguard.mode).toBe("tofu");
    expect(guard.allowLocal).toBe(true);
    expect([...guard.discover.methods]).toEqual(["dhcp", "nd", "tools"]);
    expect(guard.arpSuppression.on).toBe(true);
    expect([...guard.blocks.keys()]).toEqual(["bpdu", "non-ip"]);
    expect(guard.limits).toMatchObject([{ what: "broadcast", direction: "in", rate: 10 }]);
    expect(guard.bindings).toMatchObject([{ mac: 0x005056000001, ips: [0x0a000001] }]);
    expect((policyOf("swsec g { }").blocks.get("g") as Swsec).spoofguard.mode).toBe("off");
  });

  it("partner services and keys", () => {
    const policy = policyOf(`appliance i { vendor "V" inspect { rule 1 drop default allow } }
      redirect r via i { rule 1 redirect } redirect s via r { }
      encryption e { key k id 1 key k id 2 rule 1 encrypt with k rule 2 protect with q default clear }`);
    expect(policy.appliances.get("i")).toMatchObject({ vendor: "V", fail: "closed" });
    expect((policy.blocks.get("r") as Redirect).via).toBe(policy.appliances.get("i"));
    expect((policy.blocks.get("s") as Redirect).via).toBeUndefined();
    const encryption = policy.blocks.get("e") as Encryption;
    expect(encryption.rules.map(({ id, key }) => [id, key?.id])).toEqual([[1, 1]]);
    expect(encryption.default?.action).toBe("clear");
  });

  it("chains: lines in error are left out, and the first chain has a vNIC", () => {
    const { chains } =
      policyOf(`vm a { vnic eth0 { } } vm b { vnic eth0 { } } dfw fw { } dfw fw2 { } appliance i { } redirect r via i { }
      chain one applied-to a {
        slot 2 dfw fw fail open  slot 2 dfw fw2  slot 3 redirect r  slot 5 dfw fw  slot 6 redirect fw  slot 16 redirect r  slot 7 redirect nosuch
      }
      chain two { slot 2 dfw fw2 }`);
    expect(chains.map(({ vnics }) => [...vnics].map(({ id }) => id))).toEqual([["a.eth0"], ["b.eth0"]]);
    expect([...(chains[1]?.claimed ?? [])].map(({ id }) => id)).toEqual(["a.eth0", "b.eth0"]);
    const slots = [...(chains[0]?.slots.values() ?? [])].map(({ number, block, fail }) => [number, block?.name, fail]);
    expect(slots).toEqual([
      [2, "fw", "open"],
      [7, undefined, "closed"],
    ]);
  });

  it("applied-to picks by membership, and by declared address", () => {
    const { chains } =
      policyOf(`segment lan { } vm a { tags t vnic eth0 { ip dhcp segment lan } } vm b { vnic eth0 { ip 10.0.0.2 } } vm c { vnic eth0 { mac 00:50:56:00:00:03 } }
      chain one applied-to lan { } chain two applied-to 10.0.0.0/8 { } chain three applied-to any except tag t, 10.0.0.2 { }`);
    expect(chains.map(({ vnics }) => [...vnics].map(({ id }) => id))).toEqual([["a.eth0"], ["b.eth0"], ["c.eth0"]]);
  });

  it("never throws, whatever the text", () => {
    const word = fc.constantFrom(
      ...'policy platform nsx-v 6.3 import segment vm vnic group service acl swsec dfw appliance redirect encryption chain scenario assert section slot rule default bind key exclude timeouts send from to any except tag allow drop mark dscp with via id ip mac dhcp a b c.d 1 2 99999 10.0.0.1 10.0.0.0/33 fd00::1 tcp/80 icmp/8 = { } , " 30s applied-to blocked expect delivered'.split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        policyOf(words.join(" "));
      }),
      { numRuns: 500 },
    );
  });
});
