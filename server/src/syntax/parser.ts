/** The grammar's statements, one entry rule a kind. What a rule has read is in `statement`, whatever happens behind. */
import type { IOrAlt, IToken } from "chevrotain";
import { type ActionContext, CLAUSE_WORDS, list, type Mutable, type Rule } from "./grammar.ts";
import { foundInstead, lexicalMistake, mistakeAt, shown } from "./mistakes.ts";
import { FLAGS, OPTIONS, PacketGrammar } from "./packets.ts";
import * as t from "./tokens.ts";
import type * as tree from "./tree.ts";

export { ACTIONS, type ActionContext, CLAUSE_WORDS } from "./grammar.ts";

export type Draft<S = tree.Statement> = Mutable<S>;
export type Kind = tree.Statement["kind"];

const word = t.word;
const ASSERT_CLAUSES = ["from", "to", "service", "ipv4", "ipv6"];
const SECTION_WORDS = ["ethernet", "category", "stateless", "tcp-strict", "applied-to"];
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
export const SETTINGS = {
  spoofguard: ["off", "tofu", "manual"],
  "allow-local": ["on", "off"],
  "arp-suppression": ["on", "off"],
  fail: ["open", "closed"],
} as const satisfies Record<string, readonly string[]>;
export const LIST_SETTINGS = {
  discover: ["dhcp", "arp", "nd", "tools"],
  block: ["dhcp-server", "dhcp-client", "bpdu", "router-advertisement", "non-ip"],
} as const satisfies Record<string, readonly string[]>;

/** The words that may go on with a statement which is whole already. */
const FOLLOWERS: { readonly [K in Kind]?: readonly string[] } = {
  rule: CLAUSE_WORDS,
  assert: ASSERT_CLAUSES,
  default: ["log"],
  section: SECTION_WORDS,
  chain: ["applied-to"],
  redirect: ["via"],
  bind: ["mac", "ip"],
  slot: ["fail"],
  service: ["alg"],
  key: ["algorithm"],
  send: [...FLAGS, ...OPTIONS, "expect", "at", "on", "by"],
};
const types = (words: readonly string[]): ReadonlySet<number> =>
  new Set(words.map((text) => word(text).tokenTypeIdx as number));
/** More mistakes than this in one statement, and what is behind them is not read. */
const MOST_RESUMPTIONS = 16;

export class StatementParser extends PacketGrammar {
  /** What the last entry rule made. */
  statement: Draft | undefined;
  private chunk: tree.Chunk = { line: 0, lineCount: 0, text: "", statements: [], comments: [], errors: [] };

  constructor() {
    super();
    this.performSelfAnalysis();
  }

  /**
   * Reads tokens[start, end) as a statement of `kind`, into `statement`; `mistakes` then holds what is wrong with it.
   * Gives the index of the first token left over: `end`, unless the statement was whole and the rest no part of it.
   */
  read(
    kind: Kind,
    tokens: IToken[],
    start: number,
    end: number,
    chunk: tree.Chunk,
    base: number,
    context?: ActionContext,
  ): number {
    this.statement = undefined;
    this.chunk = chunk;
    this.base = base;
    this.context = context;
    if (this.slips.length > 0) this.slips = [];
    const stop = this.run(this.entries[kind], tokens, start, end);
    const { failure } = this;
    if (kind === "assert") this.checkAssert();
    if (stop === end && failure === undefined && this.slips.length === 0) return end;
    const leftOver = failure === undefined && stop < end ? stop : end;
    if (failure !== undefined || stop < end) {
      const { base } = this;
      const followers = FOLLOWERS[kind] ?? [];
      this.slips.push(mistakeAt(tokens, stop, start, end, base, failure?.wanted, followers));
      this.resume(kind, tokens, stop, end);
    }
    return leftOver;
  }
  /** The first syntax error, for one mistake is one finding, and every clause that stands twice. */
  get mistakes(): readonly tree.SyntaxError[] {
    const { slips } = this;
    if (slips.length < 2) return slips;
    let first: tree.SyntaxError | undefined;
    for (const slip of slips)
      if (slip.code === "syntax-error" && (first === undefined || slip.start < first.start)) first = slip;
    return slips.filter((slip) => slip === first || slip.code === "duplicate-clause");
  }

