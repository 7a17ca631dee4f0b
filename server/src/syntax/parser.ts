/**
 * The grammar of one statement, in Chevrotain with embedded actions. `split.ts` cuts the text into statements; a rule
 * here is called with a statement's tokens and fills a draft, so that what stands before a mistake is kept.
 * Every message says what could stand there in words of the language; `mistakes.ts` puts them together.
 */
import { EmbeddedActionsParser, type IToken, type ParserMethod, tokenMatcher } from "chevrotain";
import { findMistake, MESSAGES } from "./mistakes.ts";
import * as t from "./tokens.ts";
import type {
  Action,
  AddressText,
  Clause,
  Endpoint,
  Endpoints,
  Expectation,
  Host,
  Int,
  Name,
  PacketOptions,
  PacketText,
  PortRange,
  ServiceEntry,
  Span,
  SyntaxError,
  Text,
  VnicRef,
  Word,
} from "./tree.ts";
import { unquote } from "./strings.ts";

/** A statement being read: its fields as far as they are known. */
export type Draft = Record<string, unknown>;
/** The block that a statement stands in, where the grammar depends on it. */
export type ActionContext = "acl" | "inspect" | "dfw" | "redirect" | "encryption";

export const ACTIONS: Record<ActionContext, readonly string[]> = {
  acl: ["allow", "drop", "mark"],
  inspect: ["allow", "drop", "mark"],
  dfw: ["allow", "drop", "reject", "jump-to-application"],
  redirect: ["redirect", "skip"],
  encryption: ["encrypt", "protect", "clear"],
};
const ACTION_WORDS = new Set(Object.values(ACTIONS).flat());
export const CLAUSE_WORDS = ["from", "to", "service", "in", "out", "applied-to", "ipv4", "ipv6", "log", "disabled"];
const ASSERT_CLAUSES = new Set(["from", "to", "service", "ipv4", "ipv6"]);
const FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];
const OPTIONS = ["mac", "ttl", "dscp", "vlan", "id", "payload"];
const OUTCOMES = ["delivered", "dropped", "rejected", "answered", "blackholed", "flooded"];

const w = t.word;
const quoted = (words: readonly string[]) => words.join(", ");

export class StatementParser extends EmbeddedActionsParser {
  /** Offset of the chunk in the text that was lexed: spans are relative to it. */
  base = 0;
  draft: Draft = {};
  context: ActionContext | undefined;
  /** Mistakes that do not stop the reading. */
  mistakes: SyntaxError[] = [];
  /** How many tokens of the statement were read before one that cannot follow; 0 when all were. */
  leftover = 0;
  private seen = new Set<string>();

  constructor() {
    super([...t.VOCABULARY], { recoveryEnabled: false, maxLookahead: 2, errorMessageProvider: MESSAGES, skipValidations: false });
    this.performSelfAnalysis();
  }

  /** Reads `tokens` by the grammar's rule. What could be read is in `draft`; the first mistake is given, if any. */
  read(rule: ParserMethod<[], void>, tokens: IToken[], base: number, draft: Draft, context?: ActionContext): SyntaxError[] {
    this.base = base;
    this.draft = draft;
    this.context = context;
    this.mistakes = [];
    this.seen = new Set();
    this.input = tokens;
    rule.call(this);
    const fatal = this.errors[0];
    this.leftover = 0;
    if (fatal) {
      const index = tokens.indexOf(fatal.token);
      if (fatal.name === "NotAllInputParsedException") this.leftover = Math.max(0, index);
      const followers = rule === this.rule || rule === this.assert ? CLAUSE_WORDS : [];
      // One mistake, one finding: what follows the first is likely its echo.
      if (!this.mistakes.some((m) => m.code === "syntax-error")) this.mistakes.push(findMistake(fatal, tokens, base, followers));
      // A rule's later clauses are read all the same: names in them are names.
      if (followers.length > 0 && index >= 0) this.readClausesAfter(tokens, index);
    }
    return this.mistakes;
  }

  private readClausesAfter(tokens: IToken[], mistakeAt: number): void {
    let from = mistakeAt;
    for (let tries = 0; tries < tokens.length; tries++) {
      from++;
      while (from < tokens.length && !CLAUSE_WORDS.includes((tokens[from] as IToken).image)) from++;
      if (from >= tokens.length) return;
      const rest = tokens.slice(from);
      this.input = rest;
      this.clauses();
      const again = this.errors[0];
      if (!again) return;
      const index = rest.indexOf(again.token);
      if (index < 0) return;
      from += index;
    }
  }

  // ---- small parts ----------------------------------------------------------------------------------------------
  private span(from: IToken, to: IToken = from): Span {
    if (this.RECORDING_PHASE) return { start: 0, end: 0 };
    return { start: from.startOffset - this.base, end: to.startOffset + to.image.length - this.base };
  }
  /** From `from` to the last token read. */
  private since(from: IToken): Span {
    return this.span(from, this.LA(0));
  }
  private fail(span: Span, message: string, expected?: readonly string[], code: SyntaxError["code"] = "syntax-error"): void {
    if (this.RECORDING_PHASE) return;
    if (code === "syntax-error" && this.mistakes.some((m) => m.code === code)) return;
    this.mistakes.push({ code, ...span, message, ...(expected && { expected }) });
  }
  private wordOf(token: IToken): Word {
    return { ...this.span(token), text: token.image };
  }
  private intOf(token: IToken): Int {
    return { ...this.span(token), value: Number(token.image), text: token.image };
  }
  private textOf(token: IToken): Text {
    return { ...this.span(token), text: unquote(token.image) };
  }
  private addressOf(token: IToken): AddressText {
    const { image } = token;
    const kind =
      token.tokenType === t.Dotted ? "ipv4" : token.tokenType === t.MacDashes || isMac(image) ? "mac" : "ipv6";
    return { ...this.span(token), text: image, kind };
  }
  /** A word with a fixed choice: any name is taken, and told when it is none of them. */
  private choice(token: IToken, choices: readonly string[], what: string): Word {
    if (!choices.includes(token.image)) {
      this.fail(this.span(token), `expected ${what}: ${quoted(choices)}; found "${token.image}"`, choices);
    }
    return this.wordOf(token);
  }

