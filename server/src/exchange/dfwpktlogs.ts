/**
 * `dfwpktlogs.log` of an ESXi host: what the firewall said of packets, as a scenario that sends them and expects it.
 * The rules are only what the log shows of them: each takes the packets that it was logged for, and no others.
 */
import { formatIp, type Ip } from "../policy/addresses.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import { writeName } from "../syntax/writeName.ts";
import type { Draft, DraftEntry, DraftRule, DraftVm } from "./draft.ts";
import { type Input, titleOf } from "./input.ts";
import { type Logged, readLog } from "./pktlogLines.ts";
import type { Place, Report } from "./report.ts";
import { protocolEntry } from "./values.ts";

/** A rule as the log shows it. */
interface Seen {
  readonly id: number;
  readonly action: "allow" | "drop" | "reject";
  readonly sources: Set<string>;
  readonly destinations: Set<string>;
  readonly entries: Set<string>;
  readonly directions: Set<"in" | "out">;
  /** Of each line: what stands behind the packet, or nothing. */
  readonly tags: Set<string>;
  readonly first: Place;
}

const ACTIONS: Readonly<Record<string, { readonly action: Seen["action"]; readonly outcome: string }>> = {
  PASS: { action: "allow", outcome: "delivered" },
  DROP: { action: "drop", outcome: "dropped" },
  REJECT: { action: "reject", outcome: "rejected" },
};

export function* draftOfLogs(inputs: readonly Input[], report: Report): Steps<Draft> {
  const lines: Logged[] = [];
  for (const input of inputs) for (const line of yield* readLog(input, report)) lines.push(line);
  return yield* new LogDraft(lines, report).draft(inputs);
}

const isMany = (ip: Ip): boolean =>
  typeof ip === "bigint" ? ip >> 120n === 0xffn : ip >>> 28 === 14 || ip === 0xffff_ffff;
/** The last address of a network, by the looks of it: the log has no masks. */
const mayBeBroadcast = (ip: Ip): boolean => typeof ip === "number" && (ip & 0xff) === 0xff;
const isNobody = (ip: Ip): boolean => BigInt(ip) === 0n;

class LogDraft {
  readonly #lines: readonly Logged[];
  readonly #report: Report;
  /** Addresses of a vNIC by what names it. */
  readonly #vnics = new Map<string, Set<string>>();
  readonly #owner = new Map<string, string>();
  readonly #rules = new Map<number, Seen>();
  /** Addresses that packets leave from: they are somebody's. */
  readonly #senders: ReadonlySet<Ip>;
  #order: Seen[] = [];

  constructor(lines: readonly Logged[], report: Report) {
    this.#lines = lines;
    this.#report = report;
    this.#senders = new Set(lines.map(({ source }) => source));
  }