  /** Where reading goes on behind a mistake: at a word that begins a part of the statement. */
  private readonly resumptions: { readonly [K in Kind]?: { readonly at: ReadonlySet<number>; readonly entry: Rule } } =
    {
      rule: { at: types(CLAUSE_WORDS), entry: this.moreClauses },
      assert: { at: types(CLAUSE_WORDS), entry: this.moreClauses },
      send: { at: types(["expect"]), entry: this.expectation },
    };
  private resume(kind: Kind, tokens: IToken[], from: number, end: number): void {
    const resumption = this.resumptions[kind];
    const { statement } = this;
    if (resumption === undefined || statement === undefined) return;
    if (statement.kind === "rule") this.clauses = statement.clauses as tree.Clause[];
    for (let at = from, tries = 0; tries < MOST_RESUMPTIONS; tries++) {
      while (at < end && !resumption.at.has((tokens[at] as IToken).tokenTypeIdx)) at++;
      if (at >= end) break;
      at = Math.max(at + 1, this.run(resumption.entry, tokens, at, end));
    }
    if (kind === "assert") this.checkAssert();
  }
  private checkAssert(): void {
    const statement = this.statement as Draft<tree.AssertStatement> | undefined;
    const wrong = statement?.clauses.find((clause) => !ASSERT_CLAUSES.includes(clause.kind));
    if (statement === undefined || wrong === undefined) return;
    this.slip(wrong.keyword, `an assert takes no "${wrong.kind}"; its clauses are ${list(ASSERT_CLAUSES)}`);
    statement.clauses = statement.clauses.filter((clause) => ASSERT_CLAUSES.includes(clause.kind));
    this.clauses = statement.clauses as tree.Clause[];
  }

  /** `send` without its keyword, for a packet by itself. */
  readPacket(tokens: IToken[]): { readonly mistakes: readonly tree.SyntaxError[] } & typeof this.send {
    this.base = 0;
    this.slips = [];
    this.send = {};
    const stop = this.run(this.sendBody, tokens, 0, tokens.length);
    if (this.failure !== undefined || stop < tokens.length) {
      this.slips.push(mistakeAt(tokens, stop, 0, tokens.length, 0, this.failure?.wanted, FOLLOWERS.send ?? []));
    }
    return { ...this.send, mistakes: this.mistakes };
  }

  /** The parts that every statement begins with, from its keyword on. */
  private head<K extends Kind>(kind: K, token: IToken) {
    const keyword = this.span(token);
    return {
      kind,
      start: keyword.start,
      end: keyword.end,
      chunk: this.chunk,
      keyword,
      doc: undefined as string | undefined,
      broken: false,
      parent: undefined as tree.BlockStatement | undefined,
    };
  }
  private block<K extends Kind>(kind: K, token: IToken) {
    const children: tree.Statement[] = [];
    return { ...this.head(kind, token), children, close: undefined as tree.BlockStatement["close"] };
  }
  private begin<S extends Draft>(statement: S): S {
    this.statement = statement;
    return statement;
  }

  // ---- names of things ------------------------------------------------------------------------------------------

  readonly newName = this.nameRule("newName", "a name");
  readonly platformName = this.nameRule("platformName", "a platform: nsx-v 6.2, nsx-v 6.3, nsx-v-netx, nsx 4");
  readonly algName = this.nameRule("algName", "the application-level gateway's name");
  readonly applianceName = this.nameRule("applianceName", "an appliance's name");
  readonly segmentName = this.nameRule("segmentName", "a segment's name");
  readonly algorithmName = this.nameRule("algorithmName", "an algorithm's name");
  readonly blockName = this.nameRule("blockName", "the name of a block");
  readonly setName = this.nameRule("setName", "the name of an appliance or a block");

