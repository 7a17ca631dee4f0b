/** The grammar of what stands in blocks, but for the steps of a scenario. */
import type { IOrAlt } from "chevrotain";
import { DeclarationGrammar, type Draft } from "./declarations.ts";
import { list, type Rule } from "./engine.ts";
import { RuleNode } from "./nodes.ts";
import * as t from "./tokens.ts";
import type * as tree from "./tree.ts";

const word = t.word;
const RULE = word("rule");
const PREFIX = "a prefix such as 10.0.1.0/24";
const MODULES = ["acl", "swsec", "dfw", "redirect", "encryption"];
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

export abstract class ItemGrammar extends DeclarationGrammar {
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
    const s = new RuleNode(this.chunk, this.span(this.CONSUME(RULE)));
    this.statement = s;
    s.id = this.leaf(this.ruleId);
    s.title = this.optional(t.Str, this.ruleTitle);
    s.action = this.readAction();
    this.MANY(this.oneClause);
  });
  private readonly ruleTitle = () => this.leaf(this.title);
  readonly defaultStatement: Rule = this.RULE("defaultStatement", () => {
    const head = this.head("default", this.CONSUME(word("default")));
    const s = this.begin<Draft<tree.DefaultStatement>>({ ...head, log: false });
    s.action = this.readAction();
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
    const endpoints = this.newEndpoints();
    s.endpoints = endpoints;
    this.readEndpoints(endpoints);
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
        this.readEndpoints(appliedTo);
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
}
