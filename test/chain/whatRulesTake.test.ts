/**
 * Which rule takes a packet, asked of a reading of the language that is as plain as can be: services with ports, source
 * ports, ICMP types and protocols, families and directions, disabled rules, categories and jumps.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "../../server/src/chain/walk.ts";
import { World } from "../../server/src/chain/world.ts";
import { policyOf } from "../policy/programs.ts";
import { sendingOf } from "./packetOf.ts";

interface Sent {
  readonly protocol: "tcp" | "udp" | "sctp" | "icmp" | "icmpv6" | "ip";
  readonly from: number;
  readonly to: number;
  /** Of ICMP. */
  readonly message: keyof typeof MESSAGES;
  /** Of `ip`. */
  readonly number: number;
  readonly family: 4 | 6;
  readonly out: boolean;
}
/** Type and code. */
const MESSAGES = {
  "echo-request": [8, 0],
  "echo-reply": [0, 0],
  "port-unreachable": [3, 3],
  "host-unreachable": [3, 1],
};
interface Service {
  readonly text: string;
  readonly takes: (sent: Sent) => boolean;
}

// ---- services ---------------------------------------------------------------------------------------------------------

const port = fc.constantFrom(0, 1, 22, 53, 79, 80, 81, 443, 1024, 8080, 65535);
interface Ports {
  readonly text: string;
  readonly has: (port: number) => boolean;
}
const stretch: fc.Arbitrary<Ports> = fc.tuple(port, port).map(([a, b]) => {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  return { text: `${low}-${high}`, has: (n) => low <= n && n <= high };
});
const single: fc.Arbitrary<Ports> = port.map((one) => ({ text: `${one}`, has: (n) => n === one }));
const several: fc.Arbitrary<Ports> = fc
  .tuple(single, stretch)
  .map(([one, more]) => ({ text: `{ ${one.text}, ${more.text} }`, has: (n) => one.has(n) || more.has(n) }));
const ports = fc.option(fc.oneof(single, stretch, several), { nil: undefined });

const transport: fc.Arbitrary<Service> = fc
  .tuple(fc.constantFrom("tcp", "udp", "sctp"), ports, ports)
  .map(([protocol, to, from]) => ({
    text: `${protocol}${to ? `/${to.text}` : ""}${from ? ` from ${from.text}` : ""}`,
    takes: (sent) => sent.protocol === protocol && (to?.has(sent.to) ?? true) && (from?.has(sent.from) ?? true),
  }));
const icmp = (text: string, type?: number, code?: number): Service => ({
  text,
  takes: ({ protocol, message }) => {
    const [t, c] = MESSAGES[message] as [number, number];
    return protocol === "icmp" && (type === undefined || t === type) && (code === undefined || c === code);
  },
});
const plain = (text: string, takes: Service["takes"]): Service => ({ text, takes });
const isMine = ({ protocol, from, to }: Sent): boolean =>
  (protocol === "tcp" && to >= 79 && to <= 81 && from >= 1024) || (protocol === "udp" && to === 53);
const service: fc.Arbitrary<Service> = fc.oneof(
  transport,
  fc.constantFrom(
    icmp("icmp"),
    icmp("any-icmp"),
    icmp("icmp/8", 8),
    icmp("ping", 8),
    icmp("icmp/3", 3),
    icmp("icmp/3:3", 3, 3),
    icmp("icmp/echo-reply", 0),
    plain("icmpv6", ({ protocol }) => protocol === "icmpv6"),
    plain("ping6", ({ protocol, message }) => protocol === "icmpv6" && message === "echo-request"),
    plain("ip/6", ({ protocol }) => protocol === "tcp"),
    plain("ip/47", ({ protocol, number }) => protocol === "ip" && number === 47),
    plain("ospf", ({ protocol, number }) => protocol === "ip" && number === 89),
    plain("any-tcp", ({ protocol }) => protocol === "tcp"),
    plain("http", ({ protocol, to }) => protocol === "tcp" && to === 80),
    plain("dns", ({ protocol, to }) => (protocol === "tcp" || protocol === "udp") && to === 53),
    plain("mine", isMine),
    plain("nested", (sent) => isMine(sent) || (sent.protocol === "tcp" && sent.to === 22)),
  ),
);

// ---- packets and rules ------------------------------------------------------------------------------------------------

