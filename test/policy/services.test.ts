import { describe, expect, it } from "vitest";
import { BUILTIN_SERVICES } from "../../server/src/policy/builtins.ts";
import { icmpName } from "../../server/src/policy/protocols.ts";
import { policyOf } from "./programs.ts";

const matches = (text: string, name = "s") => policyOf(text).services.get(name)?.matches;

describe("services", () => {
  it.each([
    ["tcp/443", [{ layer: "ip", protocol: 6, ports: [443, 443] }]],
    ["tcp", [{ layer: "ip", protocol: 6 }]],
    ["udp/{1, 2-3, 9} from 68", [{ layer: "ip", protocol: 17, ports: [1, 3, 9, 9], sourcePorts: [68, 68] }]],
    ["sctp from {1, 5-6}", [{ layer: "ip", protocol: 132, sourcePorts: [1, 1, 5, 6] }]],
    ["icmp", [{ layer: "ip", protocol: 1 }]],
    ["icmp/8", [{ layer: "ip", protocol: 1, icmpType: 8 }]],
    ["icmp/3:4", [{ layer: "ip", protocol: 1, icmpType: 3, icmpCode: 4 }]],
    ["icmp/port-unreachable", [{ layer: "ip", protocol: 1, icmpType: 3, icmpCode: 3 }]],
    ["icmpv6/echo-request", [{ layer: "ip", protocol: 58, icmpType: 128 }]],
    ["ip/47", [{ layer: "ip", protocol: 47 }]],
    ["ip/gre", [{ layer: "ip", protocol: 47 }]],
    ["ether/arp", [{ layer: "ethernet", etherType: 0x0806 }]],
    ["ether/0x86dd", [{ layer: "ethernet", etherType: 0x86dd }]],
    ["arp", [{ layer: "ethernet", etherType: 0x0806 }]],
    [
      "https, tcp/443, http",
      [
        { layer: "ip", protocol: 6, ports: [443, 443] },
        { layer: "ip", protocol: 6, ports: [80, 80] },
      ],
    ],
    ["tcp/70000, tcp/9-8, nosuch, icmp/300, ip/300", []],
    ["tcp/{80, 70000}", [{ layer: "ip", protocol: 6, ports: [80, 80] }]],
  ])("%s", (entries, wanted) => expect(matches(`service s = ${entries}`)).toEqual(wanted));

  it("of services, with circles cut", () => {
    expect(matches("service s = t, tcp/1  service t = s, tcp/2")).toEqual([
      { layer: "ip", protocol: 6, ports: [2, 2] },
      { layer: "ip", protocol: 6, ports: [1, 1] },
    ]);
  });

  it("a name in quotes is a service, even if a protocol is called so", () => {
    expect(matches('service "tcp" = udp/1  service s = "tcp"')).toEqual([{ layer: "ip", protocol: 17, ports: [1, 1] }]);
  });

  it("a declaration hides the built-in of its name", () => {
    expect(matches("service https = tcp/8443", "https")).toEqual([{ layer: "ip", protocol: 6, ports: [8443, 8443] }]);
    expect(matches("service s = https  service https = tcp/8443")).toEqual([
      { layer: "ip", protocol: 6, ports: [8443, 8443] },
    ]);
  });

  it("built in: each with its text", () => {
    expect(BUILTIN_SERVICES.size).toBe(41);
    for (const { name, hover, matches: built } of BUILTIN_SERVICES.values()) {
      expect(hover, name).toMatch(/\.$/);
      expect(built.length, name).toBeGreaterThan(0);
    }
  });

  it("ICMP types have names", () => {
    expect(icmpName("icmp", 8)).toBe("echo-request");
    expect(icmpName("icmp", 3, 3)).toBe("port-unreachable");
    expect(icmpName("icmp", 3, 99)).toBe("destination-unreachable");
    expect(icmpName("icmpv6", 129)).toBe("echo-reply");
    expect(icmpName("icmp", 200)).toBeUndefined();
  });
});
