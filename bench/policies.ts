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

/** The policy's text. */
export function generatePolicy(shape: Shape, seed = 1): string {
  const random = randomFrom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const octets = (...parts: number[]) => parts.join(".");
  const lines: string[] = [`policy "${shape.rules} rules"`, "platform nsx-v 6.3", ""];

  const segments = Math.max(1, Math.ceil(shape.vms / 50));
  for (let i = 0; i < segments; i += 1)
    lines.push(`segment ls-${i} { vni ${5001 + i}  subnet 10.200.${i}.0/24  gateway 10.200.${i}.1 }`);
  for (let i = 0; i < shape.vms; i += 1) {
    const segment = Math.floor(i / 50);
    const host = (i % 50) + 10;
    const mac = `00:50:56:aa:${segment.toString(16).padStart(2, "0")}:${host.toString(16).padStart(2, "0")}`;
    lines.push(
      `vm vm-${i} { tags ${pick(WORDS)}  vnic eth0 { mac ${mac}  ip 10.200.${segment}.${host}  segment ls-${segment} } }`,
    );
  }
  lines.push("");

  const prefix = (): string => {
    const length = pick([24, 24, 24, 28, 32, 16]);
    if (length === 16) return `${octets(10, below(190), 0, 0)}/16`;
    if (length === 24) return `${octets(10, below(190), below(256), 0)}/24`;
    if (length === 28) return `${octets(10, below(190), below(256), below(16) * 16)}/28`;
    return octets(10, below(190), below(256), 1 + below(254));
  };
  for (let i = 0; i < shape.groups; i += 1)
    lines.push(`group g-${i} = ${Array.from({ length: 1 + below(4) }, prefix).join(", ")}`);
  lines.push("");
  for (let i = 0; i < shape.services; i += 1) {
    const port = 1024 + below(60_000);
    const ports = below(4) === 0 ? `${port}-${port + below(100)}` : String(port);
    lines.push(`service s-${i} = ${pick(PROTOCOLS)}/${ports}`);
  }
  lines.push("", "dfw fw {");
  // Each group and service is used in turn as well as at random, so that none lies idle.
  const end = (i: number) =>
    below(10) === 0 ? prefix() : `g-${below(2) === 0 ? i % shape.groups : below(shape.groups)}`;
  for (let i = 0; i < shape.rules; i += 1) {
    if (i % shape.rulesPerSection === 0) {
      if (i > 0) lines.push("  }");
      lines.push(`  section "Section ${i / shape.rulesPerSection}" {`);
    }
    const service = below(2) === 0 ? i % shape.services : below(shape.services);
    const side = pick(["", "", "", " in", " out"]);
    lines.push(
      `    rule ${1000 + i} "${pick(WORDS)} ${i}" ${pick(ACTIONS)} from ${end(i)} to ${end(i + 7)} service s-${service}${side}`,
    );
  }
  lines.push("  }", "  default drop", "}", "", "chain standard {", "  slot 2 dfw fw", "}", "");
  return lines.join("\n");
}
