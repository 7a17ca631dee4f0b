/** The expression language, told as a table: data/expressions.txt. UPDATE=1 rewrites the right side. */
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complete } from "../../server/src/dap/expression/complete.ts";
import { evaluate } from "../../server/src/dap/expression/evaluate.ts";
import { octets } from "../../server/src/dap/expression/octets.ts";
import { parseExpression, parseLine } from "../../server/src/dap/expression/parser.ts";
import { ExpressionError } from "../../server/src/dap/expression/tree.ts";
import { type Environment, number, show, text, type Value } from "../../server/src/dap/expression/values.ts";
import { parseIp } from "../../server/src/policy/addresses.ts";

const ip = (shown: string): Value => ({ kind: "ip", value: parseIp(shown) as number, shown });
const FIELDS: Record<string, readonly Value[]> = {
  tcp: [{ kind: "boolean", value: true }],
  udp: [],
  "ip.src": [ip("10.0.1.11")],
  "ip.dst": [ip("10.0.3.11")],
  "ip.addr": [ip("10.0.1.11"), ip("10.0.3.11")],
  "ip.ttl": [number(64)],
  "ipv6.src": [],
  "tcp.srcport": [number(40000)],
  "tcp.dstport": [number(3306)],
  "tcp.port": [number(40000), number(3306)],
  "tcp.flags": [number(2, "0x002")],
  "tcp.flags.syn": [{ kind: "boolean", value: true }],
  "tcp.flags.ack": [{ kind: "boolean", value: false }],
  "udp.dstport": [],
  "eth.src": [{ kind: "mac", value: 0x005056aa0111, shown: "00:50:56:aa:01:11" }],
  "data.data": [octets(new TextEncoder().encode("GET /index"))],
};
const WORDS: Record<string, Value> = {
  slot: number(2),
  direction: text("in"),
  vnic: text("db-01.eth0"),
  verdict: { kind: "absent", why: "nothing is decided yet" },
  clock: number(31_000, "31s"),
  state: {
    kind: "record",
    summary: "tcp-established",
    members: new Map([
      ["packets", number(3)],
      ["expires", number(43_200_000, "12h")],
    ]),
  },
};
const MEMBERS: Record<string, string> = { web: "10.0.1.11", db: "10.0.3.11", "Web Servers": "10.0.1.11" };
const SERVICES: Record<string, string> = { mysql: "3306", "Web ports": "443" };
const environment: Environment = {
  field: (name) => FIELDS[name],
  word: (name) => WORDS[name],
  members: (name) =>
    MEMBERS[name] === undefined ? undefined : { has: (v) => show(v) === MEMBERS[name], shown: MEMBERS[name] },
  ports: (protocol, name) => {
    const port = protocol === "tcp" ? SERVICES[name] : undefined;
    return port === undefined ? undefined : { has: (v) => show(v) === port, shown: name };
  },
  values: (name) => ({ direction: ["in", "out"], slot: ["1", "2"], vnic: ["db-01.eth0", "Old VM.eth0"] })[name],
  services: (protocol) => (protocol === "tcp" ? Object.keys(SERVICES) : ["dns"]),
  rule: ({ block, id, ...place }) => {
    if (id !== 1001) throw new ExpressionError(`there is no rule ${id}${block ? ` in ${block}` : ""}`, place);
    return { kind: "record", summary: `rule ${id}`, members: new Map([["hits", number(7)]]) };
  },
  matches: ({ id }) => ({
    kind: "record",
    summary: `rule ${id} does not match: service https is not tcp/3306`,
    holds: false,
    members: new Map([["from", text("holds")]]),
  }),
  rules: () => ["1001", "east-west.10", "edge.10"],
  names: () => [
    ...Object.keys(FIELDS).map((name) => ({ name, kind: "field" as const })),
    ...Object.keys(WORDS).map((name) => ({ name, kind: "word" as const })),
    ...Object.keys(MEMBERS).map((name) => ({ name, kind: "members" as const })),
    { name: "rule", kind: "function" as const },
    { name: "matches", kind: "function" as const },
  ],
};

