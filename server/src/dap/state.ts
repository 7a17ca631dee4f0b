/** What the current slot, and the vNIC that it belongs to, remember: tables, timers, counters, appliances, keys. */
import { answererOf, type Connection, openerOf } from "../chain/connections.ts";
import { type End, flowAbout, flowOf } from "../chain/flow.ts";
import type { VnicState, World } from "../chain/world.ts";
import { formatIp, formatMac, type Ip } from "../policy/addresses.ts";
import type { Block, Encryption, Redirect, Swsec, Vnic } from "../policy/policy.ts";
import { ipProtocolName } from "../policy/protocols.ts";
import type { Debuggee } from "./debuggee.ts";
import { number, text, type Value } from "./expression/values.ts";
import { rulesOf } from "./places.ts";
import { duration } from "./text.ts";
import type { Node } from "./variables.ts";

/** Beyond this many entries a table is shown in part: nobody reads them all, and a debugger must answer at once. */
const SHOWN = 10_000;

/** The nodes of the scope "Slot state". */
export function slotState(debuggee: Debuggee): readonly Node[] {
  const { place, world } = debuggee;
  const vnic = place && debuggee.loaded.policy.vnics.get(place.vnic);
  if (!place || !vnic) return [];
  const state = world.at(vnic);
  const { block } = place;
  const nodes: Node[] = [];
  if (block?.module === "dfw") nodes.push(connectionTable(state, world, vnic.id));
  if (block?.module === "redirect") nodes.push(...redirectNodes(block, state, world, place.number));
  if (block?.module === "swsec") nodes.push(...swsecNodes(block, vnic, state));
  if (block?.module === "encryption") nodes.push(...keyNodes(block, world));
  if (block) nodes.push(counters(block, world));
  if (block && world.blocksDown.has(block.name)) nodes.push({ name: "block", value: `down, fail ${place.line?.fail}` });
  nodes.push(addresses(vnic, state), controllerTable(world));
  return nodes;
}

/** Between two packets there is no slot: what all vNICs, appliances and blocks remember. */
export function worldState(debuggee: Debuggee): readonly Node[] {
  const { world } = debuggee;
  const { policy } = debuggee.loaded;
  const vnics = [...policy.vnics.values()].map((vnic): Node => {
    const state = world.at(vnic);
    const count = live(state, world).length;
    return {
      name: vnic.id,
      value: `${count} connection${count === 1 ? "" : "s"}`,
      children: () => [connectionTable(state, world, vnic.id), addresses(vnic, state)],
    };
  });
  const appliances = [...policy.appliances.keys()].map((name) => ({
    name: `appliance ${name}`,
    value: world.appliances.get(name) ?? "up",
  }));
  const down = [...world.blocksDown.entries()].map(([name]) => ({ name: `block ${name}`, value: "down" }));
  return [...vnics, ...appliances, ...down, controllerTable(world)];
}

// ---- connections ----------------------------------------------------------------------------------------------------

const live = (state: VnicState, world: World): readonly Connection[] =>
  [...state.connections.entries()].flatMap(([, c]) => (c.expires > world.clock ? [c] : []));

function connectionTable(state: VnicState, world: World, vnic: string): Node {
  const entries = live(state, world);
  return {
    name: "connections",
    value: `${entries.length} of ${vnic}`,
    ...(entries.length > 100 ? { indexed: Math.min(entries.length, SHOWN) } : {}),
    data: `connections ${vnic}`,
    children: () => entries.slice(0, SHOWN).map((entry) => connectionNode(entry, world, vnic)),
  };
}
function connectionNode(connection: Connection, world: World, vnic: string): Node {
  return {
    name: flowText(connection),
    value: lifetime(connection, world),
    data: `connection ${vnic} ${flowText(connection)}`,
    children: () =>
      [...connectionParts(connection, world)].map(([name, value]) => ({
        name,
        value:
          value.kind === "number" ? (value.shown ?? String(value.value)) : value.kind === "text" ? value.value : "",
      })),
  };
}
const flowText = (connection: Connection): string => {
  const { protocol } = connection.key;
  const name = ipProtocolName(protocol) ?? `ip/${protocol}`;
  const end = ({ ip, port }: End): string => {
    const address = formatIp(ip);
    if (protocol === 1 || protocol === 58) return address;
    return typeof ip === "bigint" ? `[${address}]:${port}` : `${address}:${port}`;
  };
  return `${name} ${end(openerOf(connection))} -> ${end(answererOf(connection))}`;
};
const expiry = ({ expires }: Connection, world: World): string =>
  Number.isFinite(expires) ? `in ${duration(expires - world.clock)}` : "never";
const lifetime = (connection: Connection, world: World): string =>
  `${connection.state}, expires ${expiry(connection, world)}`;

/** What is told of an entry, by name. */
const PARTS: Readonly<Record<string, (connection: Connection, world: World) => Value>> = {
  state: ({ state }) => text(state),
  flow: (connection) => text(flowText(connection)),
  expires: (connection, world) => number(connection.expires - world.clock, expiry(connection, world)),
  since: ({ since }) => number(since, duration(since)),
  packets: ({ packets }) => number(packets),
  openedBy: ({ openedBy }) => text(openedBy === undefined ? "default" : `rule ${openedBy}`),
};
export const CONNECTION_PARTS: readonly string[] = Object.keys(PARTS);
const connectionParts = (connection: Connection, world: World): Map<string, Value> =>
  new Map(Object.entries(PARTS).map(([name, part]) => [name, part(connection, world)]));

