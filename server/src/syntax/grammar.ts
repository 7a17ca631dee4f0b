/** The grammar's shared parts: names, addresses, endpoints, services, clauses, actions. */
import type { IOrAlt } from "chevrotain";
import { Engine, list, type Rule, typesOf } from "./engine.ts";
import { foundInstead } from "./mistakes.ts";
import { ByPlace, EndpointClause, EndpointList, NamedEndpoint, NamedService, ServiceClause } from "./nodes.ts";
import * as t from "./tokens.ts";
import type * as tree from "./tree.ts";

/** The block that a rule or a default stands in, where the grammar depends on it. */
export type ActionContext = "acl" | "inspect" | "dfw" | "redirect" | "encryption";
export const ACTIONS: Record<ActionContext, readonly tree.ActionWord[]> = {
  acl: ["allow", "drop", "mark"],
  inspect: ["allow", "drop", "mark"],
  dfw: ["allow", "drop", "reject", "jump-to-application"],
  redirect: ["redirect", "skip"],
  encryption: ["encrypt", "protect", "clear"],
};
/** By the kind of that block. */
export const ACTION_CONTEXTS: Partial<Record<tree.Statement["kind"], ActionContext>> = {
  acl: "acl",
  inspect: "inspect",
  dfw: "dfw",
  section: "dfw",
  redirect: "redirect",
  encryption: "encryption",
};
export const CLAUSE_WORDS = ["from", "to", "service", "in", "out", "applied-to", "ipv4", "ipv6", "log", "disabled"];

const word = t.word;
const actionTypes = typesOf(Object.values(ACTIONS).flat());
const clauseTypes = typesOf(CLAUSE_WORDS);

export abstract class Grammar extends Engine {
  /** The kind of block that the statement stands in. */
  protected context: ActionContext | undefined;
  /** The clauses of what is being read: as many of these as are counted. The array is used again and again. */
  private readonly clauses: tree.Clause[] = [];
  private clauseCount = 0;

  // ---- names, addresses -----------------------------------------------------------------------------------------

  readonly endpointName = this.namedRule("endpointName", ENDPOINT, (token) => this.toNameAlone(token, NamedEndpoint));
  readonly tagName = this.nameRule("tagName", "a tag's name");
  readonly vmName = this.nameRule("vmName", "a vNIC: VM.VNIC");
  readonly vnicName = this.nameRule("vnicName", "the vNIC's name");
  readonly keyName = this.nameRule("keyName", "a key's name");
  readonly serviceName = this.namedRule("serviceName", SERVICE_ENTRY, (token) => this.toNameAlone(token, NamedService));
  readonly port = this.intRule("port", "a port");
  readonly number = this.intRule("number", "a number");
  readonly prefixLength = this.intRule("prefixLength", "a prefix length");
  readonly address = this.addressRule("address", "an address");
  readonly mac = this.addressRule("mac", "a MAC address such as 00:50:56:aa:01:11");
  readonly duration: Rule<tree.Duration> = this.RULE("duration", () => {
    const token = this.CONSUME(t.Duration, { ERR_MSG: "a duration such as 500ms, 30s, 5m, 12h, 1d" });
    const { start, end } = this.span(token);
    return { start, end, milliseconds: milliseconds(token.image), text: token.image };
  });

  readonly vnicRef: Rule<tree.VnicRef> = this.RULE("vnicRef", () => {
    const vm = this.SUBRULE(this.vmName);
    this.CONSUME(t.Dot, { ERR_MSG: "a dot and the vNIC's name: VM.VNIC" });
    const vnic = this.SUBRULE(this.vnicName);
    return { start: vm.start, end: vnic.end, vm, vnic };
  });

  // ---- endpoints ------------------------------------------------------------------------------------------------