  *draft(inputs: readonly Input[]): Steps<Draft> {
    for (const [i, line] of this.#lines.entries()) {
      if (i % STRIDE === 0) yield;
      this.#own(line);
    }
    const usable: Logged[] = [];
    for (const [i, line] of this.#lines.entries()) {
      if (i % STRIDE === 0) yield;
      if (!this.#usable(line)) continue;
      usable.push(line);
      this.#see(line);
    }
    this.#order = yield* this.#ordered(usable);
    const steps = yield* this.#steps(usable);
    const rules = this.#order.map((seen) => this.#rule(seen));
    return {
      title: titleOf(inputs),
      platform: "nsx 4",
      comments: [
        `Imported from ${titleOf(inputs)}.`,
        "The log names rules and shows none of them: each takes here what it was logged for, and no more.",
        "To hold the log against your own rules, put an import of them in the place of all but the scenario.",
      ],
      segments: [],
      vms: [...this.#vnics].map(
        ([name, ips]): DraftVm => ({
          key: `vm:${name}`,
          names: [name],
          tags: [],
          vnics: [{ name: "eth0", ips: [...ips] }],
        }),
      ),
      groups: [],
      services: [],
      appliances: [],
      blocks: [
        {
          module: "dfw",
          key: "dfw",
          names: ["logged"],
          sections: [{ name: "as logged", rules }],
          default: { action: "allow" },
        },
      ],
      chains: [{ key: "chain", names: ["host"], slots: [{ number: 2, module: "dfw", block: "dfw" }] }],
      scenarios: [{ title: "What the log said", lines: steps }],
    };
  }

  /** Leaving, the source is the vNIC's, unless SpoofGuard says that it is not; entering, the destination. */
  #own({ hash, direction, source, destination, reason }: Logged): void {
    if (direction === "out" && /^spoofguard$/i.test(reason)) return;
    const ip = direction === "out" ? source : destination;
    if (isMany(ip) || isNobody(ip) || this.#broadcast(ip)) return;
    const text = formatIp(ip);
    if (this.#owner.has(text)) return;
    const name = hash === undefined ? text : `vif-${hash}`;
    this.#owner.set(text, name);
    const known = this.#vnics.get(name);
    if (known === undefined) this.#vnics.set(name, new Set([text]));
    else known.add(text);
  }
  #vnicOf({ hash, direction, source, destination }: Logged): string | undefined {
    return (
      this.#owner.get(formatIp(direction === "out" ? source : destination)) ??
      (hash !== undefined && this.#vnics.has(`vif-${hash}`) ? `vif-${hash}` : undefined)
    );
  }

  #broadcast(ip: Ip): boolean {
    return mayBeBroadcast(ip) && !isMany(ip) && !this.#senders.has(ip);
  }

  #usable(line: Logged): boolean {
    const { at, reason, action, rule } = line;
    const lose = (why: string) => {
      this.#report.inexpressible(at, why);
      return false;
    };
    if (reason.toLowerCase() !== "match")
      return lose(`${action} for the reason ${reason}, which no rule decides: kept as a comment`);
    const acts = ACTIONS[action];
    if (acts === undefined) return lose(`${action}: kept as a comment`);
    if (line.direction === "in" && this.#broadcast(line.destination))
      return lose(
        `${formatIp(line.destination)} may be a network's broadcast address, and the log has no masks: kept as a comment`,
      );
    if (this.#vnicOf(line) === undefined)
      return lose(`no line says which vNIC it is that receives ${formatIp(line.destination)}: kept as a comment`);
    if (line.direction === "in" && isMany(line.destination) && !this.#owner.has(formatIp(line.source)))
      return lose(`a packet from outside to ${formatIp(line.destination)} has no vNIC of its own: kept as a comment`);
    const known = this.#rules.get(rule);
    if (known !== undefined && known.action !== acts.action) {
      this.#report.wrong(
        at,
        `rule ${rule} ${action === "PASS" ? "passes" : "stops"} here and did not at line ${known.first.line}: it was changed between; kept as a comment`,
      );
      return false;
    }
    if (known === undefined)
      this.#rules.set(rule, {
        id: rule,
        action: acts.action,
        sources: new Set(),
        destinations: new Set(),
        entries: new Set(),
        directions: new Set(),
        tags: new Set(),
        first: at,
      });
    return true;
  }