  private cName: { ALT: () => IToken }[] | undefined;
  private nameAlternatives(): { ALT: () => IToken }[] {
    this.cName ??= [{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.CONSUME(t.Str) }];
    return this.cName;
  }
  name = this.RULE("name", (what: string): Name => {
    const token = this.OR({ DEF: this.nameAlternatives(), ERR_MSG: what });
    const isQuoted = token.tokenType === t.Str;
    return { ...this.span(token), text: isQuoted ? unquote(token.image) : token.image, quoted: isQuoted };
  });

  address = this.RULE("address", (what: string): AddressText => {
    const token = this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.Dotted) },
        { ALT: () => this.CONSUME(t.Colons) },
        { ALT: () => this.CONSUME(t.MacDashes) },
      ],
      ERR_MSG: what,
    });
    return this.ACTION(() => this.addressOf(token));
  });

  vnicRef = this.RULE("vnicRef", (): VnicRef => {
    const first = this.LA(1);
    const vm = this.SUBRULE(this.name, { ARGS: ["a vNIC: VM.VNIC"] });
    this.CONSUME(t.Dot, { ERR_MSG: "a dot and the vNIC's name: VM.VNIC" });
    const vnic = this.SUBRULE2(this.name, { ARGS: ["the vNIC's name"] });
    return { ...this.since(first), vm, vnic };
  });

  endpoint = this.RULE("endpoint", (): Endpoint => {
    const first = this.LA(1);
    return this.OR({
      DEF: [
        { ALT: () => ({ kind: "any" as const, ...this.span(this.CONSUME(w("any"))) }) },
        {
          ALT: () => {
            this.CONSUME(w("tag"));
            const tag = this.SUBRULE(this.name, { ARGS: ["a tag's name"] });
            return { kind: "tag" as const, ...this.since(first), tag };
          },
        },
        { ALT: () => this.SUBRULE(this.addressEndpoint) },
        {
          ALT: (): Endpoint => {
            const name = this.SUBRULE2(this.name, { ARGS: [ENDPOINT] });
            let vnic: Name | undefined;
            this.OPTION(() => {
              this.CONSUME(t.Dot);
              vnic = this.SUBRULE3(this.name, { ARGS: ["the vNIC's name"] });
            });
            if (!vnic) return { kind: "name", ...this.since(first), name };
            return { kind: "vnic", ...this.since(first), vnic: { ...this.since(first), vm: name, vnic } };
          },
        },
      ],
      ERR_MSG: ENDPOINT,
    });
  });

  addressEndpoint = this.RULE("addressEndpoint", (): Endpoint => {
    const first = this.LA(1);
    const address = this.SUBRULE(this.address, { ARGS: ["an address"] });
    let length: Int | undefined;
    let to: AddressText | undefined;
    this.OPTION(() => {
      this.OR({
        DEF: [
          {
            ALT: () => {
              this.CONSUME(t.Slash);
              length = this.intOf(this.CONSUME(t.Int, { ERR_MSG: "a prefix length" }));
            },
          },
          {
            ALT: () => {
              this.CONSUME(t.Dash);
              to = this.SUBRULE2(this.address, { ARGS: ["the range's last address"] });
            },
          },
        ],
        ERR_MSG: "a prefix length or the range's last address",
      });
    });
    const span = this.since(first);
    if (length) return { kind: "prefix", ...span, address, length };
    if (to) return { kind: "range", ...span, from: address, to };
    return { kind: "address", ...span, address };
  });

  endpoints = this.RULE("endpoints", (): Endpoints => {
    const first = this.LA(1);
    const items: Endpoint[] = [];
    const except: Endpoint[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        items.push(this.SUBRULE(this.endpoint));
      },
      ERR_MSG: ENDPOINT,
    });
    this.OPTION(() => {
      this.CONSUME(w("except"));
      this.AT_LEAST_ONE_SEP2({
        SEP: t.Comma,
        DEF: () => {
          except.push(this.SUBRULE2(this.endpoint));
        },
        ERR_MSG: ENDPOINT,
      });
    });
    return { ...this.since(first), items, except };
  });

  portRange = this.RULE("portRange", (): PortRange => {
    const first = this.LA(1);
    const from = this.intOf(this.CONSUME(t.Int, { ERR_MSG: "a port" }));
    let to: Int | undefined;
    this.OPTION(() => {
      this.CONSUME(t.Dash);
      to = this.intOf(this.CONSUME2(t.Int, { ERR_MSG: "the range's last port" }));
    });
    return { ...this.since(first), from, to };
  });
  portList = this.RULE("portList", (): PortRange[] => {
    const ports: PortRange[] = [];
    this.CONSUME(t.LCurly);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        ports.push(this.SUBRULE(this.portRange));
      },
      ERR_MSG: "a port",
    });
    this.CONSUME(t.RCurly, { ERR_MSG: '"," or "}" after the ports' });
    return ports;
  });

  entry = this.RULE("entry", (): ServiceEntry => {
    const first = this.LA(1);
    const name = this.SUBRULE(this.name, { ARGS: ["a service, or a protocol such as tcp/443"] });
    let ports: PortRange[] | undefined;
    let detail: Int | Name | undefined;
    let code: Int | undefined;
    let sourcePorts: PortRange[] | undefined;
    this.OPTION(() => {
      this.CONSUME(t.Slash);
      this.OR({
        DEF: [
          { ALT: () => (ports = this.SUBRULE(this.portList)) },
          {
            ALT: () => {
              const number = this.intOf(this.CONSUME(t.Int));
              detail = number;
              this.OPTION2(() => {
                this.OR2({
                  DEF: [
                    {
                      ALT: () => {
                        this.CONSUME(t.Dash);
                        const to = this.intOf(this.CONSUME2(t.Int, { ERR_MSG: "the range's last port" }));
                        ports = [{ start: number.start, end: to.end, from: number, to }];
                      },
                    },
                    {
                      ALT: () => {
                        this.CONSUME(t.Colon);
                        code = this.intOf(this.CONSUME3(t.Int, { ERR_MSG: "an ICMP code" }));
                      },
                    },
                  ],
                });
              });
            },
          },
          { ALT: () => (detail = this.SUBRULE2(this.name, { ARGS: ["a port or a name"] })) },
        ],
        ERR_MSG: "ports, a number or a name after the slash",
      });
    });
    this.OPTION3({
      GATE: () => this.LA(2).tokenType === t.Int || this.LA(2).tokenType === t.LCurly,
      DEF: () => {
        this.CONSUME(w("from"));
        this.OR3({
          DEF: [
            { ALT: () => (sourcePorts = this.SUBRULE2(this.portList)) },
            { ALT: () => (sourcePorts = [this.SUBRULE(this.portRange)]) },
          ],
          ERR_MSG: "source ports",
        });
      },
    });
    const span = this.since(first);
    return this.ACTION(() => this.serviceEntry(span, name, ports, detail, code, sourcePorts));
  });

  /** What may stand after the slash depends on the protocol. */
  private serviceEntry(
    span: Span,
    name: Name,
    ports: PortRange[] | undefined,
    detail: Int | Name | undefined,
    code: Int | undefined,
    sourcePorts: PortRange[] | undefined,
  ): ServiceEntry {
    const withPorts = ["tcp", "udp", "sctp"].includes(name.text);
    const icmp = name.text === "icmp" || name.text === "icmpv6";
    if (withPorts) {
      if (detail && !("value" in detail)) this.fail(detail, `expected ports after ${name.text}/: 443, 5900-5903 or {80, 443}`);
      else if (code) this.fail(code, `${name.text} has ports, not types and codes`);
      else if (detail && !ports) {
        const port = detail as Int;
        return { ...span, name, ports: [{ start: port.start, end: port.end, from: port }], sourcePorts };
      }
      return { ...span, name, ports, sourcePorts };
    }
    if (ports ?? sourcePorts) this.fail((ports ?? sourcePorts)?.[0] ?? span, `only tcp, udp and sctp have ports, and "${name.text}" is none of them`);
    else if (code && !icmp) this.fail(code, "only icmp and icmpv6 have codes");
    else if (detail && !icmp && name.text !== "ip" && name.text !== "ether")
      this.fail(name, `expected a protocol before the slash: tcp, udp, sctp, icmp, icmpv6, ip, ether; found "${name.text}"`);
    return { ...span, name, detail, code };
  }

  entries = this.RULE("entries", (): ServiceEntry[] => {
    const entries: ServiceEntry[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        entries.push(this.SUBRULE(this.entry));
      },
      ERR_MSG: "a service, or a protocol such as tcp/443",
    });
    return entries;
  });

  // ---- rules ----------------------------------------------------------------------------------------------------
  clause = this.RULE("clause", (): void => {
    const first = this.LA(1);
    const keyword = this.RECORDING_PHASE ? { start: 0, end: 0 } : this.span(first);
    const ends = (kind: "from" | "to" | "applied-to", endpoints: Endpoints) => this.add({ kind, ...this.since(first), keyword, endpoints });
    const bare = (kind: "in" | "out" | "ipv4" | "ipv6" | "disabled") => this.add({ kind, ...keyword, keyword });
    this.OR({
      DEF: [
        { ALT: () => (this.CONSUME(w("from")), ends("from", this.SUBRULE(this.endpoints))) },
        { ALT: () => (this.CONSUME(w("to")), ends("to", this.SUBRULE2(this.endpoints))) },
        {
          ALT: () => {
            this.CONSUME(w("service"));
            const entries = this.SUBRULE(this.entries);
            this.add({ kind: "service", ...this.since(first), keyword, entries });
          },
        },
        { ALT: () => (this.CONSUME(w("in")), bare("in")) },
        { ALT: () => (this.CONSUME(w("out")), bare("out")) },
        { ALT: () => (this.CONSUME(w("applied-to")), ends("applied-to", this.SUBRULE3(this.endpoints))) },
        { ALT: () => (this.CONSUME(w("ipv4")), bare("ipv4")) },
        { ALT: () => (this.CONSUME(w("ipv6")), bare("ipv6")) },
        {
          ALT: () => {
            this.CONSUME(w("log"));
            const label = this.OPTION(() => this.textOf(this.CONSUME(t.Str)));
            this.add({ kind: "log", ...this.since(first), keyword, label });
          },
        },
        { ALT: () => (this.CONSUME(w("disabled")), bare("disabled")) },
      ],
      ERR_MSG: `a clause: ${quoted(CLAUSE_WORDS)}`,
    });
  });
  private add(clause: Clause): void {
    if (this.RECORDING_PHASE) return;
    if (this.seen.has(clause.kind)) {
      this.fail(clause.keyword, `"${clause.kind}" stands twice in this rule; the first one counts`, undefined, "duplicate-clause");
      return;
    }
    this.seen.add(clause.kind);
    (this.draft.clauses as Clause[]).push(clause);
  }
  clauses = this.RULE("clauses", (): void => {
    this.MANY(() => this.SUBRULE(this.clause));
  });

  action = this.RULE("action", (): Action => {
    const first = this.LA(1);
    const plain = (word: Action["word"]): Action => ({ ...this.since(first), word });
    const sealed = (word: "encrypt" | "protect", key: Name): Action => ({ ...this.since(first), word, key });
    return this.OR({
      DEF: [
        { ALT: () => (this.CONSUME(w("allow")), plain("allow")) },
        { ALT: () => (this.CONSUME(w("drop")), plain("drop")) },
        { ALT: () => (this.CONSUME(w("reject")), plain("reject")) },
        { ALT: () => (this.CONSUME(w("jump-to-application")), plain("jump-to-application")) },
        { ALT: () => (this.CONSUME(w("redirect")), plain("redirect")) },
        { ALT: () => (this.CONSUME(w("skip")), plain("skip")) },
        { ALT: () => (this.CONSUME(w("clear")), plain("clear")) },
        {
          ALT: (): Action => {
            this.CONSUME(w("mark"));
            const field = this.OR2({
              DEF: [
                { ALT: () => (this.CONSUME(w("dscp")), "dscp" as const) },
                { ALT: () => (this.CONSUME(w("cos")), "cos" as const) },
              ],
              ERR_MSG: "what to mark: dscp, cos",
            });
            const value = this.intOf(this.CONSUME(t.Int, { ERR_MSG: "a number" }));
            return { ...this.since(first), word: "mark", mark: { field, value } };
          },
        },
        {
          ALT: () => {
            this.CONSUME(w("encrypt"));
            this.CONSUME(w("with"), { ERR_MSG: '"with" and a key' });
            return sealed("encrypt", this.SUBRULE(this.name, { ARGS: ["a key's name"] }));
          },
        },
        {
          ALT: () => {
            this.CONSUME(w("protect"));
            this.CONSUME2(w("with"), { ERR_MSG: '"with" and a key' });
            return sealed("protect", this.SUBRULE2(this.name, { ARGS: ["a key's name"] }));
          },
        },
      ],
      ERR_MSG: "an action",
    });
  });

  /** The action of a rule or a default. One that is missing, misspelt or another block's is told, and reading goes on. */
  private readAction(): void {
    this.OPTION9({
      GATE: () => this.actionStandsHere(),
      DEF: () => {
        const action = this.SUBRULE9(this.action);
        this.draft.action = action;
        this.ACTION(() => this.checkAction(action));
      },
    });
  }
  private actionStandsHere(): boolean {
    const token = this.LA(1);
    if (ACTION_WORDS.has(token.image)) return true;
    const allowed = ACTIONS[this.context ?? "dfw"];
    const atEnd = token.tokenType.name === "EOF";
    const at = atEnd ? this.LA(0) : token;
    const found = atEnd ? "" : `, found "${token.image}"`;
    this.fail(this.span(at), `expected an action: ${quoted(allowed)}${found}`, allowed);
    // A misspelt action is passed over; a clause word or the end is not.
    if (tokenMatcher(token, t.Name) && !CLAUSE_WORDS.includes(token.image)) this.SKIP_TOKEN();
    return false;
  }
  private checkAction(action: Action): void {
    const allowed = ACTIONS[this.context ?? "dfw"];
    if (allowed.includes(action.word)) return;
    const where = (Object.keys(ACTIONS) as ActionContext[]).filter((c) => ACTIONS[c].includes(action.word));
    this.fail(
      action,
      `expected an action: ${quoted(allowed)}; "${action.word}" is an action of ${where.join(" and ")} blocks`,
      allowed,
    );
  }

  rule = this.RULE("rule", (): void => {
    this.CONSUME(w("rule"));
    this.draft.id = this.intOf(this.CONSUME(t.Int, { ERR_MSG: "the rule's number" }));
    this.OPTION(() => {
      this.draft.title = this.textOf(this.CONSUME(t.Str));
    });
    this.readAction();
    this.SUBRULE(this.clauses);
  });
  default = this.RULE("default", (): void => {
    this.CONSUME(w("default"));
    this.readAction();
    this.OPTION(() => {
      this.CONSUME(w("log"));
      this.draft.log = true;
    });
  });

  // ---- the top of a file ------------------------------------------------------------------------------------------
  policy = this.RULE("policy", (): void => {
    this.CONSUME(w("policy"));
    this.draft.title = this.textOf(this.CONSUME(t.Str, { ERR_MSG: "the policy's title in quotes" }));
  });
  platform = this.RULE("platform", (): void => {
    this.CONSUME(w("platform"));
    this.draft.name = this.SUBRULE(this.name, { ARGS: ["a platform: nsx-v 6.2, nsx-v 6.3, nsx-v-netx, nsx 4"] });
    this.OPTION(() => {
      this.draft.version = this.wordOf(
        this.OR([{ ALT: () => this.CONSUME(t.Dotted) }, { ALT: () => this.CONSUME(t.Int) }]),
      );
    });
  });
  import = this.RULE("import", (): void => {
    this.CONSUME(w("import"));
    this.draft.path = this.textOf(this.CONSUME(t.Str, { ERR_MSG: "a path in quotes" }));
  });
  group = this.RULE("group", (): void => {
    this.CONSUME(w("group"));
    this.nameOf("the group");
    this.CONSUME(t.Equals, { ERR_MSG: '"="' });
    this.draft.endpoints = this.SUBRULE(this.endpoints);
  });
  service = this.RULE("service", (): void => {
    this.CONSUME(w("service"));
    this.nameOf("the service");
    this.CONSUME(t.Equals, { ERR_MSG: '"="' });
    this.draft.entries = this.SUBRULE(this.entries);
    this.OPTION(() => {
      this.CONSUME(w("alg"));
      this.draft.alg = this.SUBRULE2(this.name, { ARGS: ["the application-level gateway's name"] });
    });
  });
  /** A declaration's own name. Where it is missing the rest is read all the same. */
  private nameOf(what: string): void {
    this.OPTION8({
      GATE: () => {
        const token = this.LA(1);
        if (tokenMatcher(token, t.Name) || token.tokenType === t.Str) return true;
        if (token.tokenType !== t.Equals && token.tokenType !== t.LCurly && !t.RESERVED_WORDS.has(token.image)) return false;
        const reserved = t.RESERVED_WORDS.has(token.image);
        this.fail(
          this.span(token),
          reserved
            ? `expected a name for ${what}; "${token.image}" is a word of the language: write it in quotes to use it as a name`
            : `expected a name for ${what}, found "${token.image}"`,
        );
        if (reserved) this.SKIP_TOKEN();
        return false;
      },
      DEF: () => {
        this.draft.name = this.SUBRULE8(this.name, { ARGS: [`a name for ${what}`] });
      },
    });
  }

  assert = this.RULE("assert", (): void => {
    this.CONSUME(w("assert"));
    this.OPTION(() => {
      this.draft.title = this.textOf(this.CONSUME(t.Str));
    });
    const start = this.LA(1);
    const property = (word: string, by?: Name) => (this.draft.property = { ...this.since(start), word, by });
    this.OR({
      DEF: [
        { ALT: () => (this.CONSUME(w("allowed")), property("allowed")) },
        { ALT: () => (this.CONSUME(w("blocked")), property("blocked")) },
        { ALT: () => (this.CONSUME(w("encrypted")), property("encrypted")) },
        {
          ALT: () => {
            this.CONSUME(w("inspected"));
            this.CONSUME(w("by"), { ERR_MSG: '"by" and an appliance' });
            property("inspected", this.SUBRULE(this.name, { ARGS: ["an appliance's name"] }));
          },
        },
      ],
      ERR_MSG: "what must hold: allowed, blocked, inspected by, encrypted",
    });
    this.SUBRULE(this.clauses);
    this.ACTION(() => this.checkAssert());
  });
  private checkAssert(): void {
    const clauses = this.draft.clauses as Clause[];
    for (const clause of clauses) {
      if (!ASSERT_CLAUSES.has(clause.kind))
        this.fail(clause.keyword, `an assert takes no "${clause.kind}"; its clauses are ${quoted([...ASSERT_CLAUSES])}`);
    }
    this.draft.clauses = clauses.filter((clause) => ASSERT_CLAUSES.has(clause.kind));
  }

  // ---- heads of blocks ------------------------------------------------------------------------------------------
  private openBrace(): void {
    this.CONSUME9(t.LCurly, { ERR_MSG: '"{"' });
  }
  namedHead = this.RULE("namedHead", (): void => {
    const keyword = this.OR(
      ["segment", "vm", "vnic", "acl", "swsec", "dfw", "appliance", "encryption"].map((text) => ({
        ALT: () => this.CONSUME(w(text)),
      })),
    );
    this.nameOf(`the ${keyword.image}`);
    this.openBrace();
  });
  bareHead = this.RULE("bareHead", (): void => {
    this.OR([{ ALT: () => this.CONSUME(w("timeouts")) }, { ALT: () => this.CONSUME(w("inspect")) }]);
    this.openBrace();
  });
  redirect = this.RULE("redirect", (): void => {
    this.CONSUME(w("redirect"));
    this.nameOf("the redirect");
    this.CONSUME(w("via"), { ERR_MSG: '"via" and an appliance' });
    this.draft.via = this.SUBRULE(this.name, { ARGS: ["an appliance's name"] });
    this.openBrace();
  });
  chain = this.RULE("chain", (): void => {
    this.CONSUME(w("chain"));
    this.nameOf("the chain");
    this.OPTION(() => {
      this.CONSUME(w("applied-to"));
      this.draft.appliedTo = this.SUBRULE(this.endpoints);
    });
    this.openBrace();
  });
  scenario = this.RULE("scenario", (): void => {
    this.CONSUME(w("scenario"));
    this.draft.title = this.textOf(this.CONSUME(t.Str, { ERR_MSG: "the scenario's title in quotes" }));
    this.openBrace();
  });
  section = this.RULE("section", (): void => {
    this.CONSUME(w("section"));
    this.nameOf("the section");
    this.MANY(() => {
      this.OR({
        DEF: [
          { ALT: () => (this.CONSUME(w("ethernet")), this.set("ethernet")) },
          { ALT: () => (this.CONSUME(w("stateless")), this.set("stateless")) },
          { ALT: () => (this.CONSUME(w("tcp-strict")), this.set("tcpStrict")) },
          {
            ALT: () => {
              this.CONSUME(w("category"));
              const token = this.CONSUME(t.Name, { ERR_MSG: `a category: ${quoted(CATEGORIES)}` });
              this.draft.category = this.ACTION(() => this.choice(token, CATEGORIES, "a category"));
            },
          },
          {
            ALT: () => {
              this.CONSUME(w("applied-to"));
              this.draft.appliedTo = this.SUBRULE(this.endpoints);
            },
          },
        ],
        ERR_MSG: SECTION_WORD,
      });
    });
    this.CONSUME(t.LCurly, { ERR_MSG: `"{", or ${SECTION_WORD}` });
  });
  private set(field: string): void {
    this.draft[field] = true;
  }

  // ---- items ------------------------------------------------------------------------------------------------------
  number = this.RULE("number", (): void => {
    this.OR([{ ALT: () => this.CONSUME(w("vni")) }, { ALT: () => this.CONSUME(w("vlan")) }]);
    this.draft.value = this.intOf(this.CONSUME(t.Int, { ERR_MSG: "a number" }));
  });
  subnet = this.RULE("subnet", (): void => {
    this.CONSUME(w("subnet"));
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        const prefix = this.SUBRULE(this.addressEndpoint);
        (this.draft.prefixes as Endpoint[] | undefined)?.push(prefix);
        this.ACTION(() => {
          if (prefix.kind !== "prefix") this.fail(prefix, "expected a prefix such as 10.0.1.0/24");
        });
      },
      ERR_MSG: "a prefix such as 10.0.1.0/24",
    });
  });
  addresses = this.RULE("addresses", (): void => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(w("gateway"));
          this.SUBRULE(this.addressList);
        },
      },
      {
        ALT: () => {
          this.CONSUME(w("ip"));
          this.OR2({
            DEF: [
              { ALT: () => (this.CONSUME(w("dhcp")), this.set("dhcp")) },
              { ALT: () => this.SUBRULE2(this.addressList) },
            ],
            ERR_MSG: 'an address, or "dhcp"',
          });
        },
      },
    ]);
  });
  addressList = this.RULE("addressList", (): void => {
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        const address = this.SUBRULE(this.address, { ARGS: ["an address"] });
        (this.draft.addresses as AddressText[] | undefined)?.push(address);
      },
      ERR_MSG: "an address",
    });
  });
  mac = this.RULE("mac", (): void => {
    this.CONSUME(w("mac"));
    this.draft.address = this.SUBRULE(this.address, { ARGS: ["a MAC address such as 00:50:56:aa:01:11"] });
  });
  inSegment = this.RULE("inSegment", (): void => {
    this.CONSUME(w("segment"));
    this.draft.segment = this.SUBRULE(this.name, { ARGS: ["a segment's name"] });
  });
  tags = this.RULE("tags", (): void => {
    this.CONSUME(w("tags"));
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        const tag = this.SUBRULE(this.name, { ARGS: ["a tag's name"] });
        (this.draft.tags as Name[] | undefined)?.push(tag);
      },
      ERR_MSG: "a tag's name",
    });
  });
  setting = this.RULE("setting", (): void => {
    const keyword = this.OR(Object.keys(SETTINGS).map((text) => ({ ALT: () => this.CONSUME(w(text)) })));
    const choices = SETTINGS[keyword.image] ?? [];
    const token = this.CONSUME(t.Name, { ERR_MSG: `one of ${quoted(choices)}` });
    this.draft.value = this.ACTION(() => this.choice(token, choices, `a setting of ${keyword.image}`));
  });
  vendor = this.RULE("vendor", (): void => {
    this.CONSUME(w("vendor"));
    this.draft.value = this.textOf(this.CONSUME(t.Str, { ERR_MSG: "the vendor's name in quotes" }));
  });
  listSetting = this.RULE("listSetting", (): void => {
    const keyword = this.OR(Object.keys(LIST_SETTINGS).map((text) => ({ ALT: () => this.CONSUME(w(text)) })));
    const choices = LIST_SETTINGS[keyword.image] ?? [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        const token = this.CONSUME(t.Name, { ERR_MSG: `what to ${keyword.image}: ${quoted(choices)}` });
        this.ACTION(() => (this.draft.values as Word[]).push(this.choice(token, choices, `what to ${keyword.image}`)));
      },
      ERR_MSG: "one or more, separated by commas",
    });
  });
  bind = this.RULE("bind", (): void => {
    this.CONSUME(w("bind"));
    this.draft.vnic = this.SUBRULE(this.vnicRef);
    this.MANY(() => {
      this.OR({
        DEF: [
          {
            ALT: () => {
              this.CONSUME(w("mac"));
              this.draft.mac = this.SUBRULE(this.address, { ARGS: ["a MAC address such as 00:50:56:aa:01:11"] });
            },
          },
          {
            ALT: () => {
              this.CONSUME(w("ip"));
              this.SUBRULE(this.addressList);
            },
          },
        ],
        ERR_MSG: "mac or ip",
      });
    });
  });
  limit = this.RULE("limit", (): void => {
    this.CONSUME(w("limit"));
    const what = this.CONSUME(t.Name, { ERR_MSG: "what to limit: broadcast, multicast" });
    this.draft.what = this.ACTION(() => this.choice(what, ["broadcast", "multicast"], "what to limit"));
    const direction = this.OR({
      DEF: [{ ALT: () => this.CONSUME(w("in")) }, { ALT: () => this.CONSUME(w("out")) }],
      ERR_MSG: "a direction: in, out",
    });
    this.draft.direction = this.wordOf(direction);
    this.draft.rate = this.intOf(this.CONSUME(t.Int, { ERR_MSG: "packets a second" }));
    const unit = this.CONSUME2(t.Name, { ERR_MSG: '"pps"' });
    this.ACTION(() => this.choice(unit, ["pps"], "the unit"));
  });
  exclude = this.RULE("exclude", (): void => {
    this.CONSUME(w("exclude"));
    this.draft.endpoints = this.SUBRULE(this.endpoints);
  });
  timeout = this.RULE("timeout", (): void => {
    const timer = this.CONSUME(t.Name, { ERR_MSG: "a timer such as tcp-established" });
    this.draft.timer = this.ACTION(() => this.choice(timer, TIMERS, "a timer"));
    const duration = this.CONSUME(t.Duration, { ERR_MSG: "a duration such as 500ms, 30s, 5m, 12h, 1d" });
    this.draft.duration = this.ACTION(() => this.durationOf(duration));
  });
  private durationOf(token: IToken) {
    const [, count, unit] = /^(\d+)(\D+)$/.exec(token.image) ?? ["", "0", "s"];
    return { ...this.span(token), milliseconds: Number(count) * (UNITS[unit as string] ?? 1), text: token.image };
  }
  key = this.RULE("key", (): void => {
    this.CONSUME(w("key"));
    this.nameOf("the key");
    this.CONSUME(w("id"), { ERR_MSG: '"id" and a number' });
    this.draft.id = this.intOf(this.CONSUME(t.Int, { ERR_MSG: "the key's number" }));
    this.OPTION(() => {
      this.CONSUME(w("algorithm"));
      this.draft.algorithm = this.SUBRULE(this.name, { ARGS: ["an algorithm's name"] });
    });
  });
  slot = this.RULE("slot", (): void => {
    this.CONSUME(w("slot"));
    this.draft.number = this.intOf(this.CONSUME(t.Int, { ERR_MSG: "a slot number, 0 to 15" }));
    const module = this.OR({
      DEF: ["acl", "swsec", "dfw", "redirect", "encryption"].map((text) => ({ ALT: () => this.CONSUME(w(text)) })),
      ERR_MSG: "a module: acl, swsec, dfw, redirect, encryption",
    });
    this.draft.module = this.wordOf(module);
    this.draft.block = this.SUBRULE(this.name, { ARGS: ["the name of a block"] });
    this.OPTION(() => {
      this.CONSUME(w("fail"));
      const token = this.CONSUME(t.Name, { ERR_MSG: "open or closed" });
      this.draft.fail = this.ACTION(() => this.choice(token, ["open", "closed"], "a failure policy"));
    });
  });

  // ---- scenarios --------------------------------------------------------------------------------------------------
  host = this.RULE("host", (): Host => {
    const first = this.LA(1);
    return this.OR({
      DEF: [
        {
          ALT: (): Host => {
            this.CONSUME(t.LSquare);
            const address = this.SUBRULE(this.address, { ARGS: ["an IPv6 address"] });
            this.CONSUME(t.RSquare, { ERR_MSG: '"]"' });
            return { kind: "address", ...this.since(first), address };
          },
        },
        {
          ALT: (): Host => {
            const address = this.SUBRULE2(this.address, { ARGS: ["an address"] });
            return { kind: "address", ...this.since(first), address };
          },
        },
        {
          ALT: (): Host => {
            const name = this.SUBRULE(this.name, { ARGS: [HOST] });
            let vnic: Name | undefined;
            this.OPTION(() => {
              this.CONSUME(t.Dot);
              vnic = this.SUBRULE2(this.name, { ARGS: ["the vNIC's name"] });
            });
            const span = this.since(first);
            if (!vnic) return { kind: "name", ...span, name };
            return { kind: "vnic", ...span, vnic: { ...span, vm: name, vnic } };
          },
        },
      ],
      ERR_MSG: HOST,
    });
  });
  private port(): Int {
    this.CONSUME8(t.Colon, { ERR_MSG: '":" and a port' });
    return this.intOf(this.CONSUME8(t.Int, { ERR_MSG: "a port" }));
  }
  hostPort = this.RULE("hostPort", (): { host: Host; port: Int } => {
    const host = this.SUBRULE(this.host);
    return { host, port: this.port() };
  });

  packet = this.RULE("packet", (): PacketText => {
    const first = this.LA(1);
    let body: object = {};
    const arrow = { ERR_MSG: '"->"' };
    this.OR({
      DEF: [
        {
          ALT: () => {
            const protocol = this.OR2([
              { ALT: () => this.CONSUME(w("tcp")) },
              { ALT: () => this.CONSUME(w("udp")) },
              { ALT: () => this.CONSUME(w("sctp")) },
            ]);
            const source = this.SUBRULE(this.hostPort);
            this.CONSUME(t.Arrow, arrow);
            const destination = this.SUBRULE2(this.hostPort);
            const flags: Word[] = [];
            this.OPTION(() => {
              this.AT_LEAST_ONE_SEP({
                SEP: t.Comma,
                DEF: () => {
                  const flag = this.OR3({
                    DEF: FLAGS.map((text) => ({ ALT: () => this.CONSUME(w(text)) })),
                    ERR_MSG: `a flag: ${quoted(FLAGS)}`,
                  });
                  flags.push(this.wordOf(flag));
                },
              });
            });
            this.ACTION(() => {
              if (protocol.image !== "tcp" && flags[0]) this.fail(flags[0], `${protocol.image} has no flags`);
            });
            body = {
              kind: protocol.image,
              source: source?.host,
              sourcePort: source?.port,
              destination: destination?.host,
              destinationPort: destination?.port,
              flags,
            };
          },
        },
        {
          ALT: () => {
            const protocol = this.OR4([{ ALT: () => this.CONSUME(w("icmp")) }, { ALT: () => this.CONSUME(w("icmpv6")) }]);
            const source = this.SUBRULE(this.host);
            this.CONSUME2(t.Arrow, arrow);
            const destination = this.SUBRULE2(this.host);
            let type: Name | Int | undefined;
            this.OPTION2({
              GATE: () => !OPTIONS.includes(this.LA(1).image),
              DEF: () => {
                this.OR5([
                  { ALT: () => (type = this.SUBRULE(this.name, { ARGS: ["an ICMP type"] })) },
                  { ALT: () => (type = this.intOf(this.CONSUME2(t.Int))) },
                ]);
              },
            });
            body = { kind: protocol.image, source, destination, type };
          },
        },
        {
          ALT: () => {
            this.CONSUME(w("ip"));
            this.CONSUME(t.Slash, { ERR_MSG: '"/" and a protocol: ip/47' });
            const protocol = this.OR6({
              DEF: [
                { ALT: () => this.intOf(this.CONSUME3(t.Int)) },
                { ALT: (): Int | Name => this.SUBRULE2(this.name, { ARGS: ["a protocol"] }) },
              ],
              ERR_MSG: "a protocol's number or name",
            });
            const source = this.SUBRULE3(this.host);
            this.CONSUME3(t.Arrow, arrow);
            const destination = this.SUBRULE4(this.host);
            body = { kind: "ip", protocol, source, destination };
          },
        },
        { ALT: () => (this.CONSUME(w("arp")), (body = this.SUBRULE(this.arp))) },
        { ALT: () => (this.CONSUME(w("dhcp")), (body = this.SUBRULE(this.dhcp))) },
        {
          ALT: () => {
            this.CONSUME(w("frame"));
            body = { kind: "frame", hex: this.textOf(this.CONSUME(t.Str, { ERR_MSG: "hex digits in quotes" })) };
          },
        },
      ],
      ERR_MSG: "a packet: tcp, udp, sctp, icmp, icmpv6, ip, arp, dhcp, frame",
    });
    const options = this.SUBRULE(this.options);
    return { ...body, ...this.since(first), options } as PacketText;
  });
  arp = this.RULE("arp", (): object =>
    this.OR({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(w("request"));
            const target = this.SUBRULE(this.address, { ARGS: ["the address that is asked for"] });
            this.CONSUME(w("from"), { ERR_MSG: '"from" and who asks' });
            return { kind: "arp-request", target, sender: this.SUBRULE(this.host) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(w("reply"));
            const address = this.SUBRULE2(this.address, { ARGS: ["the address that is answered for"] });
            this.CONSUME(w("at"), { ERR_MSG: '"at" and a MAC address' });
            const mac = this.SUBRULE3(this.address, { ARGS: ["a MAC address"] });
            this.CONSUME(w("to"), { ERR_MSG: '"to" and who asked' });
            return { kind: "arp-reply", address, mac, receiver: this.SUBRULE2(this.host) };
          },
        },
      ],
      ERR_MSG: "request or reply",
    }),
  );
  dhcp = this.RULE("dhcp", (): object => {
    // `request` is a word of ARP too: as a name both are taken.
    const message = this.CONSUME(t.Name, { ERR_MSG: `a DHCP message: ${quoted(DHCP)}` });
    this.ACTION(() => this.choice(message, DHCP, "a DHCP message"));
    const address = this.OPTION(() => this.SUBRULE(this.address, { ARGS: ["an address"] }));
    const direction = this.OR({
      DEF: [{ ALT: () => this.CONSUME(w("to")) }, { ALT: () => this.CONSUME(w("from")) }],
      ERR_MSG: '"to" or "from" and a host',
    });
    return { kind: "dhcp", message: this.wordOf(message), address, direction: direction.image, host: this.SUBRULE(this.host) };
  });
  options = this.RULE("options", (): PacketOptions => {
    const options: Record<string, unknown> = {};
    this.MANY(() => {
      this.OR({
        DEF: [
          {
            ALT: () => {
              this.CONSUME(w("mac"));
              const from = this.SUBRULE(this.address, { ARGS: ["the source MAC"] });
              this.CONSUME(t.Arrow, { ERR_MSG: '"->" and the destination MAC' });
              options.macs = { from, to: this.SUBRULE2(this.address, { ARGS: ["the destination MAC"] }) };
            },
          },
          ...OPTIONS.filter((text) => text !== "mac").map((text, index) => ({
            ALT: () => {
              this.CONSUME(w(text));
              options[text] = this.intOf(this.consume(index + 20, t.Int, { ERR_MSG: "a number" }));
            },
          })),
        ],
      });
    });
    return options;
  });

  expect = this.RULE("expect", (): Expectation => {
    const first = this.CONSUME(w("expect"));
    const outcomeToken = this.CONSUME(t.Name, { ERR_MSG: `an outcome: ${quoted(OUTCOMES)}` });
    const outcome = this.ACTION(() => this.choice(outcomeToken, OUTCOMES, "an outcome"));
    let slot: Int | undefined;
    let on: VnicRef | undefined;
    let by: Expectation["by"];
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(w("at"));
            this.CONSUME(w("slot"), { ERR_MSG: '"slot" and its number' });
            slot = this.intOf(this.CONSUME(t.Int, { ERR_MSG: "a slot number" }));
          },
        },
        { ALT: () => (this.CONSUME(w("on")), (on = this.SUBRULE(this.vnicRef))) },
        {
          ALT: () => {
            this.CONSUME(w("by"));
            const start = this.LA(1);
            this.OR2({
              DEF: [
                {
                  ALT: () => {
                    this.CONSUME(w("rule"));
                    const id = this.intOf(this.CONSUME2(t.Int, { ERR_MSG: "a rule's number" }));
                    by = { kind: "rule", ...this.since(start), id };
                  },
                },
                { ALT: () => (by = { kind: "default", ...this.span(this.CONSUME(w("default"))) }) },
                {
                  ALT: () => {
                    const reason = this.CONSUME2(t.Name);
                    by =
                      reason.image === "state"
                        ? { kind: "state", ...this.span(reason) }
                        : { kind: "reason", ...this.span(reason), reason: this.wordOf(reason) };
                  },
                },
              ],
              ERR_MSG: "rule and its number, state, default or a reason",
            });
          },
        },
      ]);
    });
    return { ...this.since(first), outcome, slot, on, by };
  });
  send = this.RULE("send", (): void => {
    this.CONSUME(w("send"));
    this.SUBRULE(this.sent);
  });
  /** What stands after `send`; also a packet by itself, on the command line and in a launch configuration. */
  sent = this.RULE("sent", (): void => {
    this.OPTION(() => {
      this.CONSUME(w("from"));
      this.draft.from = this.SUBRULE(this.vnicRef);
    });
    this.draft.packet = this.SUBRULE(this.packet);
    this.OPTION2(() => {
      this.draft.expect = this.SUBRULE(this.expect);
    });
  });
  wait = this.RULE("wait", (): void => {
    this.CONSUME(w("wait"));
    const token = this.CONSUME(t.Duration, { ERR_MSG: "a duration such as 500ms, 30s, 5m, 12h, 1d" });
    this.draft.duration = this.ACTION(() => this.durationOf(token));
  });
  setStep = this.RULE("setStep", (): void => {
    this.CONSUME(w("set"));
    this.draft.name = this.SUBRULE(this.name, { ARGS: ["the name of an appliance or a block"] });
    const token = this.CONSUME(t.Name, { ERR_MSG: "a state: up, hung, down" });
    this.draft.state = this.ACTION(() => this.choice(token, ["up", "hung", "down"], "a state"));
  });
  approve = this.RULE("approve", (): void => {
    this.CONSUME(w("approve"));
    this.draft.vnic = this.SUBRULE(this.vnicRef);
    this.draft.address = this.SUBRULE(this.address, { ARGS: ["an address"] });
  });
  rotate = this.RULE("rotate", (): void => {
    this.CONSUME(w("rotate"));
    this.draft.block = this.SUBRULE(this.name, { ARGS: ["a key: BLOCK.KEY"] });
    this.CONSUME(t.Dot, { ERR_MSG: "a dot and the key's name: BLOCK.KEY" });
    this.draft.key = this.SUBRULE2(this.name, { ARGS: ["the key's name"] });
  });
  replay = this.RULE("replay", (): void => {
    this.CONSUME(w("replay"));
    this.draft.path = this.textOf(this.CONSUME(t.Str, { ERR_MSG: "the capture's path in quotes" }));
    this.CONSUME(w("at"), { ERR_MSG: '"at" and a vNIC' });
    this.draft.at = this.SUBRULE(this.vnicRef);
  });
}