  private readonly afterAddress: IOrAlt<(address: tree.AddressText) => tree.Endpoint>[] = [
    {
      ALT: () => {
        this.CONSUME(t.Slash);
        const length = this.leaf(this.prefixLength);
        return (address) => ({ kind: "prefix", start: address.start, end: length.end, address, length });
      },
    },
    {
      ALT: () => {
        this.CONSUME(t.Dash);
        const to = this.SUBRULE2(this.rangeEnd);
        return (from) => ({ kind: "range", start: from.start, end: to.end, from, to });
      },
    },
  ];
  private readonly rangeEnd = this.addressRule("rangeEnd", "the range's last address");
  private readonly restOfAddress = () => this.OR(this.afterAddress);
  readonly addressEndpoint: Rule<tree.Endpoint> = this.RULE("addressEndpoint", (): tree.Endpoint => {
    const address = this.SUBRULE(this.address);
    const rest = this.OPTION(this.restOfAddress);
    if (rest !== undefined && !this.RECORDING_PHASE) return rest(address);
    return { kind: "address" as const, start: address.start, end: address.end, address };
  });
  private readonly dotVnic = () => {
    this.CONSUME(t.Dot);
    return this.SUBRULE(this.vnicName);
  };
  private readonly endpointForms = {
    DEF: [
      {
        ALT: (): tree.Endpoint => {
          const { start, end } = this.span(this.CONSUME(word("any")));
          return { kind: "any", start, end };
        },
      },
      {
        ALT: (): tree.Endpoint => {
          const start = this.startOf(this.CONSUME(word("tag")));
          const tag = this.SUBRULE(this.tagName);
          return { kind: "tag", start, end: tag.end, tag };
        },
      },
      { ALT: (): tree.Endpoint => this.SUBRULE(this.addressEndpoint) },
      {
        ALT: (): tree.Endpoint => {
          const name = this.leaf(this.endpointName);
          const vnic = this.optional(t.Dot, this.dotVnic);
          if (vnic === undefined) return name;
          const { start } = name;
          return { kind: "vnic", start, end: vnic.end, vnic: { start, end: vnic.end, vm: name, vnic } };
        },
      },
    ],
    ERR_MSG: ENDPOINT,
  };
  readonly endpoint: Rule<tree.Endpoint> = this.RULE("endpoint", () => this.OR(this.endpointForms));

  protected newEndpoints(): EndpointList {
    return new EndpointList(NONE, NONE, this.lastEnd());
  }
  /** Reads into `into`, which the statement holds already. Arrays are cut to size: most have one item, of millions. */
  protected readEndpoints(into: EndpointList | EndpointClause): void {
    this.endpointsInto = into;
    this.SUBRULE(this.endpoints);
  }
  private endpointsInto: EndpointList | EndpointClause = new EndpointList(NONE, NONE, 0);
  readonly endpoints: Rule = this.RULE("endpoints", () => {
    const into = this.endpointsInto;
    const first = this.SUBRULE(this.endpoint);
    into.begin(first);
    if (this.mayBe(t.Comma)) this.moreEndpoints(into.list(), first);
    if (this.mayBe(EXCEPT)) this.exceptEndpoints(into.list());
  });
  private moreEndpoints(into: EndpointList, first: tree.Endpoint): void {
    const items = [first];
    try {
      this.MANY(() => {
        this.CONSUME(t.Comma);
        const next = this.SUBRULE2(this.endpoint);
        items.push(next);
        into.end = next.end;
      });
    } finally {
      into.items = items.slice();
    }
  }
  private exceptEndpoints(into: EndpointList): void {
    this.OPTION(() => {
      this.CONSUME(EXCEPT);
      const except: tree.Endpoint[] = [];
      into.except = except;
      this.AT_LEAST_ONE_SEP({
        SEP: t.Comma,
        DEF: () => {
          const next = this.SUBRULE3(this.endpoint);
          except.push(next);
          into.end = next.end;
        },
        ERR_MSG: ENDPOINT,
      });
      into.except = except.slice();
    });
  }

  // ---- services -------------------------------------------------------------------------------------------------