  /** The name that a declaration gives. Where it is missing the rest is read all the same. */
  private readonly ownName = {
    GATE: () => {
      const token = this.LA(1);
      if (t.isName(token) || token.tokenTypeIdx === t.Str.tokenTypeIdx) return true;
      const atEnd = token.tokenTypeIdx === t.END.tokenTypeIdx;
      const what = `expected a name for the ${this.statement?.kind}`;
      const reserved = t.RESERVED_WORDS.has(token.image);
      if (atEnd) this.slip(this.span(this.LA(0)), what);
      else if (reserved)
        this.slip(
          this.span(token),
          `${what}; "${token.image}" is a word of the language: write it in quotes to use it as a name`,
        );
      else this.slip(this.span(token), lexicalMistake(token) ?? `${what}, found ${shown(token.image)}`);
      if (!atEnd && token.tokenTypeIdx !== t.Equals.tokenTypeIdx && token.tokenTypeIdx !== t.LCurly.tokenTypeIdx)
        this.skip();
      return false;
    },
    DEF: () => this.SUBRULE(this.newName),
  };
  private openBrace(): void {
    this.CONSUME9(t.LCurly, { ERR_MSG: '"{"' });
  }

  // ---- at the top of a file -------------------------------------------------------------------------------------

  private readonly title = this.textRule("title", "a title in quotes");
  private readonly importPath = this.textRule("importPath", "a path in quotes");
  private readonly scenarioTitle = this.textRule("scenarioTitle", "the scenario's title in quotes");
  private readonly vendorName = this.textRule("vendorName", "the vendor's name in quotes");
  private readonly capturePath = this.textRule("capturePath", "the capture's path in quotes");
  readonly policyStatement: Rule = this.RULE("policyStatement", () => {
    const s = this.begin<Draft<tree.PolicyStatement>>(this.head("policy", this.CONSUME(word("policy"))));
    s.title = this.SUBRULE(this.title);
  });
  readonly platformStatement: Rule = this.RULE("platformStatement", () => {
    const s = this.begin<Draft<tree.PlatformStatement>>(this.head("platform", this.CONSUME(word("platform"))));
    s.name = this.SUBRULE(this.platformName);
    this.OPTION(() => {
      s.version = this.toWord(this.OR(this.versionTokens));
    });
  });
  private readonly versionTokens = this.oneOf(t.Int, t.Dotted);
  readonly importStatement: Rule = this.RULE("importStatement", () => {
    const s = this.begin<Draft<tree.ImportStatement>>(this.head("import", this.CONSUME(word("import"))));
    s.path = this.SUBRULE(this.importPath);
  });

  /** A block whose head is its keyword and a name. */
  private namedBlock(kind: "segment" | "vm" | "vnic" | tree.BlockDeclaration["kind"]): Rule {
    return this.RULE(`${kind}Statement`, () => {
      const s = this.begin(this.block(kind, this.CONSUME(word(kind))) as Draft<tree.BlockDeclaration>);
      s.name = this.OPTION9(this.ownName);
      this.openBrace();
    });
  }
  readonly segmentStatement = this.namedBlock("segment");
  readonly vmStatement = this.namedBlock("vm");
  readonly vnicStatement = this.namedBlock("vnic");
  readonly aclStatement = this.namedBlock("acl");
  readonly swsecStatement = this.namedBlock("swsec");
  readonly dfwStatement = this.namedBlock("dfw");
  readonly encryptionStatement = this.namedBlock("encryption");
  readonly applianceStatement = this.namedBlock("appliance");

  readonly groupStatement: Rule = this.RULE("groupStatement", () => {
    const s = this.begin<Draft<tree.GroupStatement>>(this.head("group", this.CONSUME(word("group"))));
    s.name = this.OPTION9(this.ownName);
    this.CONSUME(t.Equals, { ERR_MSG: '"="' });
    s.endpoints = this.newEndpoints();
    this.SUBRULE(this.endpoints, { ARGS: [s.endpoints] });
  });
  readonly serviceStatement: Rule = this.RULE("serviceStatement", () => {
    const head = this.head("service", this.CONSUME(word("service")));
    const s = this.begin<Draft<tree.ServiceStatement>>({ ...head, entries: [] });
    s.name = this.OPTION9(this.ownName);
    this.CONSUME(t.Equals, { ERR_MSG: '"="' });
    this.SUBRULE(this.serviceEntries, { ARGS: [s] });
    this.OPTION(() => {
      this.CONSUME(word("alg"));
      s.alg = this.SUBRULE(this.algName);
    });
  });

