/** Expression → value. A field the packet lacks makes every comparison with it false, as in Wireshark. */
import { parseIp, parseMac, parsePrefix, prefixRange } from "../../policy/addresses.ts";
import { IP_PROTOCOLS } from "../../policy/protocols.ts";
import { nearest } from "../../syntax/near.ts";
import { includes, octets, octetsOf, orderOctets, slice } from "./octets.ts";
import { type CompareOperator, type Expression, ExpressionError, type Literal, type SetItem } from "./tree.ts";
import { type Environment, holds, type Members, number, portProtocol, show, text, type Value } from "./values.ts";

/** The value of an expression. Throws an ExpressionError where a name is unknown or two kinds of value do not compare. */
export function evaluate(expression: Expression, environment: Environment): Value {
  return all(expression, environment)[0] ?? absent(expression);
}

/** The names behind its dot; undefined: it has no parts. */
export function partsOf(value: Value): readonly string[] | undefined {
  if (value.kind === "record") return [...value.members.keys()];
  return value.kind === "absent" ? value.parts : undefined;
}

/** Complains about whatever in a condition is wrong: every part is looked at, also those that others would decide for. */
export function check(expression: Expression, environment: Environment): void {
  if ("operands" in expression) for (const operand of expression.operands) check(operand, environment);
  else if (expression.kind === "not") check(expression.operand, environment);
  else test(expression, environment);
}

/** Whether the expression holds, as a condition. */
export function test(expression: Expression, environment: Environment): boolean {
  switch (expression.kind) {
    case "and":
      return expression.operands.every((operand) => test(operand, environment));
    case "or":
      return expression.operands.some((operand) => test(operand, environment));
    case "xor":
      return expression.operands.filter((operand) => test(operand, environment)).length % 2 === 1;
    case "not":
      return !test(expression.operand, environment);
    case "compare":
      return compare(expression.operator, expression.left, expression.right, environment);
    case "contains":
      return within(all(expression.left, environment), evaluate(expression.right, environment));
    case "matches": {
      const pattern = regularExpression(expression.right, environment);
      return all(expression.left, environment).some(
        (v) => v.kind !== "absent" && pattern.test(readable(v).toLowerCase()),
      );
    }
    case "in":
      return contained(expression.left, expression.items, environment);
    default:
      return holds(evaluate(expression, environment), expression);
  }
}

/** Whether one of the values has the part: octets in octets, else a text in a text. */
const within = (values: readonly Value[], part: Value): boolean =>
  values.some((value) => {
    const whole = value.kind === "octets" || part.kind === "octets" ? octetsOf(value) : undefined;
    const sought = whole && octetsOf(part);
    return whole && sought ? includes(whole, sought) : value.kind !== "absent" && show(value).includes(show(part));
  });
/** As a pattern sees it: octets are characters. */
const readable = (value: Value): string =>
  value.kind === "octets" ? Array.from(value.value, (octet) => String.fromCharCode(octet)).join("") : show(value);

const absent = (e: Expression): Value => ({
  kind: "absent",
  why: e.kind === "name" ? `this packet has no ${e.text}` : "nothing",
});

