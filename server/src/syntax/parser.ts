/** A statement's tokens → the statement, and what is wrong with it. */
import type { IToken, Rule as Productions } from "chevrotain";
import type { Draft, Kind } from "./declarations.ts";
import { list, type Rule, typesOf } from "./engine.ts";
import { type ActionContext, CLAUSE_WORDS } from "./grammar.ts";
import { ItemGrammar } from "./items.ts";
import { mistakeAt } from "./mistakes.ts";
import { FLAGS, OPTIONS } from "./packets.ts";
import * as t from "./tokens.ts";
import type * as tree from "./tree.ts";

export type { Draft, Kind } from "./declarations.ts";
export { ACTION_CONTEXTS, ACTIONS, CLAUSE_WORDS } from "./grammar.ts";
export { LIST_SETTINGS, SETTINGS, TIMERS } from "./items.ts";

const word = t.word;
const ASSERT_CLAUSES = ["from", "to", "service", "ipv4", "ipv6"];
const SECTION_WORDS = ["ethernet", "category", "stateless", "tcp-strict", "applied-to"];

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
const NO_CLAUSES: readonly never[] = [];
/** More mistakes than this in one statement, and what is behind them is not read. */
const MOST_RESUMPTIONS = 16;

export class StatementParser extends ItemGrammar {
  constructor() {
    super();
    this.takeLookahead();
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
    this.clausesRead = NO_CLAUSES;
    if (this.slips.length > 0) this.slips = [];
    const stop = this.run(this.entries[kind], tokens, start, end);
    const { failure } = this;
    if (kind === "assert") this.checkAssert();
    this.giveClauses();
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
      rule: { at: typesOf(CLAUSE_WORDS), entry: this.moreClauses },
      assert: { at: typesOf(CLAUSE_WORDS), entry: this.moreClauses },
      send: { at: typesOf(["expect"]), entry: this.expectation },
    };
  private resume(kind: Kind, tokens: IToken[], from: number, end: number): void {
    const resumption = this.resumptions[kind];
    const { statement } = this;
    if (resumption === undefined || statement === undefined) return;
    for (let at = from, tries = 0; tries < MOST_RESUMPTIONS; tries++) {
      while (at < end && !resumption.at.has((tokens[at] as IToken).tokenTypeIdx)) at++;
      if (at >= end) break;
      at = Math.max(at + 1, this.run(resumption.entry, tokens, at, end));
    }
    if (kind === "assert") this.checkAssert();
    this.giveClauses();
  }
  private giveClauses(): void {
    const clauses = this.clausesRead;
    if (clauses.length > 0) (this.statement as Draft<tree.RuleStatement | tree.AssertStatement>).clauses = clauses;
  }
  private checkAssert(): void {
    const clauses = this.clausesRead;
    const wrong = clauses.find((clause) => !ASSERT_CLAUSES.includes(clause.kind));
    if (wrong === undefined) return;
    this.slip(wrong.keyword, `an assert takes no "${wrong.kind}"; its clauses are ${list(ASSERT_CLAUSES)}`);
    this.clausesRead = clauses.filter((clause) => ASSERT_CLAUSES.includes(clause.kind));
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

let made: StatementParser | undefined;
/** The one parser, made when first asked for: building it takes as long as reading some hundred rules. */
export function statementParser(): StatementParser {
  made ??= new StatementParser();
  return made;
}

/** Finds for itself what the other is given. */
class AnalysedParser extends StatementParser {
  protected override takeLookahead(): void {
    this.performSelfAnalysis();
  }
}
/** The grammar's rules, by name. Made anew at every call, and dear. */
export const productionsOfGrammar = (): Readonly<Record<string, Productions>> =>
  new AnalysedParser().getGAstProductions();