  readonly redirectStatement: Rule = this.RULE("redirectStatement", () => {
    const s = this.begin<Draft<tree.RedirectStatement>>(this.block("redirect", this.CONSUME(word("redirect"))));
    s.name = this.OPTION9(this.ownName);
    this.CONSUME(word("via"), { ERR_MSG: '"via" and an appliance' });
    s.via = this.SUBRULE(this.applianceName);
    this.openBrace();
  });

  readonly chainStatement: Rule = this.RULE("chainStatement", () => {
    const s = this.begin<Draft<tree.ChainStatement>>(this.block("chain", this.CONSUME(word("chain"))));
    s.name = this.OPTION9(this.ownName);
    this.OPTION(() => {
      this.CONSUME(word("applied-to"));
      s.appliedTo = this.newEndpoints();
      this.SUBRULE(this.endpoints, { ARGS: [s.appliedTo] });
    });
    this.openBrace();
  });
  readonly scenarioStatement: Rule = this.RULE("scenarioStatement", () => {
    const s = this.begin<Draft<tree.ScenarioStatement>>(this.block("scenario", this.CONSUME(word("scenario"))));
    s.title = this.SUBRULE(this.scenarioTitle);
    this.openBrace();
  });

  private readonly plainProperties = this.oneOfWords(["allowed", "blocked", "encrypted"]);
  private readonly propertyForms = {
    DEF: [
      {
        ALT: () => {
          const token = this.OR2(this.plainProperties);
          const { start, end } = this.span(token);
          this.assertion.property = { start, end, word: token.image as "allowed", by: undefined };
        },
      },
      {
        ALT: () => {
          const { start, end } = this.span(this.CONSUME(word("inspected")));
          const property: Mutable<NonNullable<tree.AssertStatement["property"]>> = { start, end, word: "inspected" };
          this.assertion.property = property;
          this.CONSUME(word("by"), { ERR_MSG: '"by" and an appliance' });
          const by = this.SUBRULE(this.applianceName);
          property.by = by;
          property.end = by.end;
        },
      },
    ],
    ERR_MSG: PROPERTY,
  };
  private get assertion(): Draft<tree.AssertStatement> {
    return (this.statement ?? {}) as Draft<tree.AssertStatement>;
  }
  readonly assertStatement: Rule = this.RULE("assertStatement", () => {
    this.clauses = [];
    const head = this.head("assert", this.CONSUME(word("assert")));
    const s = this.begin<Draft<tree.AssertStatement>>({ ...head, clauses: this.clauses });
    this.OPTION(() => {
      s.title = this.SUBRULE(this.title);
    });
    this.OPTION2({ GATE: () => this.propertyStandsHere(), DEF: () => this.OR(this.propertyForms) });
    this.MANY(this.oneClause);
  });
  private propertyStandsHere(): boolean {
    const next = this.LA(1);
    if (propertyTypes.has(next.tokenTypeIdx)) return true;
    const atEnd = next.tokenTypeIdx === t.END.tokenTypeIdx;
    const found = atEnd ? "" : `; ${foundInstead(next.image, PROPERTIES)}`;
    this.slip(this.span(atEnd ? this.LA(0) : next), `expected ${PROPERTY}${found}`, PROPERTIES);
    if (t.isName(next) && next.image !== "ipv4" && next.image !== "ipv6") this.skip();
    return false;
  }

  // ---- inside blocks --------------------------------------------------------------------------------------------

