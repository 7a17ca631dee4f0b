/** Random small policies, and packets that are likely to meet their rules: what sets and engine are compared on. */

/** A repeatable source of choices (mulberry32). */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }
  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  some<T>(items: readonly T[], most: number): T[] {
    return Array.from({ length: 1 + this.below(most) }, () => this.pick(items));
  }
}

export const VNICS = ["a.e", "b.e", "c.e", "c.f", "d.e"];
const INVENTORY = `segment lan { vni 5000 subnet 10.0.0.0/24, fd00::/64 }
segment far { vni 5001 subnet 10.0.1.0/24 }
vm a { tags red  vnic e { mac 00:50:56:00:00:01 ip 10.0.0.1, fd00::1 segment lan } }
vm b { tags red  vnic e { mac 00:50:56:00:00:02 ip 10.0.0.2 segment lan } }
vm c { tags blue vnic e { mac 00:50:56:00:00:03 ip 10.0.1.3 segment far } vnic f { mac 00:50:56:00:00:04 ip 10.0.1.4, fd00::4 } }
vm d { tags blue vnic e { mac 00:50:56:00:00:05 ip dhcp segment lan } }
group reds   = tag red
group mixed  = b, 10.0.1.0/30, fd00::/126
group others = any except tag red
group deep   = 10.0.0.0/23 except mixed, c.f
`;
export const ADDRESSES_4 = ["10.0.0.1", "10.0.0.2", "10.0.1.3", "10.0.1.4", "10.0.0.77", "192.0.2.9", "10.0.1.1"];
export const ADDRESSES_6 = ["fd00::1", "fd00::4", "fd00::77", "2001:db8::9"];
/** The first and last of the ranges below, and their neighbours on the other side. */
const EDGES_4 = [
  "10.0.0.0",
  "10.0.1.0",
  "10.0.2.0",
  "9.255.255.255",
  "11.0.0.0",
  "192.0.1.255",
  "192.0.2.0",
  "192.0.2.255",
  "192.0.3.0",
  "0.0.0.1",
  "223.255.255.255",
];
const EDGES_6 = [
  "fd00::",
  "fd00::3",
  "fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "fd00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "fd01::",
  "2001:db8::10",
  "2001:db8::1f",
  "2001:db8::20",
];
const ENDPOINTS = [
  "any",
  "reds",
  "mixed",
  "others",
  "deep",
  "tag blue",
  "a",
  "c.f",
  "d",
  "lan",
  "10.0.0.0/31",
  "10.0.0.1-10.0.1.3",
  "192.0.2.0/24",
  "fd00::/16",
  "2001:db8::9-2001:db8::1f",
  "0.0.0.0/1, 8000::/1",
  "10.0.0.0/8 except a, c",
  "a.e, 10.0.1.4",
  "any except lan",
  "any except 10.0.0.0/8, fd00::/8",
  "tag nobody",
];
const SERVICES = [
  "http",
  "tcp/{22, 80-90}",
  "tcp",
  "udp/53",
  "dns",
  "any-udp",
  "ping",
  "icmp",
  "icmpv6",
  "gre",
  "tcp/80 from 1024-65535",
  "tcp/1-79",
  "tcp/91-65535 from {53, 1023}",
  "udp/0-52",
  "udp/54-65535 from 53",
  "icmp/3:1",
  "icmp/8",
  "icmp/echo-reply",
  "icmpv6/128",
  "ip/6",
  "ip/ospf",
  "sctp/5",
];

function rule(dice: Dice, id: number, actions: readonly string[], firewall: boolean): string {
  const clauses = [`rule ${id} ${dice.pick(actions)}`];
  if (dice.chance(60)) clauses.push(`from ${dice.pick(ENDPOINTS)}`);
  if (dice.chance(60)) clauses.push(`to ${dice.pick(ENDPOINTS)}`);
  if (dice.chance(60)) clauses.push(`service ${dice.some(SERVICES, 2).join(", ")}`);
  if (dice.chance(20)) clauses.push(dice.pick(["in", "out"]));
  if (dice.chance(10)) clauses.push(dice.pick(["ipv4", "ipv6"]));
  if (firewall && dice.chance(20)) clauses.push(`applied-to ${dice.pick(["tag red", "c", "a, d", "lan", "mixed"])}`);
  if (dice.chance(5)) clauses.push("disabled");
  return `    ${clauses.join(" ")}`;
}
const rules = (dice: Dice, from: number, most: number, actions: readonly string[], firewall = false) =>
  Array.from({ length: dice.below(most + 1) }, (_, i) => rule(dice, from + i, actions, firewall)).join("\n");

/** A firewall's rule, as a line. */
export const ruleText = (dice: Dice, id: number): string => rule(dice, id, ["allow", "drop", "reject"], true);

function frame(dice: Dice, id: number): string {
  const ends = ["any", "reds", "00:50:56:00:00:03", "c", "02:50:56:56:44:52"];
  const clauses = [`rule ${id} ${dice.pick(["allow", "drop"])}`];
  if (dice.chance(60)) clauses.push(`from ${dice.pick(ends)}`);
  if (dice.chance(60)) clauses.push(`to ${dice.pick(ends)}`);
  if (dice.chance(60)) clauses.push(`service ${dice.pick(["ether/ipv4", "ether/ipv6", "ether/arp"])}`);
  if (dice.chance(30)) clauses.push(dice.pick(["in", "out"]));
  return `    ${clauses.join(" ")}`;
}