/** All values of an operand: a field may stand in a packet more than once. */
function all(e: Expression, environment: Environment): readonly Value[] {
  switch (e.kind) {
    case "number":
    case "duration":
      return [number(e.value)];
    case "text":
      return [text(e.value)];
    case "address": {
      if (e.text.includes("/")) {
        if (!parsePrefix(e.text)) throw new ExpressionError(`${e.text} is no address block`, e);
        return [text(e.text)];
      }
      const value = parseIp(e.text);
      if (value === undefined) throw new ExpressionError(`${e.text} is no address`, e);
      return [{ kind: "ip", value, shown: e.text }];
    }
    case "mac":
      return [{ kind: "mac", value: parseMac(e.text) ?? 0, shown: e.text }];
    case "octets":
      return [octets(Uint8Array.from(e.text.split(":"), (pair) => Number.parseInt(pair, 16)))];
    case "slice":
      return all(e.object, environment).map((value) => {
        const found = value.kind === "absent" ? value : slice(value, e.ranges);
        if (found) return found;
        const what = "addresses, texts, data.data and frame have octets";
        throw new ExpressionError(`${sample(e.object)} cannot be cut: ${what}`, e.object);
      });
    case "name":
      return named(e, environment);
    case "call":
      if (e.name === "rule") return [environment.rule(e.argument)];
      if (e.name === "matches") return [environment.matches(e.argument)];
      throw new ExpressionError(`there is no function ${e.name}; there are rule(N) and matches(N)`, e);
    case "member": {
      const object = evaluate(e.object, environment);
      const parts = partsOf(object);
      if (object.kind === "absent" && (!parts || parts.includes(e.name))) return [object];
      const member = object.kind === "record" ? object.members.get(e.name) : undefined;
      if (member) return [member];
      const has = parts ? `; it has ${parts.join(", ")}` : "";
      throw new ExpressionError(`no ${e.name} here${has}`, { start: e.end - e.name.length, end: e.end });
    }
    case "bits": {
      const right = evaluate(e.right, environment);
      if (right.kind !== "number") throw new ExpressionError("& takes numbers", e.right);
      return all(e.left, environment).map((left) => {
        if (left.kind === "absent") return left;
        if (left.kind !== "number") throw new ExpressionError("& takes numbers", e.left);
        return number(left.value & right.value);
      });
    }
    default:
      return [{ kind: "boolean", value: test(e, environment) }];
  }
}

function named(e: Expression & { kind: "name" }, environment: Environment): readonly Value[] {
  const fields = environment.field(e.text);
  if (fields) return fields;
  const word = environment.word(e.text);
  if (word) return [word];
  if (/^true$/i.test(e.text)) return [{ kind: "boolean", value: true }];
  if (/^false$/i.test(e.text)) return [{ kind: "boolean", value: false }];
  const dot = e.text.lastIndexOf(".");
  const whole = dot > 0 ? environment.word(e.text.slice(0, dot)) : undefined;
  if (whole) {
    const place = { start: e.start, end: e.start + dot };
    const object: Expression = { kind: "name", text: e.text.slice(0, dot), quoted: false, ...place };
    return all({ kind: "member", object, name: e.text.slice(dot + 1), start: e.start, end: e.end }, environment);
  }
  const members = environment.members(e.text);
  if (members) return [text(members.shown)];
  const close = nearest(
    e.text,
    environment.names().map((n) => n.name),
  );
  throw new ExpressionError(`unknown name ${e.text}${close ? `; did you mean ${close}?` : ""}`, e);
}

function compare(operator: CompareOperator, left: Expression, right: Expression, environment: Environment): boolean {
  const lefts = all(left, environment).filter((v) => v.kind !== "absent");
  refuseName(left, right, environment);
  if (isEquality(operator)) {
    const set = setBeside(left, right, environment);
    if (set) return equal(operator, lefts, (v) => set.has(v));
  }
  const protocol = protocolNamed(left, right);
  const rights = (protocol ? [protocol] : operand(right, environment)).filter((v) => v.kind !== "absent");
  if (lefts.length === 0 || rights.length === 0) return false;
  if (isEquality(operator)) return equal(operator, lefts, (l) => rights.some((r) => order(l, r, left, right) === 0));
  return lefts.some((l) => rights.some((r) => ordered(operator, order(l, r, left, right))));
}
type Equality = "==" | "!=" | "===" | "!==";
const isEquality = (operator: CompareOperator): operator is Equality => /^[=!]/.test(operator);
/** As Wireshark 4 has it: == is true where one value equals, === where all do, != where none does, !== where one does not. */
function equal(operator: Equality, values: readonly Value[], isEqual: (value: Value) => boolean): boolean {
  if (values.length === 0) return false;
  if (operator === "==") return values.some(isEqual);
  if (operator === "===") return values.every(isEqual);
  return operator === "!=" ? !values.some(isEqual) : !values.every(isEqual);
}
const ordered = (operator: Exclude<CompareOperator, Equality>, sign: number): boolean =>
  operator === "<" ? sign < 0 : operator === "<=" ? sign <= 0 : operator === ">" ? sign > 0 : sign >= 0;