  private readonly lastPort = this.intRule("lastPort", "the range's last port");
  private readonly toPort = () => {
    this.CONSUME(t.Dash);
    return this.SUBRULE(this.lastPort);
  };
  readonly portRange: Rule<tree.PortRange> = this.RULE("portRange", () => {
    const from = this.leaf(this.port);
    const to = this.optional(t.Dash, this.toPort);
    return { start: from.start, end: to === undefined ? from.end : to.end, from, to };
  });
  private readonly portForms = {
    DEF: [
      { ALT: () => [this.SUBRULE(this.portRange)] },
      {
        ALT: () => {
          const all: tree.PortRange[] = [];
          this.CONSUME(t.LCurly);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => all.push(this.SUBRULE2(this.portRange)),
            ERR_MSG: "a port",
          });
          this.CONSUME(t.RCurly, { ERR_MSG: '"," or "}"' });
          return all;
        },
      },
    ],
    ERR_MSG: "ports: 443, 5900-5903 or {80, 443}",
  };
  readonly ports: Rule<tree.PortRange[]> = this.RULE("ports", () => this.OR(this.portForms));

  private numberOrName(rule: string, what: string): Rule<tree.Int | tree.Name> {
    const alternatives = {
      DEF: [
        { ALT: (): tree.Int | tree.Name => this.toInt(this.CONSUME(t.Int)) },
        { ALT: () => this.toName(this.CONSUME(t.Name)) },
        { ALT: () => this.toName(this.CONSUME(t.Str)) },
      ],
      ERR_MSG: what,
    };
    return this.RULE(rule, () => this.OR(alternatives));
  }
  readonly protocolNumber = this.numberOrName("protocolNumber", "a protocol's number or name: 47, gre");
  readonly etherType = this.numberOrName("etherType", "an EtherType's number or name: 0x0806, arp");
  readonly icmpType = this.numberOrName("icmpType", "an ICMP type's number or name: 8, echo-request");
  private readonly icmpCode = this.intRule("icmpCode", "an ICMP code");

  protected readonly portProtocols = this.oneOfWords(["tcp", "udp", "sctp"]);
  protected readonly icmpProtocols = this.oneOfWords(["icmp", "icmpv6"]);
  private readonly portProtocol = () => this.OR2(this.portProtocols);
  private readonly slashPorts = () => {
    this.CONSUME(t.Slash);
    return this.SUBRULE(this.ports);
  };
  private readonly sourcePorts = {
    GATE: () => {
      const next = this.LA(2).tokenTypeIdx;
      return next === t.Int.tokenTypeIdx || next === t.LCurly.tokenTypeIdx;
    },
    DEF: () => {
      this.CONSUME(FROM);
      return this.SUBRULE2(this.ports);
    },
  };
  private readonly entryForms = {
    DEF: [
      {
        ALT: (): tree.ServiceEntry => {
          const name = this.toName(this.chosen(this.portProtocol));
          const ports = this.optional(t.Slash, this.slashPorts);
          const sourcePorts = this.mayBe(FROM) ? this.OPTION2(this.sourcePorts) : undefined;
          const end = this.lastEnd();
          return { start: name.start, end, name, ports, detail: undefined, code: undefined, sourcePorts };
        },
      },
      {
        ALT: () => {
          const name = this.toName(this.OR3(this.icmpProtocols));
          let code: tree.Int | undefined;
          const detail = this.OPTION3(() => {
            this.CONSUME2(t.Slash);
            const type = this.SUBRULE(this.icmpType);
            this.OPTION4(() => {
              this.CONSUME(t.Colon);
              code = this.SUBRULE(this.icmpCode);
            });
            return type;
          });
          return this.entry(name, detail, code);
        },
      },
      {
        ALT: () => {
          const name = this.toName(this.CONSUME(word("ip")));
          const detail = this.OPTION5(() => {
            this.CONSUME3(t.Slash);
            return this.SUBRULE(this.protocolNumber);
          });
          return this.entry(name, detail);
        },
      },
      {
        ALT: () => {
          const name = this.toName(this.CONSUME(word("ether")));
          const detail = this.OPTION6(() => {
            this.CONSUME4(t.Slash);
            return this.SUBRULE(this.etherType);
          });
          return this.entry(name, detail);
        },
      },
      { ALT: () => this.leaf(this.serviceName) },
    ],
    ERR_MSG: SERVICE_ENTRY,
  };
  private entry(name: tree.Name, detail?: tree.Int | tree.Name, code?: tree.Int): tree.ServiceEntry {
    return { start: name.start, end: this.lastEnd(), name, ports: undefined, detail, code, sourcePorts: undefined };
  }
  readonly serviceEntry: Rule<tree.ServiceEntry> = this.RULE("serviceEntry", () => this.OR(this.entryForms));
  protected readServiceEntries(into: ServiceClause | ServiceList): void {
    this.entriesInto = into;
    this.SUBRULE(this.serviceEntries);
  }
  private entriesInto: ServiceClause | ServiceList = { entries: NONE };
  readonly serviceEntries: Rule = this.RULE("serviceEntries", () => {
    const into = this.entriesInto;
    const first = this.SUBRULE(this.serviceEntry);
    if (into instanceof ServiceClause) into.begin(first);
    else into.entries = [first];
    if (this.mayBe(t.Comma)) this.moreEntries(into, first);
  });
  private moreEntries(into: ServiceClause | ServiceList, first: tree.ServiceEntry): void {
    const entries = [first];
    try {
      this.MANY(() => {
        this.CONSUME(t.Comma);
        entries.push(this.SUBRULE2(this.serviceEntry));
      });
    } finally {
      into.entries = entries.slice();
    }
  }

  // ---- clauses --------------------------------------------------------------------------------------------------

  private readonly endpointWords = this.oneOfWords(["from", "to", "applied-to"]);
  private readonly flagWords = this.oneOfWords(["in", "out", "ipv4", "ipv6", "disabled"]);
  private readonly endpointWord = () => this.OR2(this.endpointWords);
  private readonly serviceWord = () => this.CONSUME(SERVICE);
  private readonly flagWord = () => this.OR3(this.flagWords);
  private readonly logLabel = this.textRule("logLabel", "a label in quotes");
  private readonly label = () => this.SUBRULE(this.logLabel);
  private readonly clauseForms = {
    DEF: [
      {
        ALT: () => {
          const keyword = this.chosen(this.endpointWord);
          const clause = new EndpointClause(keyword.image as "from", this.span(keyword));
          this.add(clause);
          this.readEndpoints(clause);
        },
      },
      {
        ALT: () => {
          const clause = new ServiceClause(this.span(this.chosen(this.serviceWord)));
          this.add(clause);
          this.readServiceEntries(clause);
          clause.end = this.lastEnd();
        },
      },
      {
        ALT: () => {
          const keyword = this.chosen(this.flagWord);
          this.add(this.alone(keyword, flags, newFlag));
        },
      },
      {
        ALT: () => {
          const span = this.span(this.CONSUME(LOG));
          const label = this.OPTION(this.label);
          const end = label === undefined ? span.end : label.end;
          this.add({ kind: "log", start: span.start, end, keyword: span, label });
        },
      },
    ],
    ERR_MSG: `a clause: ${list(CLAUSE_WORDS)}`,
  };
  /** The first of a kind counts; another one is told and left out. */
  private add(clause: tree.Clause): void {
    const { clauses, clauseCount } = this;
    for (let i = 0; i < clauseCount; i++) {
      if ((clauses[i] as tree.Clause).kind !== clause.kind) continue;
      const message = `"${clause.kind}" stands twice here; the first one counts`;
      this.slip(clause.keyword, message, undefined, "duplicate-clause");
      return;
    }
    clauses[clauseCount] = clause;
    this.clauseCount = clauseCount + 1;
  }
  /** What was read of clauses. */
  protected get clausesRead(): readonly tree.Clause[] {
    return this.clauseCount === 0 ? NONE : this.clauses.slice(0, this.clauseCount);
  }
  protected set clausesRead(clauses: readonly tree.Clause[]) {
    this.clauseCount = 0;
    for (const clause of clauses) this.clauses[this.clauseCount++] = clause;
  }
  readonly clause: Rule = this.RULE("clause", () => this.OR(this.clauseForms));
  protected readonly oneClause = () => this.SUBRULE(this.clause);
  /** A rule's clauses, or an assert's; also what is left of them behind a mistake. */
  readonly moreClauses: Rule = this.RULE("moreClauses", () => {
    this.MANY(this.oneClause);
  });

  // ---- actions --------------------------------------------------------------------------------------------------

  private readonly plainActions = this.oneOfWords([
    "allow",
    "drop",
    "reject",
    "jump-to-application",
    "redirect",
    "skip",
    "clear",
  ]);
  private readonly plainAction = () => this.OR2(this.plainActions);
  private readonly sealActions = this.oneOfWords(["encrypt", "protect"]);
  private readonly markField = this.choice("markField", "what to mark", ["dscp", "cos"]);
  private readonly actionForms: IOrAlt<tree.Action>[] = [
    {
      ALT: () => {
        const token = this.chosen(this.plainAction);
        return this.alone(token, actions, newAction);
      },
    },
    {
      ALT: () => {
        const start = this.startOf(this.CONSUME(word("mark")));
        const field = this.SUBRULE(this.markField).text;
        const value = this.SUBRULE(this.number);
        const mark = field === "dscp" || field === "cos" ? ({ field, value } as const) : undefined;
        return { start, end: value.end, word: "mark", mark, key: undefined };
      },
    },
    {
      ALT: () => {
        const token = this.OR3(this.sealActions);
        this.CONSUME(word("with"), { ERR_MSG: '"with" and a key' });
        const key = this.SUBRULE(this.keyName);
        const start = this.startOf(token);
        return { start, end: key.end, word: token.image as tree.ActionWord, mark: undefined, key };
      },
    },
  ];
  readonly action: Rule<tree.Action> = this.RULE("action", () => {
    const action = this.OR(this.actionForms);
    if (!this.RECORDING_PHASE) this.checkAction(action);
    return action;
  });
  /** An action that is missing or misspelt is told, and reading goes on behind it. */
  protected readAction(): tree.Action | undefined {
    if (this.RECORDING_PHASE) return this.OPTION2(this.anAction);
    return this.actionStandsHere() ? this.SUBRULE(this.action) : undefined;
  }
  private readonly anAction = () => this.SUBRULE(this.action);
  private actionStandsHere(): boolean {
    const token = this.LA(1);
    if (actionTypes.has(token.tokenTypeIdx)) return true;
    const atEnd = token.tokenTypeIdx === t.END.tokenTypeIdx;
    const allowed = ACTIONS[this.context ?? "dfw"];
    const found = atEnd ? "" : `; ${foundInstead(token.image, allowed)}`;
    this.slip(this.span(atEnd ? this.LA(0) : token), `expected an action: ${list(allowed)}${found}`, allowed);
    if (t.isName(token) && !clauseTypes.has(token.tokenTypeIdx)) this.skip();
    return false;
  }
  private checkAction(action: tree.Action): void {
    const allowed = ACTIONS[this.context ?? "dfw"];
    if (this.context === undefined || allowed.includes(action.word)) return;
    const kinds = (Object.keys(ACTIONS) as ActionContext[]).filter((kind) => ACTIONS[kind].includes(action.word));
    const message = `expected an action: ${list(allowed)}; "${action.word}" is an action of ${kinds.join(" and ")} blocks`;
    this.slip({ start: action.start, end: action.start + action.word.length }, message, allowed);
  }
}