  private numberProperty(kind: "vni" | "vlan"): Rule {
    return this.RULE(`${kind}Property`, () => {
      const s = this.begin<Draft<tree.NumberProperty>>(this.head(kind, this.CONSUME(word(kind))));
      s.value = this.SUBRULE(this.number);
    });
  }
  readonly vniProperty = this.numberProperty("vni");
  readonly vlanProperty = this.numberProperty("vlan");
  readonly subnetProperty: Rule = this.RULE("subnetProperty", () => {
    const prefixes: tree.Endpoint[] = [];
    this.begin<Draft<tree.SubnetProperty>>({ ...this.head("subnet", this.CONSUME(word("subnet"))), prefixes });
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        const prefix = this.SUBRULE(this.addressEndpoint);
        prefixes.push(prefix);
        if (prefix.kind !== "prefix") this.slip(prefix, `expected ${PREFIX}`);
      },
      ERR_MSG: PREFIX,
    });
  });
  readonly gatewayProperty: Rule = this.RULE("gatewayProperty", () => {
    const addresses: tree.AddressText[] = [];
    const head = this.head("gateway", this.CONSUME(word("gateway")));
    this.begin<Draft<tree.AddressProperty>>({ ...head, addresses, dhcp: false });
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => addresses.push(this.SUBRULE(this.address)),
      ERR_MSG: "an address",
    });
  });
  readonly ipProperty: Rule = this.RULE("ipProperty", () => {
    const addresses: tree.AddressText[] = [];
    const head = this.head("ip", this.CONSUME(word("ip")));
    const s = this.begin<Draft<tree.AddressProperty>>({ ...head, addresses, dhcp: false });
    this.OR([
      {
        ALT: () =>
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => addresses.push(this.SUBRULE(this.address)),
            ERR_MSG: "an address",
          }),
      },
      {
        ALT: () => {
          this.CONSUME(word("dhcp"));
          s.dhcp = true;
        },
      },
    ]);
  });
  readonly macProperty: Rule = this.RULE("macProperty", () => {
    const s = this.begin<Draft<tree.MacProperty>>(this.head("mac", this.CONSUME(word("mac"))));
    s.address = this.SUBRULE(this.mac);
  });
  readonly segmentProperty: Rule = this.RULE("segmentProperty", () => {
    const s = this.begin<Draft<tree.SegmentProperty>>(this.head("in-segment", this.CONSUME(word("segment"))));
    s.segment = this.SUBRULE(this.segmentName);
  });
  readonly tagsProperty: Rule = this.RULE("tagsProperty", () => {
    const tags: tree.Name[] = [];
    this.begin<Draft<tree.TagsProperty>>({ ...this.head("tags", this.CONSUME(word("tags"))), tags });
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => tags.push(this.SUBRULE(this.tagName)), ERR_MSG: "a tag's name" });
  });

  private readonly ruleId = this.intRule("ruleId", "the rule's number");
  readonly ruleStatement: Rule = this.RULE("ruleStatement", () => {
    const clauses: tree.Clause[] = [];
    this.clauses = clauses;
    const keyword = this.span(this.CONSUME(RULE));
    const s: Draft<tree.RuleStatement> = {
      kind: "rule",
      start: keyword.start,
      end: keyword.end,
      chunk: this.chunk,
      keyword,
      doc: undefined,
      broken: false,
      parent: undefined,
      id: undefined,
      title: undefined,
      action: undefined,
      clauses,
    };
    this.statement = s;
    s.id = this.SUBRULE(this.ruleId);
    this.OPTION(this.ruleTitle);
    s.action = this.OPTION2(this.actionIfThere);
    this.MANY(this.oneClause);
    s.clauses = clauses.slice();
  });
  private readonly ruleTitle = () => {
    const title = this.SUBRULE(this.title);
    if (!this.RECORDING_PHASE) (this.statement as Draft<tree.RuleStatement>).title = title;
  };
  readonly defaultStatement: Rule = this.RULE("defaultStatement", () => {
    const head = this.head("default", this.CONSUME(word("default")));
    const s = this.begin<Draft<tree.DefaultStatement>>({ ...head, log: false });
    s.action = this.OPTION2(this.actionIfThere);
    this.OPTION(() => {
      this.CONSUME(word("log"));
      s.log = true;
    });
  });

  private setting(kind: keyof typeof SETTINGS): Rule {
    const value = this.choice(`${kind}Setting`, `a setting of ${kind}`, SETTINGS[kind]);
    return this.RULE(`${kind}Statement`, () => {
      const s = this.begin<Draft<tree.SettingStatement>>(this.head(kind, this.CONSUME(word(kind))));
      s.value = this.SUBRULE(value);
    });
  }
  readonly spoofguardStatement = this.setting("spoofguard");
  readonly allowLocalStatement = this.setting("allow-local");
  readonly arpSuppressionStatement = this.setting("arp-suppression");
  readonly failStatement = this.setting("fail");
  readonly vendorStatement: Rule = this.RULE("vendorStatement", () => {
    const s = this.begin<Draft<tree.SettingStatement>>(this.head("vendor", this.CONSUME(word("vendor"))));
    s.value = this.SUBRULE(this.vendorName);
  });
  private listSetting(kind: keyof typeof LIST_SETTINGS): Rule {
    const value = this.choice(`${kind}Setting`, `what to ${kind}`, LIST_SETTINGS[kind]);
    return this.RULE(`${kind}Statement`, () => {
      const values: tree.Word[] = [];
      this.begin<Draft<tree.ListSettingStatement>>({ ...this.head(kind, this.CONSUME(word(kind))), values });
      this.AT_LEAST_ONE_SEP({
        SEP: t.Comma,
        DEF: () => values.push(this.SUBRULE(value)),
        ERR_MSG: `what to ${kind}: ${list(LIST_SETTINGS[kind])}`,
      });
    });
  }
  readonly discoverStatement = this.listSetting("discover");
  readonly blockStatement = this.listSetting("block");
  readonly bindStatement: Rule = this.RULE("bindStatement", () => {
    const head = this.head("bind", this.CONSUME(word("bind")));
    const s = this.begin<Draft<tree.BindStatement>>({ ...head, ips: [] });
    s.vnic = this.SUBRULE(this.vnicRef);
    this.SUBRULE(this.bindParts);
  });
  readonly bindParts: Rule = this.RULE("bindParts", () => {
    this.MANY(() => this.OR(this.bindForms));
  });
  private readonly bindForms: IOrAlt<void>[] = [
    {
      ALT: () => {
        this.CONSUME(word("mac"));
        const mac = this.SUBRULE(this.mac);
        if (!this.RECORDING_PHASE) (this.statement as Draft<tree.BindStatement>).mac = mac;
      },
    },
    {
      ALT: () => {
        this.CONSUME(word("ip"));
        this.AT_LEAST_ONE_SEP({
          SEP: t.Comma,
          DEF: () => {
            const ip = this.SUBRULE(this.address);
            if (!this.RECORDING_PHASE) ((this.statement as tree.BindStatement).ips as tree.AddressText[]).push(ip);
          },
        });
      },
    },
  ];
  readonly limitWhat = this.choice("limitWhat", "what to limit", ["broadcast", "multicast"]);
  private readonly limitDirections = this.oneOfWords(["in", "out"]);
  readonly limitStatement: Rule = this.RULE("limitStatement", () => {
    const s = this.begin<Draft<tree.LimitStatement>>(this.head("limit", this.CONSUME(word("limit"))));
    s.what = this.SUBRULE(this.limitWhat);
    s.direction = this.toWord(this.OR({ DEF: this.limitDirections, ERR_MSG: "a direction: in, out" }));
    s.rate = this.SUBRULE(this.number);
    this.CONSUME(word("pps"), { ERR_MSG: '"pps", packets a second' });
  });

  readonly excludeStatement: Rule = this.RULE("excludeStatement", () => {
    const s = this.begin<Draft<tree.ExcludeStatement>>(this.head("exclude", this.CONSUME(word("exclude"))));
    s.endpoints = this.newEndpoints();
    this.SUBRULE(this.endpoints, { ARGS: [s.endpoints] });
  });
  readonly timeoutsStatement: Rule = this.RULE("timeoutsStatement", () => {
    this.begin<Draft<tree.TimeoutsStatement>>(this.block("timeouts", this.CONSUME(word("timeouts"))));
    this.openBrace();
  });
  readonly timer = this.choice("timer", "a timer", TIMERS);
  readonly timeoutStatement: Rule = this.RULE("timeoutStatement", () => {
    const s = this.begin<Draft<tree.TimeoutStatement>>(this.head("timeout", this.LA(1)));
    s.timer = this.SUBRULE(this.timer);
    s.duration = this.SUBRULE(this.duration);
  });
  readonly sectionStatement: Rule = this.RULE("sectionStatement", () => {
    const head = this.block("section", this.CONSUME(word("section")));
    const s = this.begin<Draft<tree.SectionStatement>>({
      ...head,
      ethernet: false,
      stateless: false,
      tcpStrict: false,
    });
    s.name = this.OPTION9(this.ownName);
    this.SUBRULE(this.sectionParts);
    this.openBrace();
  });
  readonly category = this.choice("category", "a category", [
    "emergency",
    "infrastructure",
    "environment",
    "application",
  ]);
  private readonly sectionForms: IOrAlt<void>[] = [
    {
      ALT: () => {
        this.CONSUME(word("ethernet"));
        this.section.ethernet = true;
      },
    },
    {
      ALT: () => {
        this.CONSUME(word("category"));
        this.section.category = this.SUBRULE(this.category);
      },
    },
    {
      ALT: () => {
        this.CONSUME(word("stateless"));
        this.section.stateless = true;
      },
    },
    {
      ALT: () => {
        this.CONSUME(word("tcp-strict"));
        this.section.tcpStrict = true;
      },
    },
    {
      ALT: () => {
        this.CONSUME(word("applied-to"));
        const appliedTo = this.newEndpoints();
        this.section.appliedTo = appliedTo;
        this.SUBRULE(this.endpoints, { ARGS: [appliedTo] });
      },
    },
  ];
  private get section(): Draft<tree.SectionStatement> {
    return (this.statement ?? {}) as Draft<tree.SectionStatement>;
  }
  readonly sectionParts: Rule = this.RULE("sectionParts", () => {
    this.MANY(() => this.OR(this.sectionForms));
  });
  readonly inspectStatement: Rule = this.RULE("inspectStatement", () => {
    this.begin<Draft<tree.InspectStatement>>(this.block("inspect", this.CONSUME(word("inspect"))));
    this.openBrace();
  });
  readonly keyStatement: Rule = this.RULE("keyStatement", () => {
    const s = this.begin<Draft<tree.KeyStatement>>(this.head("key", this.CONSUME(word("key"))));
    s.name = this.OPTION9(this.ownName);
    this.CONSUME(word("id"), { ERR_MSG: '"id" and a number' });
    s.id = this.SUBRULE(this.number);
    this.OPTION(() => {
      this.CONSUME(word("algorithm"));
      s.algorithm = this.SUBRULE(this.algorithmName);
    });
  });
  private readonly modules = this.oneOfWords(MODULES);
  readonly module: Rule<tree.Word> = this.RULE("module", () =>
    this.toWord(this.OR({ DEF: this.modules, ERR_MSG: `a module: ${list(MODULES)}` })),
  );
  readonly failPolicy = this.choice("failPolicy", "a failure policy", ["open", "closed"]);
  readonly slotStatement: Rule = this.RULE("slotStatement", () => {
    const s = this.begin<Draft<tree.SlotStatement>>(this.head("slot", this.CONSUME(word("slot"))));
    s.number = this.SUBRULE(this.slotNumber);
    s.module = this.SUBRULE(this.module);
    s.block = this.SUBRULE(this.blockName);
    this.OPTION(() => {
      this.CONSUME(word("fail"));
      s.fail = this.SUBRULE(this.failPolicy);
    });
  });

  // ---- scenario steps -------------------------------------------------------------------------------------------

  readonly sendStep: Rule = this.RULE("sendStep", () => {
    const s = this.begin<Draft<tree.SendStep>>({
      ...this.head("send", this.CONSUME(word("send"))),
      from: undefined,
      packet: undefined,
      expect: undefined,
    });
    this.send = s;
    this.SUBRULE(this.sendBody);
  });
  readonly waitStep: Rule = this.RULE("waitStep", () => {
    const s = this.begin<Draft<tree.WaitStep>>(this.head("wait", this.CONSUME(word("wait"))));
    s.duration = this.SUBRULE(this.duration);
  });
  readonly setState = this.choice("setState", "a state", ["up", "hung", "down"]);
  readonly setStep: Rule = this.RULE("setStep", () => {
    const s = this.begin<Draft<tree.SetStep>>(this.head("set", this.CONSUME(word("set"))));
    s.name = this.SUBRULE(this.setName);
    s.state = this.SUBRULE(this.setState);
  });
  readonly approveStep: Rule = this.RULE("approveStep", () => {
    const s = this.begin<Draft<tree.ApproveStep>>(this.head("approve", this.CONSUME(word("approve"))));
    s.vnic = this.SUBRULE(this.vnicRef);
    s.address = this.SUBRULE(this.address);
  });
  readonly rotateStep: Rule = this.RULE("rotateStep", () => {
    const s = this.begin<Draft<tree.RotateStep>>(this.head("rotate", this.CONSUME(word("rotate"))));
    s.block = this.SUBRULE(this.blockName);
    this.CONSUME(t.Dot);
    s.key = this.SUBRULE(this.keyName);
  });
  readonly replayStep: Rule = this.RULE("replayStep", () => {
    const s = this.begin<Draft<tree.ReplayStep>>(this.head("replay", this.CONSUME(word("replay"))));
    s.path = this.SUBRULE(this.capturePath);
    this.CONSUME(word("at"));
    s.at = this.SUBRULE(this.vnicRef);
  });

  /** Takes nothing: what no statement begins with is an error from its first token on. */
  private readonly unknownStatement: Rule = this.RULE("unknownStatement", () => {
    this.begin<Draft<tree.UnknownStatement>>(this.head("unknown", this.LA(1)));
  });

  readonly entries: Record<Kind, Rule> = {
    policy: this.policyStatement,
    platform: this.platformStatement,
    import: this.importStatement,
    segment: this.segmentStatement,
    vm: this.vmStatement,
    vnic: this.vnicStatement,
    group: this.groupStatement,
    service: this.serviceStatement,
    acl: this.aclStatement,
    swsec: this.swsecStatement,
    dfw: this.dfwStatement,
    encryption: this.encryptionStatement,
    appliance: this.applianceStatement,
    redirect: this.redirectStatement,
    chain: this.chainStatement,
    scenario: this.scenarioStatement,
    assert: this.assertStatement,
    vni: this.vniProperty,
    vlan: this.vlanProperty,
    subnet: this.subnetProperty,
    gateway: this.gatewayProperty,
    ip: this.ipProperty,
    mac: this.macProperty,
    "in-segment": this.segmentProperty,
    tags: this.tagsProperty,
    rule: this.ruleStatement,
    default: this.defaultStatement,
    spoofguard: this.spoofguardStatement,
    "allow-local": this.allowLocalStatement,
    "arp-suppression": this.arpSuppressionStatement,
    fail: this.failStatement,
    vendor: this.vendorStatement,
    discover: this.discoverStatement,
    block: this.blockStatement,
    bind: this.bindStatement,
    limit: this.limitStatement,
    exclude: this.excludeStatement,
    timeouts: this.timeoutsStatement,
    timeout: this.timeoutStatement,
    section: this.sectionStatement,
    inspect: this.inspectStatement,
    key: this.keyStatement,
    slot: this.slotStatement,
    send: this.sendStep,
    wait: this.waitStep,
    set: this.setStep,
    approve: this.approveStep,
    rotate: this.rotateStep,
    replay: this.replayStep,
    unknown: this.unknownStatement,
  };
}

const RULE = word("rule");
const PREFIX = "a prefix such as 10.0.1.0/24";
const PROPERTIES = ["allowed", "blocked", "inspected", "encrypted"];
const PROPERTY = "what must hold: allowed, blocked, inspected by, encrypted";
const propertyTypes = types(PROPERTIES);
const MODULES = ["acl", "swsec", "dfw", "redirect", "encryption"];