const ADDRESSES = /^(?:eth|ip|ipv6)\.(?:src|dst|addr)$/;
/** Complains about a name that can be none of the field's values, whatever the packet. */
function refuseName(left: Expression, right: Expression, environment: Environment, within = false): void {
  if (left.kind !== "name" || right.kind !== "name" || environment.field(right.text)) return;
  const { text: name } = right;
  const protocol = portProtocol(left.text);
  if (protocol && !environment.ports(protocol, name)) {
    const close = nearest(name, environment.services(protocol));
    const meant = close ? `; did you mean ${close}?` : "";
    throw new ExpressionError(`there is no service ${name} with ports of ${protocol}${meant}`, right);
  }
  if (!ADDRESSES.test(left.text)) return;
  if (environment.members(name)) {
    if (!within) throw new ExpressionError(`${name} is a set of addresses; use: ${left.text} in ${name}`, right);
    return;
  }
  const names = environment.names().flatMap((known) => (known.kind === "members" ? [known.name] : []));
  const close = nearest(name, names);
  throw new ExpressionError(
    `there is no group, VM, vNIC or segment ${name}${close ? `; did you mean ${close}?` : ""}`,
    right,
  );
}

/** What a value equals by being in it: an address block; for a port, a service by its name. */
function setBeside(left: Expression, right: Expression, environment: Environment): Members | undefined {
  if (right.kind === "address") return right.text.includes("/") ? setOf(right, environment) : undefined;
  const protocol = left.kind === "name" ? portProtocol(left.text) : undefined;
  const name = right.kind === "name" ? right.text : right.kind === "text" ? right.value : undefined;
  return protocol && name !== undefined ? environment.ports(protocol, name) : undefined;
}

/** `ip.proto == udp`: there the name of a protocol is its number. */
function protocolNamed(left: Expression, right: Expression): Value | undefined {
  if (left.kind !== "name" || !/^(?:ip\.proto|ipv6\.nxt)$/.test(left.text)) return undefined;
  const name = right.kind === "name" ? right.text : right.kind === "text" ? right.value : "";
  const found = IP_PROTOCOLS.get(name.toLowerCase());
  return found === undefined ? undefined : number(found);
}

/** On the right of a comparison a name that means nothing else is a word: `outcome == delivered`. */
function operand(e: Expression, environment: Environment): readonly Value[] {
  if (e.kind !== "name") return all(e, environment);
  if (environment.members(e.text)) return [text(e.text)];
  // A word of ours would hide the value of the same spelling: `by == state`.
  const known = environment.field(e.text);
  if (known) return known;
  return /^(true|false)$/i.test(e.text) ? all(e, environment) : [text(e.text)];
}

/** Below 0, 0, above 0. */
function order(left: Value, right: Value, at: Expression, other: Expression): number {
  const l = left.kind === "boolean" ? number(Number(left.value)) : left.kind === "record" ? text(left.summary) : left;
  const r =
    right.kind === "boolean" ? number(Number(right.value)) : right.kind === "record" ? text(right.summary) : right;
  if (l.kind === "number" && r.kind === "number") return l.value - r.value;
  if (l.kind === "mac" && r.kind === "mac") return l.value - r.value;
  if (l.kind === "text" && r.kind === "text") return l.value < r.value ? -1 : l.value > r.value ? 1 : 0;
  if (l.kind === "ip" && r.kind === "ip") {
    if (typeof l.value !== typeof r.value) return Number.NaN;
    return l.value < r.value ? -1 : l.value > r.value ? 1 : 0;
  }
  if (l.kind === "octets" || r.kind === "octets") return orderOctets(l, digits(r, other));
  if (l.kind === "text" && r.kind === "number") return l.value === show(r) ? 0 : Number.NaN;
  // In quotes an address is one as well.
  const quoted = r.kind === "text" ? literalOf(l.kind, r.value) : undefined;
  if (quoted) return order(l, quoted, at, other);
  throw new ExpressionError(`${sample(at)} is ${KIND[l.kind]}, and ${show(r)} is ${KIND[r.kind]}`, other);
}
/** Beside octets, two digits without quotes are one: `eth.src[0] == aa`. */
const digits = (value: Value, at: Expression): Value =>
  value.kind === "text" && at.kind === "name" && /^[0-9a-f]{2}$/i.test(value.value)
    ? octets(Uint8Array.of(Number.parseInt(value.value, 16)))
    : value;