/** What holds entries as a list. */
interface ServiceList {
  entries: readonly tree.ServiceEntry[];
}

/** By token type: words that stand alone. */
const LONE = [...CLAUSE_WORDS, ...Object.values(ACTIONS).flat()];
const TYPES = Math.max(...typesOf(LONE)) + 1;
const texts: string[] = new Array(TYPES).fill("");
for (const text of LONE) texts[word(text).tokenTypeIdx as number] = text;
const flags = new ByPlace<tree.Clause>(TYPES);
function newFlag(start: number, type: number): tree.Clause {
  const kind = (texts[type] ?? "") as "in";
  const end = start + kind.length;
  return { kind, start, end, keyword: { start, end } };
}
const actions = new ByPlace<tree.Action>(TYPES);
function newAction(start: number, type: number): tree.Action {
  const text = (texts[type] ?? "") as tree.ActionWord;
  return { start, end: start + text.length, word: text, mark: undefined, key: undefined };
}

const NONE: readonly never[] = [];
const SERVICE = word("service");
const FROM = word("from");
const LOG = word("log");
const EXCEPT = word("except");
const ENDPOINT = "an address, a group, a VM, a segment, a tag or any";
const SERVICE_ENTRY = "a service, or a protocol such as tcp/443";

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
function milliseconds(image: string): number {
  const unit = image.replace(/^[0-9]+/, "");
  return Number.parseInt(image, 10) * (UNITS[unit] ?? 1);
}