  #see(line: Logged): void {
    const seen = this.#rules.get(line.rule) as Seen;
    seen.sources.add(formatIp(line.source));
    seen.destinations.add(formatIp(line.destination));
    seen.entries.add(entryOf(line));
    seen.directions.add(line.direction);
    seen.tags.add(line.tag ?? "");
  }
  #matches(seen: Seen, line: Logged, direction: "in" | "out"): boolean {
    return (
      seen.directions.has(direction) &&
      seen.sources.has(formatIp(line.source)) &&
      seen.destinations.has(formatIp(line.destination)) &&
      seen.entries.has(entryOf(line))
    );
  }

  /** A rule stands before every other that would take a packet it was logged for. */
  *#ordered(lines: readonly Logged[]): Steps<Seen[]> {
    const rules = [...this.#rules.values()];
    const before = new Map<Seen, Set<Seen>>(rules.map((seen) => [seen, new Set()]));
    const done = new Set<string>();
    for (const [i, line] of lines.entries()) {
      if (i % STRIDE === 0) yield;
      const own = this.#rules.get(line.rule) as Seen;
      const key = `${line.rule} ${line.direction} ${flowOf(line)}`;
      if (done.has(key)) continue;
      done.add(key);
      for (const other of rules)
        if (other !== own && this.#matches(other, line, line.direction)) before.get(other)?.add(own);
    }
    const out: Seen[] = [];
    const left = new Set(rules);
    while (left.size > 0) {
      const next =
        [...left].find((seen) => [...(before.get(seen) ?? [])].every((other) => !left.has(other))) ??
        ([...left][0] as Seen);
      left.delete(next);
      out.push(next);
    }
    return out;
  }
  #decides(line: Logged, direction: "in" | "out"): Seen | undefined {
    return this.#order.find((seen) => this.#matches(seen, line, direction));
  }

  #rule(seen: Seen): DraftRule {
    const literals = (texts: Iterable<string>) => ({
      items: [...texts].map((text) => ({ kind: "literal", text }) as const),
    });
    const [direction] = seen.directions;
    const tags = [...seen.tags].filter((tag) => tag !== "");
    const [label] = seen.tags.size === 1 ? tags : [];
    return {
      id: seen.id,
      action: seen.action,
      from: literals(seen.sources),
      to: literals(seen.destinations),
      services: entriesOf(seen.entries),
      log: label !== undefined && label.length <= 32 ? label : true,
      ...(tags.length > 0 &&
        (label === undefined || label.length > 32) && {
          comments: [`logged with ${tags.map((tag) => `'${tag}'`).join(", ")}`],
        }),
      ...(seen.directions.size === 1 && direction && { direction }),
    };
  }

  // ---- the scenario -------------------------------------------------------------------------------------------------------

  *#steps(usable: readonly Logged[]): Steps<string[]> {
    const sent = new Set(usable);
    const steps: string[] = [];
    /** Flows that have a connection by now, by vNIC. */
    const open = new Set<string>();
    /** Packets that left a vNIC a step ago: their line at the other end is the same packet. */
    let left: { readonly flow: string; readonly step: number } | undefined;
    for (const [i, line] of this.#lines.entries()) {
      if (i % STRIDE === 0) yield;
      const where = `${line.at.file}:${line.at.line}`;
      const said = `${line.action} by rule ${line.rule}`;
      const vnic = this.#vnicOf(line);
      if (!sent.has(line) || vnic === undefined) {
        steps.push(`// ${where}: ${line.direction} ${packetText(line)}: ${line.reason} ${said}`);
        continue;
      }
      const flow = flowOf(line);
      const here = `${vnic} ${flow}`;
      if (line.direction === "in" && left?.flow === flow && this.#owner.has(formatIp(line.source))) {
        const step = steps[left.step] as string;
        const outcome = ACTIONS[line.action]?.outcome as string;
        if (outcome !== "delivered")
          steps[left.step] =
            `${step.slice(0, step.indexOf("expect "))}expect ${outcome} on ${writeName(vnic)}.eth0 by rule ${line.rule}`;
        steps.push(`// ${where}: the same packet enters ${vnic}: ${said}`);
        this.#report.understood(line.at, `the same packet enters ${vnic}: ${said}`);
        left = undefined;
        if (outcome === "delivered") open.add(here);
        continue;
      }
      left = undefined;
      if (open.has(here)) {
        steps.push(`// ${where}: ${packetText(line)} again: ${said}`);
        if (line.action === "PASS") this.#report.understood(line.at, `${packetText(line)} again: ${said}`);
        else this.#report.wrong(line.at, `${line.action} of a connection that passed before: kept as a comment`);
        continue;
      }
      const expected = this.#expected(line);
      if (expected === undefined) {
        this.#report.wrong(line.at, `other lines of the log say otherwise of ${packetText(line)}: kept as a comment`);
        steps.push(`// ${where}: ${packetText(line)}: ${said}`);
        continue;
      }
      const emitter =
        line.direction === "out" && this.#owner.get(formatIp(line.source)) !== vnic
          ? `from ${writeName(vnic)}.eth0 `
          : "";
      steps.push(`send ${emitter}${packetText(line)} expect ${expected}`);
      this.#report.understood(line.at, `${line.direction} ${packetText(line)}: ${said}${flagsText(line)}`);
      if (line.action === "PASS") open.add(here);
      if (line.direction === "out" && line.action === "PASS") left = { flow, step: steps.length - 1 };
    }
    return steps;
  }

  /** What the rules as they are written make of the packet; undefined where it is not what the line says. */
  #expected(line: Logged): string | undefined {
    const outcome = ACTIONS[line.action]?.outcome as string;
    if (this.#decides(line, line.direction)?.id !== line.rule) return undefined;
    // The walk at the other end, which this line does not speak of, must let it pass.
    const leaves =
      line.direction === "in" && this.#owner.has(formatIp(line.source)) ? this.#decides(line, "out") : undefined;
    const enters =
      line.direction === "out" && this.#owner.has(formatIp(line.destination)) ? this.#decides(line, "in") : undefined;
    if (leaves !== undefined && leaves.action !== "allow") return undefined;
    if (line.action === "PASS" && isMany(line.destination)) return "flooded";
    if (line.action === "PASS" && enters !== undefined && enters.action !== "allow")
      return `${enters.action === "drop" ? "dropped" : "rejected"} by rule ${enters.id}`;
    return `${outcome} by rule ${line.rule}`;
  }
}

