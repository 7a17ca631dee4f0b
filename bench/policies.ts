/**
 * Policies of N rules, shaped as NSX's are: N/20 groups of one to four prefixes, N/50 services, a few virtual machines,
 * sections of 200 rules, one rule in ten with an address of its own. The same N and seed give the same text.
 */

/** Mulberry32. Gives numbers from 0 up to 1. */
export function randomFrom(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface Shape {
  readonly rules: number;
  readonly groups: number;
  readonly services: number;
  readonly vms: number;
  readonly rulesPerSection: number;
}
export const nsxShape = (rules: number): Shape => ({
  rules,
  groups: Math.max(4, Math.floor(rules / 20)),
  services: Math.max(4, Math.floor(rules / 50)),
  vms: Math.min(200, Math.max(4, Math.floor(rules / 50))),
  rulesPerSection: 200,
});

const ACTIONS = ["allow", "allow", "allow", "allow", "drop", "reject"] as const;
const PROTOCOLS = ["tcp", "tcp", "udp"] as const;
const WORDS = ["web", "db", "app", "dns", "backup", "mail", "ldap", "monitoring"] as const;

/** A policy as data; `policyText` and the peers' forms say the same of it. */
export interface Policy {
  readonly shape: Shape;
  readonly segments: readonly {
    readonly name: string;
    readonly vni: number;
    readonly subnet: string;
    readonly gateway: string;
  }[];
  readonly vms: readonly {
    readonly name: string;
    readonly tag: string;
    readonly mac: string;
    readonly ip: string;
    readonly segment: string;
  }[];
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[];
  readonly services: readonly { readonly name: string; readonly protocol: string; readonly ports: string }[];
  readonly rules: readonly GeneratedRule[];
}
export interface GeneratedRule {
  readonly id: number;
  readonly title: string;
  readonly action: string;
  /** A group's name or a prefix. */
  readonly from: string;
  readonly to: string;
  readonly service: string;
  readonly direction: "" | "in" | "out";
}

export function makePolicy(shape: Shape, seed = 1): Policy {
  const random = randomFrom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
  const octets = (...parts: number[]) => parts.join(".");

  const segments = times(Math.max(1, Math.ceil(shape.vms / 50)), (i) => ({
    ...{ name: `ls-${i}`, vni: 5001 + i },
    ...{ subnet: `10.200.${i}.0/24`, gateway: `10.200.${i}.1` },
  }));
  const vms = times(shape.vms, (i) => {
    const segment = Math.floor(i / 50);
    const host = (i % 50) + 10;
    const mac = `00:50:56:aa:${segment.toString(16).padStart(2, "0")}:${host.toString(16).padStart(2, "0")}`;
    return { name: `vm-${i}`, tag: pick(WORDS), mac, ip: `10.200.${segment}.${host}`, segment: `ls-${segment}` };
  });
  const prefix = (): string => {
    const length = pick([24, 24, 24, 28, 32, 16]);
    if (length === 16) return `${octets(10, below(190), 0, 0)}/16`;
    if (length === 24) return `${octets(10, below(190), below(256), 0)}/24`;
    if (length === 28) return `${octets(10, below(190), below(256), below(16) * 16)}/28`;
    return octets(10, below(190), below(256), 1 + below(254));
  };
  const groups = times(shape.groups, (i) => ({ name: `g-${i}`, members: times(1 + below(4), prefix) }));
  const services = times(shape.services, (i) => {
    const port = 1024 + below(60_000);
    const ports = below(4) === 0 ? `${port}-${port + below(100)}` : String(port);
    return { name: `s-${i}`, protocol: pick(PROTOCOLS), ports };
  });
  // Each group and service is used in turn as well as at random, so that none lies idle.
  const end = (i: number) =>
    below(10) === 0 ? prefix() : `g-${below(2) === 0 ? i % shape.groups : below(shape.groups)}`;
  const rules = times(shape.rules, (i) => {
    const service = `s-${below(2) === 0 ? i % shape.services : below(shape.services)}`;
    const direction = pick(["", "", "", "in", "out"] as const);
    const title = `${pick(WORDS)} ${i}`;
    return { id: 1000 + i, title, action: pick(ACTIONS), from: end(i), to: end(i + 7), service, direction };
  });
  return { shape, segments, vms, groups, services, rules };
}

/** The policy in our language. */
export function policyText({ shape, segments, vms, groups, services, rules }: Policy): string {
  const lines = [`policy "${shape.rules} rules"`, "platform nsx-v 6.3", ""];
  for (const { name, vni, subnet, gateway } of segments)
    lines.push(`segment ${name} { vni ${vni}  subnet ${subnet}  gateway ${gateway} }`);
  for (const { name, tag, mac, ip, segment } of vms)
    lines.push(`vm ${name} { tags ${tag}  vnic eth0 { mac ${mac}  ip ${ip}  segment ${segment} } }`);
  lines.push("");
  for (const { name, members } of groups) lines.push(`group ${name} = ${members.join(", ")}`);
  lines.push("");
  for (const { name, protocol, ports } of services) lines.push(`service ${name} = ${protocol}/${ports}`);
  lines.push("", "dfw fw {");
  for (const [i, { id, title, action, from, to, service, direction }] of rules.entries()) {
    if (i % shape.rulesPerSection === 0) {
      if (i > 0) lines.push("  }");
      lines.push(`  section "Section ${i / shape.rulesPerSection}" {`);
    }
    const side = direction === "" ? "" : ` ${direction}`;
    lines.push(`    rule ${id} "${title}" ${action} from ${from} to ${to} service ${service}${side}`);
  }
  lines.push("  }", "  default drop", "}", "", "chain standard {", "  slot 2 dfw fw", "}", "");
  return lines.join("\n");
}

export const generatePolicy = (shape: Shape, seed = 1): string => policyText(makePolicy(shape, seed));

/** The policy as NSX's Policy API has it, in short: what VS Code's JSON server is given, with `policySchema`. */
export function policyJson({ groups, services, rules }: Policy): string {
  const path = (end: string) => (end.startsWith("g-") ? `/infra/domains/default/groups/${end}` : end);
  const directions = { "": "IN_OUT", in: "IN", out: "OUT" };
  return JSON.stringify(
    {
      resource_type: "Infra",
      groups: groups.map(({ name, members }) => ({ id: name, expression: [{ ip_addresses: members }] })),
      services: services.map(({ name, protocol, ports }) => ({
        id: name,
        service_entries: [{ l4_protocol: protocol.toUpperCase(), destination_ports: [ports] }],
      })),
      rules: rules.map(({ id, title, action, from, to, service, direction }) => ({
        id: String(id),
        display_name: title,
        sequence_number: id,
        action: action.toUpperCase(),
        source_groups: [path(from)],
        destination_groups: [path(to)],
        services: [`/infra/services/${service}`],
        direction: directions[direction],
      })),
    },
    undefined,
    2,
  );
}

/** What a schema can say of `policyJson`: kinds, ranges, words and patterns, but not that a group exists. */
export const policySchema = {
  type: "object",
  required: ["groups", "services", "rules"],
  properties: {
    groups: {
      type: "array",
      items: {
        type: "object",
        required: ["id", "expression"],
        properties: {
          id: { type: "string", pattern: "^[\\w-]+$" },
          expression: {
            type: "array",
            items: {
              properties: {
                ip_addresses: { type: "array", items: { type: "string", pattern: "^[0-9.]+(/[0-9]+)?$" } },
              },
            },
          },
        },
      },
    },
    services: {
      type: "array",
      items: {
        type: "object",
        required: ["id", "service_entries"],
        properties: {
          service_entries: {
            type: "array",
            items: { properties: { l4_protocol: { type: "string", enum: ["TCP", "UDP"] } } },
          },
        },
      },
    },
    rules: {
      type: "array",
      items: {
        type: "object",
        required: ["id", "action", "source_groups", "destination_groups", "services", "direction"],
        additionalProperties: false,
        properties: {
          id: { type: "string", pattern: "^[0-9]+$" },
          display_name: { type: "string", maxLength: 255 },
          sequence_number: { type: "integer", minimum: 0, maximum: 999999 },
          action: { type: "string", enum: ["ALLOW", "DROP", "REJECT"], description: "What becomes of the packet." },
          source_groups: { type: "array", items: { type: "string" } },
          destination_groups: { type: "array", items: { type: "string" } },
          services: { type: "array", items: { type: "string", pattern: "^/infra/services/" } },
          direction: { type: "string", enum: ["IN", "OUT", "IN_OUT"] },
        },
      },
    },
  },
} as const;
