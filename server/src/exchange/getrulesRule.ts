/**
 * A rule as `vsipioctl getrules` prints it, as far as public dumps show: `["# internal #"] rule ID [at N]
 * (in|out|inout) [inet|inet6] (ethertype T | protocol P [icmptype|typecode N[:M]]) [stateless] [strict] from SIDE
 * [port PORTS] to SIDE [port PORTS] [with attribute …] ACTION [with log] [as ALG] [tag '…'];`
 */
import { ETHER_TYPES } from "../policy/protocols.ts";
import { MAX_PORT } from "../policy/services.ts";
import type { HostAction, HostRemark, HostRule, HostSide } from "./hostDump.ts";
import type { Place, Report } from "./report.ts";
import { addressText, macText, portEntry, portText, protocolEntry, protocolNumber } from "./values.ts";

const ACTIONS: ReadonlyMap<string, HostAction> = new Map([
  ["accept", "allow"],
  ["pass", "allow"],
  ["allow", "allow"],
  ["drop", "drop"],
  ["block", "drop"],
  ["reject", "reject"],
  ["punt", "redirect"],
  ["redirect", "redirect"],
  ["jump_to_application", "jump-to-application"],
  ["jump-to-application", "jump-to-application"],
]);
const PORTS: ReadonlyMap<number, "tcp" | "udp" | "sctp"> = new Map([
  [6, "tcp"],
  [17, "udp"],
  [132, "sctp"],
]);

class Unreadable extends Error {}

/** The words of a rule, taken from the front. */
class Words {
  readonly #words: readonly string[];
  #at = 0;
  constructor(text: string) {
    // Whoever writes a tag may write an apostrophe in it: it ends before what only can follow one.
    this.#words = text.match(/'.*?'(?=\s*(?:;\s*$|as \S+\s*;\s*$))|'[^']*'|[{},;]|[^\s{},;']+/g) ?? [];
  }
  next(): string | undefined {
    return this.#words[this.#at];
  }
  take(): string {
    const word = this.#words[this.#at];
    if (word === undefined) throw new Unreadable("it ends too early");
    this.#at += 1;
    return word;
  }
  /** Takes the next word if it is this one. */
  has(word: string): boolean {
    if (this.next() !== word) return false;
    this.#at += 1;
    return true;
  }
  /** One word, or those between braces. */
  list(): string[] {
    if (!this.has("{")) return [this.take()];
    const items: string[] = [];
    while (!this.has("}")) if (!this.has(",")) items.push(this.take());
    return items;
  }
}

/** A rule; one that cannot be read stays as a comment where it stands. */
export function ruleOrRemark(text: string, ethernet: boolean, at: Place, report: Report): HostRule | HostRemark {
  try {
    return ruleOf(text, ethernet, at);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    report.wrong(at, `this rule cannot be read: ${error.message}`);
    return { remark: `line ${at.line}, not understood (${error.message}): ${text}`, at, strange: true };
  }
}

