/**
 * The lines of `dfwpktlogs.log`. Since NSX-v 6: `[time …] [filter hash] INET|INET6 REASON ACTION [RULESET/]ID IN|OUT
 * LENGTH PROTOCOL SOURCE[/PORT]->DESTINATION[/PORT] [FLAGS] [TAG]` (NSX-T Data Center Administration Guide, "Firewall
 * Packet Logs"); a TERM line has packets and octets of a connection that ends.
 */
import { type Ip, parseIp } from "../policy/addresses.ts";
import { icmpName } from "../policy/protocols.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import type { Input } from "./input.ts";
import { inputLines, promptCommand } from "./lines.ts";
import { type Place, Refusal, type Report } from "./report.ts";
import { protocolNumber } from "./values.ts";

/** A packet that the firewall said something of. */
export interface Logged {
  readonly at: Place;
  readonly hash?: string;
  readonly family: 4 | 6;
  readonly reason: string;
  readonly action: string;
  readonly rule: number;
  readonly direction: "in" | "out";
  readonly protocol: number;
  readonly source: Ip;
  readonly destination: Ip;
  readonly ports?: readonly [number, number];
  /** The language's name of the type and code, where the line has them. */
  readonly icmp?: string;
  readonly flags: readonly string[];
  /** What stands behind the packet: the rule's tag, or what was known of it besides (a domain, an application). */
  readonly tag?: string;
}

const FLAGS: Readonly<Record<string, string>> = {
  S: "syn",
  A: "ack",
  P: "psh",
  F: "fin",
  R: "rst",
  U: "urg",
  E: "ece",
  W: "cwr",
};

export function* readLog(input: Input, report: Report): Steps<Logged[]> {
  const file = input.name;
  const found: Logged[] = [];
  let known = 0;
  const wrong: { at: Place; why: string }[] = [];
  for (const { text, number } of inputLines(input.text)) {
    if (number % STRIDE === 0) yield;
    if (text.trim() === "" || text === "--" || (!/\bINET6?\b/.test(text) && promptCommand(text) !== undefined))
      continue;
    const at = { file, line: number };
    const read = readLine(text, at);
    if (read === undefined) wrong.push({ at, why: `no line of a packet log: ${text.trim()}` });
    else {
      known += 1;
      if ("why" in read) report.understood(at, read.why);
      else if ("wrong" in read) wrong.push({ at, why: read.wrong });
      else found.push(read);
    }
  }
  if (found.length === 0 && known > 0 && wrong[0] !== undefined)
    throw new Refusal(wrong[0].at, `no line of the log can be read: ${wrong[0].why}`);
  if (known === 0)
    throw new Refusal(
      wrong[0]?.at ?? { file, line: 1 },
      wrong.length === 0
        ? "the input is empty"
        : "no line of a packet log: expected … INET match PASS|DROP RULESET/ID IN|OUT LENGTH PROTOCOL SOURCE/PORT->DESTINATION/PORT",
    );
  for (const { at, why } of wrong) report.wrong(at, why);
  return found;
}

