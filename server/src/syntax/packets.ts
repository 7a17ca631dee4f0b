/** The grammar of a scenario's packets and of what is expected of them. */
import type { IOrAlt } from "chevrotain";
import { list, type Mutable, type Rule } from "./engine.ts";
import { Grammar } from "./grammar.ts";
import * as t from "./tokens.ts";
import type * as tree from "./tree.ts";

const word = t.word;
export const FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];
const NUMBER_OPTIONS = ["ttl", "dscp", "vlan", "id", "payload"];
export const OPTIONS = ["mac", ...NUMBER_OPTIONS];
const optionTypes = new Set(OPTIONS.map((option) => word(option).tokenTypeIdx));
const HOST = "a host: an address, a VM or a vNIC";
const PACKET = "a packet: tcp, udp, sctp, icmp, icmpv6, ip, arp, dhcp, frame";
const BY = "rule and its number, state, default or a reason";
const FLAG = `a flag: ${list(FLAGS)}`;
const ARROW = { ERR_MSG: '"->"' };

/** What one `send` has read so far. */
export interface SendDraft {
  from?: tree.VnicRef;
  packet?: tree.PacketText;
  expect?: tree.Expectation;
}

export abstract class PacketGrammar extends Grammar {
  protected send: SendDraft = {};

  // ---- hosts ----------------------------------------------------------------------------------------------------

  private readonly hostName = this.nameRule("hostName", HOST);
  private readonly dotVnicOfHost = () => {
    this.CONSUME(t.Dot);
    return this.SUBRULE(this.vnicName);
  };
  private readonly hostForms = {
    DEF: [
      {
        ALT: (): tree.Host => {
          const address = this.SUBRULE(this.address);
          return { kind: "address", start: address.start, end: address.end, address };
        },
      },
      {
        ALT: (): tree.Host => {
          const { start } = this.span(this.CONSUME(t.LSquare));
          const address = this.SUBRULE2(this.address);
          const { end } = this.span(this.CONSUME(t.RSquare, { ERR_MSG: '"]"' }));
          return { kind: "address", start, end, address };
        },
      },
      {
        ALT: (): tree.Host => {
          const name = this.SUBRULE(this.hostName);
          const vnic = this.OPTION(this.dotVnicOfHost);
          const { start } = name;
          if (vnic === undefined) return { kind: "name", start, end: name.end, name };
          return { kind: "vnic", start, end: vnic.end, vnic: { start, end: vnic.end, vm: name, vnic } };
        },
      },
    ],
    ERR_MSG: HOST,
  };
  readonly host: Rule<tree.Host> = this.RULE("host", () => this.OR(this.hostForms));
  private readonly hostPort: Rule<{ host: tree.Host; port: tree.Int }> = this.RULE("hostPort", () => {
    const host = this.SUBRULE(this.host);
    this.CONSUME(t.Colon, { ERR_MSG: '":" and a port' });
    return { host, port: this.SUBRULE(this.port) };
  });

  // ---- packets --------------------------------------------------------------------------------------------------

  readonly dhcpMessage = this.choice("dhcpMessage", "a DHCP message", [
    "discover",
    "request",
    "offer",
    "ack",
    "nak",
    "release",
  ]);
  private readonly flagForms = { DEF: this.oneOfWords(FLAGS), ERR_MSG: FLAG };
  private readonly flag = this.RULE("flag", () => this.toWord(this.OR(this.flagForms)));
  private readonly nameThatIsNoOption = () => {
    const next = this.LA(1);
    return !(t.isName(next) && optionTypes.has(next.tokenTypeIdx));
  };
  private readonly arpForms: IOrAlt<(start: number, options: tree.PacketOptions) => tree.PacketText>[] = [
    {
      ALT: () => {
        this.CONSUME(word("request"));
        const target = this.SUBRULE(this.address);
        this.CONSUME(word("from"), { ERR_MSG: '"from" and who asks' });
        const sender = this.SUBRULE(this.host);
        return (start, options) => ({ kind: "arp-request", start, end: sender.end, options, target, sender });
      },
    },
    {
      ALT: () => {
        this.CONSUME(word("reply"));
        const address = this.SUBRULE2(this.address);
        this.CONSUME(word("at"), { ERR_MSG: '"at" and a MAC address' });
        const mac = this.SUBRULE(this.mac);
        this.CONSUME(word("to"), { ERR_MSG: '"to" and who asked' });
        const receiver = this.SUBRULE2(this.host);
        return (start, options) => ({ kind: "arp-reply", start, end: receiver.end, options, address, mac, receiver });
      },
    },
  ];
  private readonly arp = this.RULE("arp", () => this.OR({ DEF: this.arpForms, ERR_MSG: "request or reply" }));
  private readonly directions = this.oneOfWords(["to", "from"]);