const sent: fc.Arbitrary<Sent> = fc
  .record({
    protocol: fc.constantFrom<Sent["protocol"]>("tcp", "udp", "sctp", "icmp", "icmpv6", "ip"),
    from: port,
    to: port,
    message: fc.constantFrom(...(Object.keys(MESSAGES) as Sent["message"][])),
    number: fc.constantFrom(47, 89, 112),
    family: fc.constantFrom<4 | 6>(4, 6),
    out: fc.boolean(),
  })
  .map((one) => {
    if (one.protocol === "icmp") return { ...one, family: 4 };
    return one.protocol === "icmpv6" ? { ...one, family: 6, message: "echo-request" } : one;
  });
function notation({ protocol, from, to, message, number, family, out }: Sent): string {
  const ends = family === 4 ? ["10.0.1.1", "203.0.113.5"] : ["fd00::1", "2001:db8::5"];
  const [source, destination] = out ? ends : ends.toReversed();
  const at = (ip: string | undefined, port: number): string => (family === 6 ? `[${ip}]:${port}` : `${ip}:${port}`);
  if (protocol === "ip") return `ip/${number} ${source} -> ${destination}`;
  if (protocol === "icmp" || protocol === "icmpv6") return `${protocol} ${source} -> ${destination} ${message}`;
  return `${protocol} ${at(source, from)} -> ${at(destination, to)}`;
}

const CATEGORIES = ["emergency", "infrastructure", "environment", "application"] as const;
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined, freq: 2 });
const rule = fc.record({
  services: fc.option(fc.array(service, { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 6 }),
  direction: maybe(fc.constantFrom("in", "out")),
  family: maybe(fc.constantFrom(4, 6)),
  action: fc.constantFrom("allow", "drop", "reject", "jump-to-application"),
  disabled: fc.nat(7).map((n) => n === 0),
});
const section = fc.record({ category: maybe(fc.constantFrom(...CATEGORIES)), rules: fc.array(rule, { maxLength: 4 }) });

test("the rule that decides is the first in the order of the categories that takes the packet", () => {
  fc.assert(
    fc.property(
      fc.array(section, { minLength: 1, maxLength: 5 }),
      fc.array(sent, { minLength: 6, maxLength: 12 }),
      maybe(fc.constantFrom("allow", "drop")),
      (sections, packets, standard) => {
        const all = sections.flatMap(({ category = "application", rules }, index) =>
          // Only environment sections may jump.
          rules.map((r) => ({ ...r, section: index, category, jumps: r.action === "jump-to-application" })),
        );
        const numbered = all.map((r, index) => ({
          ...r,
          id: index + 1,
          action: r.jumps && r.category !== "environment" ? "allow" : r.action,
        }));
        const lines = sections.flatMap(({ category }, index) => [
          `  section "${index}" stateless ${category ? `category ${category}` : ""} {`,
          ...numbered
            .filter((r) => r.section === index)
            .map(({ id, action, services, direction, family, disabled }) =>
              [
                `    rule ${id} ${action}`,
                services && `service ${services.map(({ text }) => text).join(", ")}`,
                direction,
                family && `ipv${family}`,
                disabled && "disabled",
              ]
                .filter(Boolean)
                .join(" "),
            ),
          "  }",
        ]);
        const policy = policyOf(
          [
            "vm web { vnic eth0 { mac 00:50:56:00:00:01  ip 10.0.1.1, fd00::1 } }",
            "service mine = tcp/79-81 from 1024-65535, udp/53",
            "service nested = mine, ssh",
            "dfw fw {",
            ...lines,
            ...(standard ? [`  default ${standard}`] : []),
            "}",
            "chain c { slot 2 dfw fw }",
          ].join("\n"),
        );
        const order = CATEGORIES.flatMap((category) => numbered.filter((r) => r.category === category));
        for (const packet of packets) {
          const takes = ({ services, direction, family, disabled }: (typeof order)[number]): boolean =>
            !disabled &&
            (direction === undefined || direction === (packet.out ? "out" : "in")) &&
            (family === undefined || family === packet.family) &&
            (services === undefined || services.some((one) => one.takes(packet)));
          const taking = order.filter(takes);
          const jump = taking.findIndex(({ action }) => action === "jump-to-application");
          const before = jump < 0 ? taking : taking.slice(0, jump);
          const decider = before[0] ?? taking.find(({ category }) => category === "application");
          const world = World.start(policy);
          const [walk] = run(world, sendingOf(world, notation(packet))).walks;
          const decision = walk?.slots.find(({ slot }) => slot === 2);
          expect([decision?.by?.id, decision?.verdict]).toEqual([decider?.id, decider?.action ?? standard ?? "allow"]);
        }
      },
    ),
    { numRuns: 300 },
  );
});
