/** The grammar of what stands at the top of a file, and of the heads of blocks there. */
import type { IToken } from "chevrotain";
import { type Mutable, type Rule, typesOf } from "./engine.ts";
import { foundInstead, lexicalMistake, shown } from "./mistakes.ts";
import { PacketGrammar } from "./packets.ts";
import * as t from "./tokens.ts";
import type * as tree from "./tree.ts";

export type Draft<S = tree.Statement> = Mutable<S>;
export type Kind = tree.Statement["kind"];

const word = t.word;
const PROPERTIES = ["allowed", "blocked", "inspected", "encrypted"];
const PROPERTY = "what must hold: allowed, blocked, inspected by, encrypted";
const propertyTypes = typesOf(PROPERTIES);

export abstract class DeclarationGrammar extends PacketGrammar {
  /** What the last entry rule made. */
  statement: Draft | undefined;
  protected chunk: tree.Chunk = {
    line: 0,
    gone: false,
    lineCount: 0,
    text: "",
    statements: [],
    comments: [],
    errors: [],
  };

  /** The parts that every statement begins with, from its keyword on. */
  protected head<K extends Kind>(kind: K, token: IToken) {
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
  protected block<K extends Kind>(kind: K, token: IToken) {
    const children: tree.Statement[] = [];
    return { ...this.head(kind, token), children, close: undefined as tree.BlockStatement["close"], changed: 0 };
  }
  protected begin<S extends Draft>(statement: S): S {
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
  protected readonly ownName = {
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
  protected openBrace(): void {
    this.CONSUME9(t.LCurly, { ERR_MSG: '"{"' });
  }

  // ---- at the top of a file -------------------------------------------------------------------------------------

  protected readonly title = this.textRule("title", "a title in quotes");
  private readonly importPath = this.textRule("importPath", "a path in quotes");
  private readonly scenarioTitle = this.textRule("scenarioTitle", "the scenario's title in quotes");
  protected readonly vendorName = this.textRule("vendorName", "the vendor's name in quotes");
  protected readonly capturePath = this.textRule("capturePath", "the capture's path in quotes");
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
    const endpoints = this.newEndpoints();
    s.endpoints = endpoints;
    this.readEndpoints(endpoints);
  });
  readonly serviceStatement: Rule = this.RULE("serviceStatement", () => {
    const head = this.head("service", this.CONSUME(word("service")));
    const s = this.begin<Draft<tree.ServiceStatement>>({ ...head, entries: [] });
    s.name = this.OPTION9(this.ownName);
    this.CONSUME(t.Equals, { ERR_MSG: '"="' });
    this.readServiceEntries(s);
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
      const appliedTo = this.newEndpoints();
      s.appliedTo = appliedTo;
      this.readEndpoints(appliedTo);
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
    const head = this.head("assert", this.CONSUME(word("assert")));
    const s = this.begin<Draft<tree.AssertStatement>>({ ...head, clauses: [] });
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
}