  private readonly packetForms: IOrAlt<tree.PacketText>[] = [
    {
      ALT: () => {
        const first = this.OR2(this.portProtocols);
        const source = this.SUBRULE(this.hostPort);
        this.CONSUME(t.Arrow, ARROW);
        const destination = this.SUBRULE2(this.hostPort);
        const flags: tree.Word[] = [];
        this.OPTION(() => {
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => flags.push(this.SUBRULE(this.flag)), ERR_MSG: FLAG });
        });
        const options = this.SUBRULE(this.options);
        return {
          kind: first.image as "tcp",
          start: this.startOf(first),
          end: this.lastEnd(),
          options,
          source: source.host,
          sourcePort: source.port,
          destination: destination.host,
          destinationPort: destination.port,
          flags,
        };
      },
    },
    {
      ALT: () => {
        const first = this.OR3(this.icmpProtocols);
        const source = this.SUBRULE(this.host);
        this.CONSUME2(t.Arrow, ARROW);
        const destination = this.SUBRULE2(this.host);
        const type = this.OPTION2({ GATE: this.nameThatIsNoOption, DEF: () => this.SUBRULE(this.icmpType) });
        const options = this.SUBRULE2(this.options);
        const start = this.startOf(first);
        return { kind: first.image as "icmp", start, end: this.lastEnd(), options, source, destination, type };
      },
    },
    {
      ALT: () => {
        const first = this.CONSUME(word("ip"));
        this.CONSUME(t.Slash, { ERR_MSG: '"/" and a protocol: ip/47' });
        const protocol = this.SUBRULE(this.protocolNumber);
        const source = this.SUBRULE3(this.host);
        this.CONSUME3(t.Arrow, ARROW);
        const destination = this.SUBRULE4(this.host);
        const options = this.SUBRULE3(this.options);
        return { kind: "ip", start: this.startOf(first), end: this.lastEnd(), options, protocol, source, destination };
      },
    },
    {
      ALT: () => {
        const first = this.CONSUME(word("arp"));
        const rest = this.SUBRULE(this.arp);
        return this.RECORDING_PHASE ? (undefined as never) : rest(this.startOf(first), {});
      },
    },
    {
      ALT: () => {
        const first = this.CONSUME(word("dhcp"));
        const message = this.SUBRULE(this.dhcpMessage);
        const address = this.OPTION3(() => this.SUBRULE(this.address));
        const direction = this.OR4({ DEF: this.directions, ERR_MSG: '"to" or "from" and a host' }).image as "to";
        const host = this.SUBRULE5(this.host);
        return {
          kind: "dhcp",
          start: this.startOf(first),
          end: host.end,
          options: {},
          message,
          address,
          direction,
          host,
        };
      },
    },
    {
      ALT: () => {
        const first = this.CONSUME(word("frame"));
        const hex = this.SUBRULE(this.frameHex);
        return { kind: "frame", start: this.startOf(first), end: hex.end, options: {}, hex };
      },
    },
  ];
  private readonly frameHex = this.textRule("frameHex", "hex digits in quotes");
  readonly packet: Rule<tree.PacketText> = this.RULE("packet", () =>
    this.OR({ DEF: this.packetForms, ERR_MSG: PACKET }),
  );

  private readonly numberOptions = this.oneOfWords(NUMBER_OPTIONS);
  readonly options: Rule<tree.PacketOptions> = this.RULE("options", () => {
    const options: Mutable<tree.PacketOptions> = {};
    this.MANY(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(word("mac"));
            const from = this.SUBRULE(this.mac);
            this.CONSUME(t.Arrow, ARROW);
            options.macs = { from, to: this.SUBRULE2(this.mac) };
          },
        },
        {
          ALT: () => {
            const option = this.OR2(this.numberOptions).image as "ttl";
            options[option] = this.SUBRULE(this.number);
          },
        },
      ]);
    });
    return options;
  });

  // ---- expectations ---------------------------------------------------------------------------------------------

  readonly outcome = this.choice("outcome", "an outcome", [
    "delivered",
    "dropped",
    "rejected",
    "answered",
    "blackholed",
    "flooded",
  ]);
  private readonly expectedRule = this.intRule("expectedRule", "a rule's number");
  private readonly reason: Rule<tree.Word> = this.RULE("reason", () => this.toWord(this.CONSUME(t.Name)));
  private readonly byForms: IOrAlt<NonNullable<tree.Expectation["by"]>>[] = [
    {
      ALT: () => {
        const start = this.startOf(this.CONSUME(word("rule")));
        const id = this.SUBRULE(this.expectedRule);
        return { kind: "rule", start, end: id.end, id };
      },
    },
    { ALT: () => ({ kind: "state", ...this.span(this.CONSUME(word("state"))) }) },
    { ALT: () => ({ kind: "default", ...this.span(this.CONSUME(word("default"))) }) },
    {
      ALT: () => {
        const reason = this.SUBRULE(this.reason);
        return { kind: "reason", start: reason.start, end: reason.end, reason };
      },
    },
  ];
  readonly by: Rule<NonNullable<tree.Expectation["by"]>> = this.RULE("by", (): NonNullable<tree.Expectation["by"]> => {
    const next = this.LA(1);
    // A reason may be spelt like a word of the language.
    if (t.RESERVED_WORDS.has(next.image) && next.image !== "rule" && next.image !== "default") {
      this.skip();
      const reason = this.toWord(next);
      return { kind: "reason", start: reason.start, end: reason.end, reason };
    }
    return this.OR({ DEF: this.byForms, ERR_MSG: BY });
  });

  readonly expectation: Rule = this.RULE("expectation", () => {
    const first = this.CONSUME(word("expect"));
    const outcome = this.SUBRULE(this.outcome);
    const expect: Mutable<tree.Expectation> = {
      start: this.startOf(first),
      end: outcome.end,
      outcome,
      slot: undefined,
      on: undefined,
      by: undefined,
    };
    this.send.expect = expect;
    this.SUBRULE(this.expectedParts);
  });
  private get expected(): Mutable<tree.Expectation> {
    return (this.send.expect ?? {}) as Mutable<tree.Expectation>;
  }
  private readonly expectedForms = [
    {
      ALT: () => {
        this.CONSUME(word("at"));
        this.CONSUME(word("slot"), { ERR_MSG: '"slot" and its number' });
        const slot = this.SUBRULE(this.slotNumber);
        this.expected.slot = slot;
        this.expected.end = slot.end;
      },
    },
    {
      ALT: () => {
        this.CONSUME(word("on"));
        const on = this.SUBRULE(this.vnicRef);
        this.expected.on = on;
        this.expected.end = on.end;
      },
    },
    {
      ALT: () => {
        this.CONSUME(word("by"));
        const by = this.SUBRULE(this.by);
        this.expected.by = by;
        this.expected.end = by.end;
      },
    },
  ];
  /** In whatever order they come. */
  private readonly expectedParts: Rule = this.RULE("expectedParts", () => {
    this.MANY(() => this.OR(this.expectedForms));
  });
  readonly slotNumber = this.intRule("slotNumber", "a slot number, 0 to 15");

  /** `send` without its keyword: `(from VNIC)? packet expect?`. */
  readonly sendBody: Rule = this.RULE("sendBody", () => {
    this.OPTION(() => {
      this.CONSUME(word("from"));
      this.send.from = this.SUBRULE(this.vnicRef);
    });
    this.send.packet = this.SUBRULE(this.packet);
    this.OPTION2(() => this.SUBRULE(this.expectation));
  });
}