function ruleOf(text: string, ethernet: boolean, at: Place): HostRule {
  const words = new Words(text.replace(/^# internal #\s*/, ""));
  words.take();
  const id = integer(words.take(), "a rule's number");
  if (words.has("at")) integer(words.take(), "the place after `at`");
  const towards = words.take();
  if (towards !== "in" && towards !== "out" && towards !== "inout")
    throw new Unreadable(`expected in, out or inout, found ${towards}`);
  const family = words.has("inet") ? 4 : words.has("inet6") ? 6 : undefined;
  let protocol: string | undefined;
  let etherType: string | undefined;
  let type: string | undefined;
  let stateless = false;
  let strict = false;
  const lost: string[] = [];
  for (;;) {
    // `with {stateless, typecode 8:0}`: what stands in the braces is what stands there without them, too.
    if (words.has("with")) {
      if (!words.has("{")) lost.push("with");
    } else if (words.has(",") || words.has("}")) continue;
    else if (words.has("protocol")) protocol = words.take();
    else if (words.has("ethertype")) etherType = words.take();
    else if (words.has("icmptype") || words.has("typecode") || words.has("icmp6type")) type = words.take();
    else if (words.has("icmpcode")) type = `${type ?? "0"}:${words.take()}`;
    else if (words.has("stateless")) stateless = true;
    else if (words.has("strict")) strict = true;
    else if (words.next() === "from") break;
    else lost.push(words.take());
  }
  words.take();
  const { side: from, ports: sourcePorts } = side(words, ethernet);
  if (!words.has("to")) throw new Unreadable(`expected to, found ${words.next() ?? "the end"}`);
  const { side: to, ports } = side(words, ethernet);
  let action: HostAction | undefined;
  let log = false;
  let alg: string | undefined;
  let tag: string | undefined;
  while (words.next() !== undefined && words.next() !== ";") {
    const word = words.take();
    const acts = action === undefined ? ACTIONS.get(word) : undefined;
    if (acts !== undefined) action = acts;
    else if (word === "with" && words.has("log")) log = true;
    else if (word === "as") alg = words.take();
    else if (word === "tag") tag = words.take().replace(/^'|'$/g, "");
    else if (word === "with" && words.has("attribute"))
      lost.push(`with attribute ${[words.take(), ...names(words)].join(" ")}`);
    else if (action === undefined || word === "with") lost.push([word, ...names(words)].join(" "));
    else lost.push(word);
  }
  if (action === undefined) throw new Unreadable("it has no action (accept, drop, reject, punt)");
  if (!words.has(";")) throw new Unreadable('it does not end with ";"');
  const entry = ethernet ? etherEntry(etherType) : protocolOf(protocol, type, sourcePorts, ports);
  const number = protocol === undefined ? undefined : protocolNumber(protocol);
  // Each kind of rule has clauses that the other has not.
  if (ethernet && protocol !== undefined && protocol !== "any") lost.push(`protocol ${protocol} in an ethernet rule`);
  if (ethernet && sourcePorts.length + ports.length > 0) lost.push("ports in an ethernet rule");
  if (!ethernet && etherType !== undefined && etherType !== "any") lost.push(`ethertype ${etherType} in a rule of IP`);
  return {
    id,
    action,
    from,
    to,
    tcp: number === 6 || (!ethernet && entry === undefined),
    stateless,
    strict,
    log,
    lost,
    text,
    at,
    ...(towards !== "inout" && { direction: towards }),
    ...(family !== undefined && { family }),
    ...(entry !== undefined && {
      entry: alg === undefined ? { text: entry } : { key: `alg:${alg}:${entry}` },
      ...(alg !== undefined && { alg: { name: alg, entry } }),
    }),
    ...(tag !== undefined && tag !== "" && { tag }),
  };
}

/** Words of a clause that the language does not have, up to the next that it does. */
function names(words: Words): string[] {
  const taken: string[] = [];
  for (let word = words.next(); word !== undefined && !ENDS.has(word) && !ACTIONS.has(word); word = words.next())
    taken.push(words.take());
  return taken;
}
const ENDS: ReadonlySet<string> = new Set([";", "with", "as", "tag"]);

function integer(text: string, what: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new Unreadable(`expected ${what}, found ${text}`);
  return value;
}

function side(words: Words, ethernet: boolean): { readonly side: HostSide; readonly ports: readonly string[] } {
  let any = false;
  const negated = words.has("not") || words.has("!");
  const sets: string[] = [];
  const addresses: string[] = [];
  if (words.has("any")) any = true;
  else {
    const braces = words.has("{");
    do {
      if (words.has("addrset")) sets.push(words.take());
      else {
        const kind = words.take();
        const mac = kind === "mac";
        for (const bare of mac || kind === "ip" || kind === "inet" || kind === "inet6" ? words.list() : [kind]) {
          const text = mac ? macText(bare) : (addressText(bare) ?? (ethernet ? macText(bare) : undefined));
          if (text === undefined) throw new Unreadable(`${bare} is no address`);
          addresses.push(text);
        }
      }
    } while (words.has(",") || (braces && words.next() !== "}"));
    if (braces && !words.has("}")) throw new Unreadable('a list has no "}"');
  }
  if (any && negated) throw new Unreadable("not any matches nothing");
  const ports: string[] = [];
  if (words.has("port")) {
    const list = words.list();
    if (list.length === 0) throw new Unreadable("its list of ports is empty");
    for (const port of list) {
      if (port === "any") continue;
      const text = portText(port);
      if (text === undefined) throw new Unreadable(`${port} is no port of 0 to ${MAX_PORT}`);
      ports.push(text);
    }
  }
  return { side: { any, negated, sets, addresses }, ports };
}

function etherEntry(type: string | undefined): string | undefined {
  if (type === undefined || type === "any") return undefined;
  const number = /^(?:0x[0-9a-f]+|\d+)$/i.test(type) ? Number(type) : ETHER_TYPES.get(type.toLowerCase());
  if (number === undefined || number > 0xffff) throw new Unreadable(`${type} is no EtherType`);
  return `ether/0x${number.toString(16).padStart(4, "0")}`;
}

function protocolOf(
  protocol: string | undefined,
  type: string | undefined,
  from: readonly string[],
  to: readonly string[],
): string | undefined {
  if (protocol === undefined || protocol === "any") {
    if (from.length > 0 || to.length > 0 || type !== undefined)
      throw new Unreadable("it has ports or a type, and no protocol that has them");
    return undefined;
  }
  const number = protocolNumber(protocol);
  if (number === undefined) throw new Unreadable(`${protocol} is no IP protocol`);
  const word = PORTS.get(number);
  if (word !== undefined && type === undefined) return portEntry(word, to, from);
  if (from.length > 0 || to.length > 0) throw new Unreadable(`protocol ${protocol} has no ports`);
  if (type === undefined) return protocolEntry(number);
  const icmp = /^(\d{1,3})(?:[:/](\d{1,3}))?$/.exec(type);
  if ((number !== 1 && number !== 58) || icmp === null || Number(icmp[1]) > 255 || Number(icmp[2] ?? 0) > 255)
    throw new Unreadable(`${type} is no type of protocol ${protocol}`);
  return `${protocolEntry(number)}/${Number(icmp[1])}${icmp[2] === undefined ? "" : `:${Number(icmp[2])}`}`;
}