function literalOf(kind: Value["kind"], text: string): Value | undefined {
  const value = kind === "ip" ? parseIp(text) : kind === "mac" ? parseMac(text) : undefined;
  if (value === undefined) return undefined;
  return typeof value === "bigint" || kind === "ip"
    ? { kind: "ip", value, shown: text }
    : { kind: "mac", value, shown: text };
}
const KIND: Readonly<Record<Value["kind"], string>> = {
  absent: "absent",
  number: "a number",
  boolean: "a truth value",
  text: "a text",
  ip: "an IP address",
  mac: "a MAC address",
  octets: "octets",
  record: "a thing with parts",
};
const sample = (e: Expression): string => (e.kind === "name" ? e.text : "the left side");

function contained(left: Expression, items: readonly SetItem[], environment: Environment): boolean {
  const lefts = all(left, environment).filter((v) => v.kind !== "absent");
  // Every item is looked at, so that a wrong one is told even when an earlier one holds.
  const held = items.map((item) => {
    if (item.kind === "range")
      return lefts.some(
        (v) =>
          order(v, literalValue(item.from, environment), left, item.from) >= 0 &&
          order(v, literalValue(item.to, environment), left, item.to) <= 0,
      );
    refuseName(left, item, environment, true);
    const ports = setBeside(left, item, environment);
    if (ports) return lefts.some((v) => ports.has(v));
    const protocol = protocolNamed(left, item);
    if (protocol) return lefts.some((v) => order(v, protocol, left, item) === 0);
    if (isSet(item, environment)) return lefts.some((v) => setOf(item, environment).has(v));
    return lefts.some((v) => operand(item, environment).some((r) => order(v, r, left, item) === 0));
  });
  return held.some(Boolean);
}
const literalValue = (e: Literal, environment: Environment): Value => evaluate(e, environment);

function isSet(e: Expression, environment: Environment): boolean {
  if (e.kind === "address") return e.text.includes("/");
  const name = e.kind === "name" ? e.text : e.kind === "text" ? e.value : undefined;
  return name !== undefined && environment.members(name) !== undefined;
}
function setOf(e: Expression, environment: Environment): Members {
  if (e.kind === "address") {
    const block = parsePrefix(e.text);
    if (!block) throw new ExpressionError(`${e.text} is no address block`, e);
    const [low, high] = prefixRange(block.address, block.length);
    return {
      has: (v) => v.kind === "ip" && typeof v.value === typeof low && v.value >= low && v.value <= high,
      shown: e.text,
    };
  }
  const name = e.kind === "name" ? e.text : e.kind === "text" ? e.value : "";
  return environment.members(name) as Members;
}

/**
 * Case does not count, as in Wireshark. Pattern and text are lowered for that: with the flag `i`, V8 could not leave a
 * pattern that takes exponential time to its linear engine.
 */
function regularExpression(e: Expression, environment: Environment): RegExp {
  try {
    const lowered = (part: string): string => (part.startsWith("\\") ? part : part.toLowerCase());
    return new RegExp(show(evaluate(e, environment)).replace(/\\.|[^\\]+/gs, lowered));
  } catch {
    throw new ExpressionError("this is no regular expression", e);
  }
}
