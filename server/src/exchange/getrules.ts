/**
 * `vsipioctl getrules`, `getaddrsets`, `getfilters` and the discovered addresses of an ESXi host, as they come out of
 * a terminal: with prompts or without, indented or not, several after one another.
 */
import { STRIDE, type Steps } from "../syntax/steps.ts";
import { ruleOrRemark } from "./getrulesRule.ts";
import type { HostDump, HostFilterInfo, HostRemark, HostRule, HostRuleset } from "./hostDump.ts";
import { type InputLine, keyAndValue, promptCommand } from "./lines.ts";
import { Refusal, type Report } from "./report.ts";
import { addressText, macText } from "./values.ts";

/** `ruleset NAME {`: the name. */
const rulesetName = (line: string): string | undefined =>
  /^ruleset\s/.test(line) && line.endsWith("{") ? line.slice("ruleset".length, -1).trim() || undefined : undefined;
/** `addrset NAME {…`: the name, and what follows the brace. */
function addrsetHead(line: string): readonly [name: string, behind: string] | undefined {
  const brace = line.indexOf("{");
  const name = line.slice("addrset".length, Math.max(brace, 0)).trim();
  return /^addrset\s/.test(line) && name !== "" ? [name, line.slice(brace + 1)] : undefined;
}
/** `get firewall VIF ruleset rules` of NSX-T's own command line prints rules without braces around them. */
const BARE_RULE = /^\s*(?:# internal #\s*)?rule \d+ (?:at \d+ )?(?:in|out|inout) /;
const FILTER_NAME = /^Filter Name\s*:\s*(\S+)/i;
/** `[1] vlan: 0, MAC = 00:50:56:01:02:03 IP = 10.0.0.1` */
function discovered(line: string): { readonly mac: string; readonly ip?: string } | undefined {
  const mac = /^\[\d+\]\s/.test(line) ? /mac\s*=\s*(\S+)/i.exec(line) : null;
  if (mac === null) return undefined;
  const ip = /^\s+IP\s*=\s*(\S+)/i.exec(line.slice(mac.index + mac[0].length))?.[1];
  return { mac: mac[1] as string, ...(ip !== undefined && { ip }) };
}

/** Could a line begin an output of these commands? */
export const isGetrulesLine = (text: string): boolean =>
  BARE_RULE.test(text) ||
  (/^\s*(?:ruleset|addrset)\s/i.test(text) && text.includes("{")) ||
  /^\s*(?:(?:VIF UUID|Filter Name|Features Enabled)\s*:|Entries found for |No Address Sets|No rules)/i.test(text);

/** The filter that a command asks: `vsipioctl getrules -f NAME`, `show dfw host H filter NAME rules`. */
export const askedFilter = (command: string): string | undefined =>
  /(?:\s-f\s+|\sfilter\s+)(nic-\S+)/.exec(command)?.[1];

/** The rule set or address set that a line begins, as it is printed. */
export const headOf = (text: string): string | undefined =>
  /^(?:ruleset|addrset)\s[^{]*/.exec(text.trim())?.[0].trimEnd();

/**
 * Reads the output that begins at line `from`; the index of the first line behind it. `filter`: the one it is of;
 * `scope`: what it is of where no filter is known.
 */
export function* readGetrules(
  file: string,
  lines: readonly InputLine[],
  from: number,
  { filter, scope }: { readonly filter: string | undefined; readonly scope: string },
  dump: HostDump,
  report: Report,
): Steps<number> {
  const line = (lines[from] as InputLine).text.trim();
  const at = { file, line: (lines[from] as InputLine).number };
  const ruleset = rulesetName(line);
  if (ruleset !== undefined) return yield* readRuleset(file, lines, from, ruleset, scope, filter, dump, report);
  if (BARE_RULE.test(line) || /^VIF UUID/i.test(line))
    return yield* readBareRules(file, lines, from, scope, dump, report);
  const addrset = addrsetHead(line);
  if (addrset !== undefined) return yield* readAddrset(file, lines, from, addrset, scope, dump, report);
  if (FILTER_NAME.test(line)) return readFilterInfo(file, lines, from, dump, report);
  if (/^(?:Features Enabled|Entries found for )/i.test(line)) return readDiscovered(file, lines, from, dump, report);
  report.understood(at, line);
  return from + 1;
}

// ---- rule sets ------------------------------------------------------------------------------------------------------

function* readRuleset(
  file: string,
  lines: readonly InputLine[],
  from: number,
  name: string,
  scope: string,
  filter: string | undefined,
  dump: HostDump,
  report: Report,
): Steps<number> {
  const at = { file, line: (lines[from] as InputLine).number };
  const ethernet = /_L2$/i.test(name);
  // Rules of intrusion detection stand below those of the firewall.
  let detection = false;
  const out: (HostRule | HostRemark)[] = [];
  for (let i = from + 1; i < lines.length; i++) {
    if (i % STRIDE === 0) yield;
    const { number } = lines[i] as InputLine;
    let text = (lines[i] as InputLine).text.trim();
    const place = { file, line: number };
    if (text === "") continue;
    if (text === "}") {
      const rules = out.filter((line) => "id" in line).length;
      const strange = out.find((line) => "remark" in line && line.strange === true);
      if (rules === 0 && strange !== undefined)
        throw new Refusal(strange.at, `no line of rule set ${name} is one that vsipioctl prints`);
      report.understood(at, `rule set ${name}, ${count(rules, "line")} of rules, to line ${number}`);
      add(dump, { name, ethernet, scope, lines: out, at, lastLine: number, ...(filter && { filter }) }, report);
      return i + 1;
    }
    const rule = /^(?:# internal #\s*)?rule\b/.test(text);
    if (!rule && text.startsWith("#")) {
      if (/rules\b/i.test(text)) {
        out.push({ remark: text.slice(1).trim(), at: place });
        detection = /^# *ID[PS]\w* /i.test(text);
      }
      continue;
    }
    if (!rule) {
      if ((rulesetName(text) ?? addrsetHead(text) ?? promptCommand(text)) !== undefined)
        throw new Refusal(place, `rule set ${name}, which begins at line ${at.line}, has no "}" before this line`);
      report.wrong(place, `no rule of a rule set: ${text}`);
      out.push({ remark: `line ${number}, not understood: ${text}`, at: place, strange: true });
      continue;
    }
    // A terminal may have broken the line.
    while (
      !text.endsWith(";") &&
      i + 1 < lines.length &&
      !/^\s*(?:(?:# internal #\s*)?rule\b|\}|#)/.test((lines[i + 1] as InputLine).text)
    ) {
      i += 1;
      text += ` ${(lines[i] as InputLine).text.trim()}`;
    }
    if (detection) {
      report.inexpressible(place, `a rule of intrusion detection, which looks into payloads: ${text}`);
      out.push({ remark: `not expressible: ${text}`, at: place });
    } else out.push(ruleOrRemark(text, ethernet, place, report));
  }
  throw new Refusal(
    { file, line: (lines.at(-1) as InputLine).number },
    `the input ends inside rule set ${name}, which begins at line ${at.line}: it is cut off`,
  );
}

/** A filter has each of its rule sets once: one that was asked for again is the same, or of another time. */
function add(dump: HostDump, set: HostRuleset, report: Report): void {
  const known = dump.rulesets.find(({ name, scope }) => name === set.name && scope === set.scope);
  if (known === undefined) dump.rulesets.push(set);
  else {
    const texts = ({ lines }: HostRuleset) => lines.map((line) => ("id" in line ? line.text : line.remark)).join("\n");
    const first = `${known.at.file}:${known.at.line}`;
    if (texts(known) === texts(set)) report.understood(set.at, `rule set ${set.name} is the same as at ${first}`);
    else
      report.wrong(
        set.at,
        `rule set ${set.name} has other rules than at ${first}, and is of the same filter or input; those are used`,
      );
  }
}

/** Rules without braces, below a head that says whose they are; up to the first line that is neither. */
function* readBareRules(
  file: string,
  lines: readonly InputLine[],
  from: number,
  asked: string,
  dump: HostDump,
  report: Report,
): Steps<number> {
  const at = { file, line: (lines[from] as InputLine).number };
  let scope = asked;
  let name = "rules";
  const out: (HostRule | HostRemark)[] = [];
  let i = from;
  for (; i < lines.length; i++) {
    if (i % STRIDE === 0) yield;
    const { text, number } = lines[i] as InputLine;
    const [, key, value] = /^\s*(VIF UUID|Ruleset UUID|Rule count)\s*:\s*(\S+)/i.exec(text) ?? [];
    if (key !== undefined && value !== undefined) {
      if (/^VIF/i.test(key) && out.length > 0) break;
      if (/^VIF/i.test(key)) scope = value;
      else if (/^Ruleset/i.test(key)) name = value;
      else if (!/^\d+$/.test(value)) report.wrong({ file, line: number }, `no count of rules: ${value}`);
    } else if (/^\s*(?:# internal #\s*)?rule \d/.test(text)) {
      out.push(ruleOrRemark(text.trim(), false, { file, line: number }, report));
    } else if (text.trim() !== "" && !/^\s*#/.test(text)) break;
  }
  const rules = out.filter((line) => "id" in line).length;
  report.understood(at, `rule set ${name}, ${count(rules, "line")} of rules`);
  const lastLine = (lines[i - 1] as InputLine).number;
  add(dump, { name, ethernet: false, scope, ofVif: scope !== asked, lines: out, at, lastLine }, report);
  return i;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
// ---- address sets -----------------------------------------------------------------------------------------------------

function* readAddrset(
  file: string,
  lines: readonly InputLine[],
  from: number,
  [name, behind]: readonly [name: string, behind: string],
  scope: string,
  dump: HostDump,
  report: Report,
): Steps<number> {
  const first = lines[from] as InputLine;
  const at = { file, line: first.number };
  const addresses: string[] = [];
  const macs: string[] = [];
  const lost: string[] = [];
  const finish = (next: number): number => {
    report.understood(at, `address set ${name}, ${count(addresses.length + macs.length + lost.length, "member")}`);
    if (addresses.length + macs.length + lost.length === 0)
      report.wrong(at, `address set ${name} is empty: no packet matches it`);
    dump.addrsets.push({ name, scope, addresses, macs, lost, at });
    return next;
  };
  const member = (text: string, line: number): void => {
    const bare = text.endsWith(",") ? text.slice(0, -1).trimEnd() : text;
    const kind = /^(?:ip6?|inet6?|mac)\s/.exec(bare)?.[0] ?? "";
    const value = bare.slice(kind.length).trimStart();
    const read = kind.startsWith("mac") ? undefined : addressText(value);
    const mac = read === undefined ? macText(value) : undefined;
    if (read !== undefined) addresses.push(read);
    else if (mac !== undefined) macs.push(mac);
    else {
      lost.push(bare);
      report.inexpressible({ file, line }, `address set ${name}: ${bare} is neither an address nor a MAC address`);
    }
  };
  let closed = false;
  for (const text of behind.replace(/\}\s*$/, "").split(",")) if (text.trim() !== "") member(text.trim(), first.number);
  if (/\}\s*$/.test(behind)) closed = true;
  for (let i = from + 1; !closed && i < lines.length; i++) {
    if (i % STRIDE === 0) yield;
    const { text, number } = lines[i] as InputLine;
    const line = text.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line === "}") {
      // An empty set of NSX 6.2 prints a second one.
      const empty = addresses.length + macs.length + lost.length === 0;
      return finish(empty && lines[i + 1]?.text.trim() === "}" ? i + 2 : i + 1);
    }
    if (line.endsWith("{") || promptCommand(text) !== undefined)
      throw new Refusal(
        { file, line: number },
        `address set ${name}, which begins at line ${at.line}, has no "}" before this line`,
      );
    for (const part of line.endsWith("}") ? line.slice(0, -1).split(/,\s*(?=\S)/) : line.split(/,\s*(?=\S)/))
      if (part.trim() !== "") member(part.trim(), number);
    if (line.endsWith("}")) return finish(i + 1);
  }
  if (closed) return finish(from + 1);
  throw new Refusal(
    { file, line: (lines.at(-1) as InputLine).number },
    `the input ends inside address set ${name}, which begins at line ${at.line}: it is cut off`,
  );
}

// ---- filters and discovered addresses ---------------------------------------------------------------------------------

function readFilterInfo(
  file: string,
  lines: readonly InputLine[],
  from: number,
  dump: HostDump,
  report: Report,
): number {
  const at = { file, line: (lines[from] as InputLine).number };
  const name = FILTER_NAME.exec((lines[from] as InputLine).text.trim())?.[1] as string;
  const facts = new Map<string, string>();
  let i = from + 1;
  for (; i < lines.length; i++) {
    const { text } = lines[i] as InputLine;
    const pair = keyAndValue(text, /^[A-Za-z][\w ]*$/);
    if (pair === undefined || FILTER_NAME.test(text.trim()) || isGetrulesLine(text)) break;
    facts.set(pair[0].toLowerCase(), pair[1]);
  }
  const vnic = facts.get("vnic index");
  const uuid = facts.get("vm uuid");
  const hash = facts.get("filter hash");
  const info: HostFilterInfo = {
    name,
    at,
    ...(uuid && { uuid }),
    ...(vnic !== undefined && /^\d+$/.test(vnic) && { vnic: Number(vnic) }),
    ...(hash && { hash }),
  };
  dump.filters.push(info);
  report.understood(
    at,
    `filter ${name}${uuid ? ` of the machine ${uuid}` : ""}${vnic === undefined ? "" : `, its vNIC ${vnic}`}`,
  );
  return i;
}

function readDiscovered(
  file: string,
  lines: readonly InputLine[],
  from: number,
  dump: HostDump,
  report: Report,
): number {
  let filter: string | undefined;
  let i = from;
  for (; i < lines.length; i++) {
    const { text, number } = lines[i] as InputLine;
    const line = text.trim();
    const entry = discovered(line);
    const found = /^Entries found for (\S+?):?(?:\s|$)/i.exec(line);
    if (found !== null) filter = found[1];
    else if (entry !== undefined) {
      const at = { file, line: number };
      const mac = macText(entry.mac);
      const ip = entry.ip === undefined ? undefined : addressText(entry.ip);
      if (mac === undefined || (entry.ip !== undefined && ip === undefined))
        report.wrong(at, `no MAC address and IP address: ${line}`);
      else if (filter === undefined) report.wrong(at, `discovered for no filter: ${line}`);
      else {
        dump.discovered.push({ filter, mac, at, ...(ip !== undefined && { ip }) });
        report.understood(at, `${filter}: ${mac}${ip === undefined ? "" : ` has ${ip}`}`);
      }
    } else if (/^Features Enabled/i.test(line)) {
      if (/DHCP(?:v6)? snooping/i.test(line)) dump.features.add("dhcp");
      if (/ARP snooping/i.test(line)) dump.features.add("arp");
      if (/ND snooping/i.test(line)) dump.features.add("nd");
    } else if (line !== "" && !/^(?:Number of (?:Adds|Deletes)|Last updated time)/i.test(line)) break;
  }
  return i;
}