/** The firewall's entry for the packet's flow at its vNIC, as the word `state`. */
export function connectionOf(debuggee: Debuggee): Value | undefined {
  const { packet, place, world } = debuggee;
  const vnic = place && debuggee.loaded.policy.vnics.get(place.vnic);
  const flow = packet && (flowOf(packet) ?? flowAbout(packet));
  if (!vnic || !flow) return undefined;
  const found = world.at(vnic).connections.get(flow.key);
  if (!found || found.expires <= world.clock) return undefined;
  return { kind: "record", summary: found.state, members: connectionParts(found, world) };
}

/** All connections of a vNIC in a line each, to notice when one appears, changes its state, or expires. */
export function connectionsAt(debuggee: Debuggee, id: string): string {
  const vnic = debuggee.loaded.policy.vnics.get(id);
  if (!vnic) return "";
  const entries = live(debuggee.world.at(vnic), debuggee.world);
  return entries.map((c) => `${flowText(c)} ${c.state}`).join("\n");
}

// ---- the other modules ------------------------------------------------------------------------------------------------

function redirectNodes(block: Redirect, state: VnicState, world: World, slot: number): Node[] {
  const entries = state.redirects.get(slot)?.entries() ?? [];
  const ways = entries.filter(([, way]) => way.connection.expires > world.clock);
  const nodes: Node[] = [];
  if (block.via)
    nodes.push({
      name: "appliance",
      value: `${block.via.name} is ${world.appliances.get(block.via.name) ?? "up"}, fail ${block.via.fail}`,
    });
  nodes.push({
    name: "flows",
    value: String(ways.length),
    children: () =>
      ways.map(([, way]) => ({
        name: flowText(way.connection),
        value: `${way.redirect ? "redirected" : "skipped"}, ${lifetime(way.connection, world)}`,
      })),
  });
  return nodes;
}

function swsecNodes(block: Swsec, vnic: Vnic, state: VnicState): Node[] {
  const binding = block.bindings.find((b) => b.vnic === vnic);
  const bound = binding
    ? [binding.mac === undefined ? "" : formatMac(binding.mac), list(binding.ips)].filter(Boolean).join(" ")
    : "none";
  return [
    { name: "spoofguard", value: block.spoofguard.mode },
    { name: "binding", value: bound },
    { name: "approved", value: list(state.approved) || "none" },
    ...(block.spoofguard.mode === "tofu"
      ? [
          { name: "trusted on first use", value: list(Object.values(state.first)) || "none" },
          { name: "pending", value: list(state.pending) || "none" },
        ]
      : []),
    ...(block.limits.length > 0
      ? [
          {
            name: "rates",
            value: String(block.limits.length),
            children: () =>
              [...state.rates.entries()].map(([name, rate]) => ({
                name,
                value: `${rate.count} since ${duration(rate.since)}`,
              })),
          },
        ]
      : []),
  ];
}
const list = (ips: readonly Ip[]): string => ips.map(formatIp).join(", ");

const keyNodes = (block: Encryption, world: World): Node[] => [
  {
    name: "keys",
    value: String(block.keys.size),
    children: () =>
      [...block.keys.values()].map((key) => ({
        name: key.name,
        value: `id ${key.id}, epoch ${world.epoch(block.name, key.name)}${key.algorithm === undefined ? "" : `, ${key.algorithm}`}`,
      })),
  },
];

/** Packets decided, rule by rule. */
function counters(block: Block, world: World): Node {
  const via = block.module === "redirect" ? block.via : undefined;
  const lists = [{ owner: block.name, rules: rulesOf(block) }];
  if (via) lists.push({ owner: via.name, rules: via.inspect?.rules ?? [] });
  const count = lists.reduce((sum, { rules }) => sum + rules.length, 0);
  // Of thousands of rules few have decided anything: those are asked, not all.
  let total = 0;
  for (const [key, hits] of world.hits.entries())
    if (lists.some(({ owner }) => owner === key.slice(0, key.lastIndexOf(".")))) total += hits;
  return {
    name: "counters",
    value: `${total} packet${total === 1 ? "" : "s"} by rules`,
    ...(count > 100 ? { indexed: count } : {}),
    children: () =>
      lists.flatMap(({ owner, rules }) =>
        rules.map(({ id, title }) => ({
          name: `${owner === block.name ? "" : `${owner} `}rule ${id}${title === undefined ? "" : ` "${title}"`}`,
          value: String(world.hits.get(`${owner}.${id}`) ?? 0),
          data: `hits ${owner}.${id}`,
          expression: `rule(${/^[\w-]+$/.test(owner) ? owner : JSON.stringify(owner)}.${id}).hits`,
        })),
      ),
  };
}

function addresses(vnic: Vnic, state: VnicState): Node {
  const nodes = [
    ...vnic.ips.map((ip) => ({ name: formatIp(ip), value: "declared" })),
    ...state.learned
      .filter(({ ip }) => !vnic.ips.includes(ip))
      .map(({ ip, method }) => ({ name: formatIp(ip), value: `learned by ${method}` })),
  ];
  return { name: "addresses", value: nodes.map((n) => n.name).join(", ") || "none", children: () => nodes };
}
function controllerTable(world: World): Node {
  const entries = [...world.neighbours.entries()];
  return {
    name: "controller table",
    value: String(entries.length),
    ...(entries.length > 100 ? { indexed: Math.min(entries.length, SHOWN) } : {}),
    children: () =>
      entries.slice(0, SHOWN).map(([key, { mac, vnic }]) => {
        const [vni = "", ip = ""] = key.split(" ");
        return { name: `vni ${vni} ${readable(ip)}`, value: `${formatMac(mac)} ${vnic}` };
      }),
  };
}
/** Keys hold addresses as numbers; beyond 32 bits it is IPv6. */
const readable = (digits: string): string => {
  const value = BigInt(digits);
  return formatIp(value > 0xffff_ffffn ? value : Number(value));
};