function answer(source: string): string {
  try {
    const line = parseLine(source);
    if (line.kind === "assign") return `sets ${source.slice(line.target.start, line.target.end)}`;
    return show(evaluate(line, environment));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return `! ${error.message} [${source.slice(error.place.start, error.place.end)}]`;
  }
}

describe("expressions", () => {
  const path = new URL("data/expressions.txt", import.meta.url);
  const lines = readFileSync(path, "utf8").split("\n");
  const told = lines.map((line) => {
    if (line.startsWith("#") || line.trim() === "") return line;
    const source = line.split(" → ")[0]?.trimEnd() ?? "";
    return `${source.padEnd(52)} → ${answer(source)}`;
  });
  if (process.env.UPDATE) writeFileSync(path, told.join("\n"));
  else test.each(lines.map((line, i) => [line, told[i]]))("%s", (line, now) => expect(now).toBe(line));

  test("any text is an expression or a complaint with a place inside it", () => {
    const piece = fc.constantFrom(
      "ip.src",
      "==",
      "in",
      "{",
      "}",
      "(",
      ")",
      "10.0.0.1",
      "80",
      "and",
      "not",
      "rule(",
      '"',
      "&",
      "..",
      "x",
      " ",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((p) => p.join(" ")),
        ),
        (source) => {
          try {
            parseExpression(source);
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
            const { start, end } = (error as ExpressionError).place;
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeLessThanOrEqual(source.length);
            expect(start).toBeLessThanOrEqual(end);
          }
        },
      ),
    );
  });

  test("what is nested without end is refused", () => {
    for (const source of ["(", "not ", "!(", "tcp and ("].map((part) => part.repeat(20_000)))
      expect(() => parseExpression(`${source}tcp`)).toThrow("this is nested too deeply");
    expect(() => parseExpression(`"${"a".repeat(10_000_000)}"`)).toThrow("this is too long");
    expect(parseExpression(`${"tcp and ".repeat(5000)}tcp`).kind).toBe("and");
  });

  test("completion offers what fits the place", () => {
    const labels = (source: string): string[] => complete(source, source.length, environment).map((c) => c.label);
    expect(labels("tcp.fl")).toEqual(["tcp.flags", "tcp.flags.syn", "tcp.flags.ack"]);
    expect(labels("ip.src in ")).toEqual(["web", "db", '"Web Servers"']);
    expect(labels("not sl")).toEqual(["slot"]);
    expect(labels('ip.src in "We')).toEqual([]);
    expect(labels("matches(")).toEqual(["1001", "east-west.10", "edge.10"]);
    expect(labels("rule(1001).")).toEqual(["hits"]);
    expect(labels("rule(9).")).toEqual([]);
    expect(labels("state.pa")).toEqual(["packets"]);
    expect(labels("slot == 2 and direction == o")).toEqual(["out"]);
    expect(labels("tcp.dstport ")).toContain("in");
    expect(labels("tcp.dstport == ")).toEqual(["mysql", '"Web ports"']);
    expect(labels("udp.port in {53 d")).toEqual(["dns"]);
    expect(labels("slot == ")).toEqual(["1", "2"]);
    expect(labels("vnic in {")).toEqual(["db-01.eth0", '"Old VM.eth0"']);
    expect(labels("verdict.")).toEqual([]);
    expect(labels("ip.src[")).toEqual([]);
    expect(labels("tcp.dstport == 443 a")).toEqual(["and"]);
    expect(labels("tcp.dstport == 443 ")).toEqual(["and", "or", "xor"]);
    expect(labels("tcp.dstport in {443} ")).toEqual(["and", "or", "xor"]);
    expect(labels("not (slot == 2 and tcp.dstport ")).toContain("==");
    expect(labels("tcp.dstport == 443 and sl")).toEqual(["slot"]);
  });
});