const ENDPOINT = "an address, a group, a VM, a segment, a tag or any";
const HOST = "a host: an address, a VM or a vNIC";
const CATEGORIES = ["emergency", "infrastructure", "environment", "application"];
const SECTION_WORD = "ethernet, category, stateless, tcp-strict or applied-to";
const DHCP = ["discover", "request", "offer", "ack", "nak", "release"];
const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
export const TIMERS = [
  "tcp-first-packet",
  "tcp-opening",
  "tcp-established",
  "tcp-closing",
  "tcp-fin-wait",
  "tcp-closed",
  "udp-first",
  "udp-single",
  "udp-multiple",
  "icmp-first",
  "icmp-error",
];
export const SETTINGS: Record<string, readonly string[]> = {
  spoofguard: ["off", "tofu", "manual"],
  "allow-local": ["on", "off"],
  "arp-suppression": ["on", "off"],
  fail: ["open", "closed"],
};
export const LIST_SETTINGS: Record<string, readonly string[]> = {
  discover: ["dhcp", "arp", "nd", "tools"],
  block: ["dhcp-server", "dhcp-client", "bpdu", "router-advertisement", "non-ip"],
};
/** `00:50:56:aa:01:11`, and what was meant as one: six groups, none longer than two. */
const isMac = (text: string) => /^[0-9A-Za-z]{1,2}(?::[0-9A-Za-z]{1,3}){1,6}$/.test(text) && text.split(":").length <= 6;