/** SCTP is logged by its number, without ports. */
const wordOf = ({ protocol, ports }: Logged): string =>
  protocol === 132 && ports === undefined ? "ip/132" : protocolEntry(protocol);

function entryOf(line: Logged): string {
  const { ports, icmp } = line;
  const word = wordOf(line);
  if (icmp !== undefined) return `${word}/${icmp}`;
  return ports === undefined ? word : `${word}/${ports[1]}`;
}
/** Entries with the ports of a protocol in one list. */
function entriesOf(entries: Iterable<string>): DraftEntry[] {
  const ports = new Map<string, number[]>();
  const out: DraftEntry[] = [];
  for (const entry of entries) {
    const [, word, port] = /^(tcp|udp|sctp)\/(\d+)$/.exec(entry) ?? [];
    if (word === undefined) out.push({ text: entry });
    else ports.set(word, [...(ports.get(word) ?? []), Number(port)]);
  }
  for (const [word, list] of ports)
    out.push({ text: list.length === 1 ? `${word}/${list[0]}` : `${word}/{${list.sort((a, b) => a - b).join(", ")}}` });
  return out;
}

function packetText(line: Logged): string {
  const { protocol, source, destination, ports, icmp, flags } = line;
  const host = (ip: Ip, port: number | undefined) =>
    port === undefined
      ? formatIp(ip)
      : typeof ip === "bigint"
        ? `[${formatIp(ip)}]:${port}`
        : `${formatIp(ip)}:${port}`;
  const word = wordOf(line);
  if (icmp !== undefined) return `${word} ${host(source, undefined)} -> ${host(destination, undefined)} ${icmp}`;
  const marks = flags.length === 0 || (flags.length === 1 && flags[0] === "syn") ? "" : ` ${flags.join(", ")}`;
  return `${word} ${host(source, ports?.[0])} -> ${host(destination, ports?.[1])}${protocol === 6 && marks === "" ? " syn" : marks}`;
}

const flagsText = ({ protocol, flags }: Logged): string =>
  protocol === 6 && flags.length === 0 ? "; the line has no flags: sent as a SYN" : "";

/** Both directions of a flow have one text. */
function flowOf({ protocol, source, destination, ports }: Logged): string {
  const ends = [`${formatIp(source)} ${ports?.[0] ?? ""}`, `${formatIp(destination)} ${ports?.[1] ?? ""}`].sort();
  return `${protocol} ${ends.join(" ")}`;
}