function firewall(dice: Dice, name: string): string {
  const filter = ["allow", "allow", "drop", "reject"];
  const sections = [
    dice.chance(30) ? `  section "frames" ethernet {\n${frame(dice, 900)}\n${frame(dice, 901)}\n  }` : "",
    `  section "first" category emergency {\n${rules(dice, 100, 2, filter, true)}\n  }`,
    `  section "env" category environment {\n${rules(dice, 200, 4, [...filter, "jump-to-application"], true)}\n  }`,
    `  section "app" ${dice.pick(["", "stateless", "tcp-strict", "applied-to tag red"])} {\n${rules(dice, 300, 5, filter, true)}\n  }`,
  ];
  const exclude = dice.chance(20) ? `  exclude ${dice.pick(["b", "c.f"])}\n` : "";
  return `dfw ${name} {\n${exclude}${sections.join("\n")}\n  default ${dice.pick(["allow", "drop", "reject"])}\n}`;
}

function security(dice: Dice): string {
  const binds = [
    "a.e ip 10.0.0.1, fd00::1",
    "b.e ip 10.0.0.2",
    "c.e mac 00:50:56:00:00:ff ip 10.0.1.3",
    "c.f ip fd00::4",
  ];
  const lines = binds.filter(() => dice.chance(70)).map((bind) => `  bind ${bind}`);
  const discover = dice.chance(50) ? "  discover tools\n" : "";
  return `swsec guard {\n  spoofguard ${dice.pick(["off", "tofu", "manual"])}\n${lines.join("\n")}\n${discover}}`;
}

/** A policy over the inventory above, with every module, as text. */
export function policyText(dice: Dice): string {
  const slots = [
    dice.chance(40) ? "slot 0 acl edge" : "",
    dice.chance(40) ? "slot 1 swsec guard" : "",
    "slot 2 dfw fw",
    dice.chance(50) ? "slot 4 redirect steer" : "",
    dice.chance(30) ? "slot 5 redirect steer2" : "",
    dice.chance(40) ? "slot 15 encryption seal" : "",
  ];
  const others = ["slot 2 dfw fw2", dice.chance(50) ? "slot 15 encryption seal2" : ""];
  const chains = dice.chance(60)
    ? `chain one { ${slots.join(" ")} }`
    : `chain one applied-to a, b, d { ${slots.join(" ")} }\nchain two applied-to c.e { ${others.join(" ")} }`;
  return `${INVENTORY}
acl edge {
${rules(dice, 1, 3, ["allow", "drop", "mark dscp 10"])}
  default ${dice.pick(["allow", "drop", "allow"])}
}
${security(dice)}
${firewall(dice, "fw")}
${firewall(dice, "fw2")}
appliance ips { inspect {
${rules(dice, 1, 2, ["allow", "drop", "mark dscp 1"])}
  } }
appliance tap { }
redirect steer via ips {
${rules(dice, 1, 2, ["redirect", "skip"])}
}
redirect steer2 via tap {
${rules(dice, 1, 2, ["redirect", "skip"])}
  default ${dice.pick(["redirect", "skip"])}
}
encryption seal {
  key one id 1
  key two id 2
${rules(dice, 1, 2, ["encrypt with one", "protect with two", "clear"])}
}
encryption seal2 {
  key one id 1
${rules(dice, 1, 2, ["encrypt with one", "clear"])}
}
${chains}
`;
}

export function assertText(dice: Dice): string {
  const property = dice.pick(["allowed", "blocked", "inspected by ips", "inspected by tap", "encrypted"]);
  const clauses = [`assert ${property}`];
  if (dice.chance(70)) clauses.push(`from ${dice.pick(ENDPOINTS)}`);
  if (dice.chance(70)) clauses.push(`to ${dice.pick(ENDPOINTS)}`);
  if (dice.chance(60)) clauses.push(`service ${dice.pick(SERVICES)}`);
  if (dice.chance(15)) clauses.push(dice.pick(["ipv4", "ipv6"]));
  return clauses.join(" ");
}

/** A packet in `send` notation; `from VNIC` where the dice say so. */
export function packetText(dice: Dice): { readonly from?: string; readonly text: string } {
  const six = dice.chance(30);
  const edge = dice.chance(30);
  const hosts = six
    ? edge
      ? [...ADDRESSES_6, ...EDGES_6]
      : ADDRESSES_6
    : edge
      ? [...ADDRESSES_4, ...EDGES_4]
      : ADDRESSES_4;
  const [source, destination] = [dice.pick(hosts), dice.pick(hosts)];
  const host = (ip: string) => (six ? `[${ip}]` : ip);
  const port = () => dice.pick([0, 1, 5, 21, 22, 23, 52, 53, 54, 79, 80, 85, 90, 91, 1023, 1024, 40000, 65535]);
  const kind = dice.pick(["tcp", "tcp", "udp", "sctp", "icmp", "ip"]);
  const from = dice.chance(10) ? "d.e" : undefined;
  if (kind === "icmp")
    return {
      from,
      text: `${six ? "icmpv6" : "icmp"} ${source} -> ${destination} ${dice.pick(["echo-request", "echo-reply"])}`,
    };
  if (kind === "ip") return { from, text: `ip/${dice.pick(["gre", "ospf", "esp"])} ${source} -> ${destination}` };
  return { from, text: `${kind} ${host(source)}:${port()} -> ${host(destination)}:${port()}` };
}
