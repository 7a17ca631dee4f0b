/** Rule sets that are unlike NSX's, as policies of ours. The same number of rules gives the same text. */
import { randomFrom } from "./policies.ts";

/** Everything overlaps: large groups over few networks, so that an address is in thousands of sets, and hits come early. */
export function adversePolicy(rules: number): string {
  const random = randomFrom(3);
  const below = (n: number) => Math.floor(random() * n);
  const member = () => (below(3) === 0 ? "10.0.0.0/8" : `10.${below(64)}.0.0/16`);
  const groups = Math.max(4, rules / 4);
  const lines: string[] = [];
  for (let i = 0; i < groups; i += 1)
    lines.push(`group g-${i} = ${Array.from({ length: 1 + below(20) }, member).join(", ")}`);
  lines.push("dfw fw {", '  section "S" {');
  const service = () =>
    below(3) === 0 ? ` service tcp/${1 + below(200)}-${200 + below(20_000)}` : ` service tcp/${1 + below(1000)}`;
  for (let i = 0; i < rules; i += 1)
    lines.push(
      `    rule ${1 + i} ${below(3) === 0 ? "drop" : "allow"} from g-${below(groups)} to g-${below(groups)}${service()}`,
    );
  return [...lines, "  }", "  default drop", "}", "chain c { slot 2 dfw fw }"].join("\n");
}

/**
 * As ClassBench's access lists are (Taylor and Turner, "ClassBench: A Packet Classification Benchmark"): a prefix on
 * each side, nested in few larger ones, exact ports or ranges, protocols, wildcards, no groups.
 */
export function classBenchPolicy(rules: number): string {
  const random = randomFrom(5);
  const below = (n: number) => Math.floor(random() * n);
  const networks = Array.from({ length: 40 }, () => [1 + below(223), below(256)] as const);
  const prefix = (): string => {
    const [a, b] = networks[below(networks.length)] as readonly [number, number];
    const kind = below(20);
    if (kind < 2) return "any";
    if (kind < 4) return `${a}.${b}.0.0/16`;
    if (kind < 10) return `${a}.${b}.${below(256)}.0/24`;
    if (kind < 13) return `${a}.${b}.${below(256)}.${below(8) * 32}/27`;
    return `${a}.${b}.${below(256)}.${below(256)}`;
  };
  const service = (): string => {
    const kind = below(10);
    if (kind < 2) return "";
    const protocol = kind < 8 ? "tcp" : "udp";
    if (kind === 2) return ` service ${protocol}`;
    if (kind === 3) return ` service ${protocol}/1024-65535`;
    if (kind === 4) return ` service ${protocol}/${below(1024)}-${1024 + below(5000)}`;
    return ` service ${protocol}/${[20, 21, 25, 53, 80, 443, 1433, 1521, 3306, 5631][below(10)] ?? below(65536)}${kind === 9 ? " from 1024-65535" : ""}`;
  };
  const lines = ["dfw fw {", '  section "S" {'];
  for (let i = 0; i < rules; i += 1)
    lines.push(`    rule ${1 + i} ${below(3) === 0 ? "drop" : "allow"} from ${prefix()} to ${prefix()}${service()}`);
  return [...lines, "  }", "  default drop", "}", "chain c { slot 2 dfw fw }"].join("\n");
}