function readLine(text: string, at: Place): Logged | { readonly why: string } | { readonly wrong: string } | undefined {
  const words = text.trim().split(/\s+/);
  const start = words.findIndex((word) => word === "INET" || word === "INET6");
  if (start < 0) return /\bINET6?,/.test(text) ? readOldLine(text, at) : undefined;
  const family = words[start] === "INET" ? 4 : 6;
  const before = words[start - 1];
  // A collector's quotes may stand around the line.
  const hash = before === undefined ? undefined : /(?:^|")([0-9a-f]{3,8})$/i.exec(before)?.[1];
  const rest = words.slice(start + 1);
  rest.push(withoutClosing(rest.pop() ?? ""));
  const reason = rest.shift() ?? "";
  // `<1 55f1af2f487544e9:b0e059132ad7753d> INET reason-match PASS …`: NSX-T Data Center Administration Guide, "Gateway Firewall Packet Logs".
  if (/^[0-9a-f]+:[0-9a-f]+>$/i.test(before ?? "") || text.includes('subcomp="datapathd.firewallpkt"'))
    return { wrong: "a gateway's firewall said this, which is no part of a vNIC's chain" };
  if (/^TERM$/i.test(reason)) return { why: `a connection ended: ${rest.join(" ")}` };
  const action = (rest.shift() ?? "").toUpperCase();
  const rule = /^(?:([^/\s]+)\/)?(\d{1,15})$/.exec(rest.shift() ?? "")?.[2];
  const direction = rest.shift()?.toLowerCase();
  const length = rest.shift();
  if (rule === undefined || (direction !== "in" && direction !== "out") || !/^\d+$/.test(length ?? ""))
    return undefined;
  let name = rest.shift() ?? "";
  if (name === "PROTO") name = rest.shift() ?? "";
  const arrow = rest.findIndex((word) => word.includes("->"));
  const [source, destination] = arrow < 0 ? [] : endsOf(rest[arrow] as string);
  // `ICMP 8 0 10.0.0.1->10.0.0.2`: type and code.
  const icmp = arrow === 2 ? rest.slice(0, arrow).join(":") : undefined;
  const behind = rest.slice(arrow + 1);
  const flags = /^tcp$/i.test(name) && /^(?:[SAPFRUEW]+|\.)$/.test(behind[0] ?? "") ? (behind.shift() as string) : "";
  return logged({
    at,
    hash,
    family,
    reason,
    action,
    rule,
    direction,
    name,
    icmp,
    ends: source && destination && [...source, ...destination],
    flags,
    tag: arrow < 0 ? "" : behind.join(" "),
  });
}

/** `SOURCE[/PORT]->DESTINATION[/PORT]` */
function endsOf(word: string): (readonly [address: string, port: string | undefined])[] {
  const arrow = word.indexOf("->");
  return [word.slice(0, arrow), word.slice(arrow + 2)].map((end) => {
    const port = /\/(\d+)$/.exec(end);
    return [end.slice(0, port?.index), port?.[1]];
  });
}

/** NSX-v 6.0: `INET, match, DROP, Rule 0/3, Ruleset domain-c7, Rule ID 100, OUT, Len 60, SRC a, DST b, TCP SPORT 1, DPORT 2 S`. */
function readOldLine(text: string, at: Place): Logged | { readonly wrong: string } | undefined {
  const [, family, reason, action] = /\b(INET6?),\s*(\w[\w-]*),\s*(\w+),/.exec(text) ?? [];
  const rule = /Rule ID (\d{1,15})/.exec(text)?.[1] ?? /Rule \d+\/(\d{1,15})/.exec(text)?.[1];
  const direction = /,\s*(IN|OUT)\b/.exec(text)?.[1]?.toLowerCase() as "in" | "out" | undefined;
  const [, source] = /\bSRC:? ([^\s,]+)/.exec(text) ?? [];
  const [, destination] = /\bDST:? ([^\s,]+)/.exec(text) ?? [];
  const [, name] = /\b(TCP|UDP|ICMP|ICMPV6|PROTO \d+)\b/i.exec(text.slice(text.indexOf("DST"))) ?? [];
  if (!family || !reason || !action || !rule || !direction || !source || !destination || !name) return undefined;
  const sport = /SPORT (\d+)/.exec(text)?.[1];
  const dport = /DPORT (\d+)/.exec(text)?.[1];
  const flags = /DPORT \d+,?\s+(?:FLAGS?\s+)?([.SAPFRUEW]+)/.exec(text)?.[1]?.replace(/\./g, "") ?? "";
  return logged({
    at,
    hash: undefined,
    family: family === "INET" ? 4 : 6,
    reason,
    action: action.toUpperCase(),
    rule,
    direction,
    name: name.replace(/^PROTO /, ""),
    icmp: undefined,
    ends: [source, sport, destination, dport],
    flags,
    tag: "",
  });
}

function logged(line: {
  readonly at: Place;
  readonly hash: string | undefined;
  readonly family: 4 | 6;
  readonly reason: string;
  readonly action: string;
  readonly rule: string;
  readonly direction: "in" | "out";
  readonly name: string;
  /** `TYPE:CODE` */
  readonly icmp: string | undefined;
  readonly ends: readonly [string, string | undefined, string, string | undefined] | undefined;
  readonly flags: string;
  readonly tag: string;
}): Logged | { readonly wrong: string } {
  const [from = "", fromPort, to = "", toPort] = line.ends ?? [];
  const source = parseIp(from);
  const destination = parseIp(to);
  const protocol = protocolNumber(/^ICMP(?:V?6)?$/i.test(line.name) ? (line.family === 6 ? "58" : "1") : line.name);
  const ports =
    fromPort === undefined || toPort === undefined ? undefined : ([Number(fromPort), Number(toPort)] as const);
  if (source === undefined || destination === undefined || typeof source !== typeof destination)
    return { wrong: `no two addresses: ${from}->${to}` };
  if (protocol === undefined) return { wrong: `${line.name} is no protocol` };
  if (ports?.some((port) => port > 65_535)) return { wrong: `no two ports: ${fromPort} and ${toPort}` };
  // What is too short, and what the log writes as PROTO, has none.
  if ((protocol === 6 || protocol === 17) && ports === undefined && /^match$/i.test(line.reason))
    return { wrong: "it has no two ports" };
  const [type = -1, code] = line.icmp?.split(":").map(Number) ?? [];
  const icmp = protocol === 1 || protocol === 58 ? icmpName(protocol === 1 ? "icmp" : "icmpv6", type, code) : undefined;
  if (line.icmp !== undefined && icmp === undefined)
    return { wrong: `${line.name} ${line.icmp.replace(":", " ")}: no type and code that the language has a name for` };
  const flags = protocol === 6 ? [...line.flags].map((flag) => FLAGS[flag]) : [];
  return {
    at: line.at,
    family: line.family,
    reason: line.reason,
    action: line.action,
    rule: Number(line.rule),
    direction: line.direction,
    protocol,
    source,
    destination,
    flags: flags.includes(undefined) ? [] : (flags as string[]),
    ...(line.hash !== undefined && { hash: line.hash }),
    ...((protocol === 6 || protocol === 17 || protocol === 132) && ports && { ports }),
    ...(icmp !== undefined && { icmp }),
    ...(line.tag !== "" && { tag: line.tag }),
  };
}

/** Without the quotes and brackets at its end. */
function withoutClosing(text: string): string {
  let end = text.length;
  while (end > 0 && "\"'}]".includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
