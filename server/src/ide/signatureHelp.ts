/** Feature: signature help inside a rule, a packet, a binding, a slot line, an assert: what may stand where. */
import type { Position, SignatureHelp } from "vscode-languageserver-types";
import type { Statement } from "../syntax/tree.ts";
import { KEYWORD_NOTES } from "./keywordNotes.ts";
import { at, tokensOf, type View } from "./view.ts";

interface Parameter {
  readonly label: string;
  readonly text: string;
  /** The words that begin it; none for one that is known by its place. */
  readonly words?: readonly string[];
  /** What a token of one without words looks like. */
  readonly like?: RegExp;
}

const p = (label: string, text: string, words?: readonly string[], like?: RegExp): Parameter => ({
  label,
  text,
  words,
  like,
});
const note = (word: string): string => KEYWORD_NOTES.get(word)?.text ?? "";

const ID = p("ID", "A number that no other rule of the block has.", undefined, /^\d/);
const TITLE = p('"TITLE"', "For people; optional.", undefined, /^"/);
const FROM = p("from ENDPOINTS", note("from"), ["from"]);
const TO = p("to ENDPOINTS", note("to"), ["to"]);
const SERVICE = p("service ENTRIES", note("service"), ["service"]);
const IPV = p("ipv4|ipv6", "Only packets of this family.", ["ipv4", "ipv6"]);
const CLAUSES: readonly Parameter[] = [
  FROM,
  TO,
  SERVICE,
  p("in|out", "Only packets to the VM, or only packets from it.", ["in", "out"]),
  p("applied-to ENDPOINTS", note("applied-to"), ["applied-to"]),
  IPV,
  p('log "LABEL"', note("log"), ["log"]),
  p("disabled", note("disabled"), ["disabled"]),
];
const ACTIONS = {
  acl: ["allow", "drop", "mark"],
  inspect: ["allow", "drop", "mark"],
  section: ["allow", "drop", "reject", "jump-to-application"],
  redirect: ["redirect", "skip"],
  encryption: ["encrypt", "protect", "clear"],
} as const;

function parametersOf(statement: Statement): readonly Parameter[] | undefined {
  switch (statement.kind) {
    case "rule": {
      const block = statement.parent?.kind ?? "section";
      const actions = block in ACTIONS ? ACTIONS[block as keyof typeof ACTIONS] : ACTIONS.section;
      const text = actions.map((word) => `\`${word}\`: ${note(word)}`).join("\n\n");
      return [ID, TITLE, p(actions.join("|"), text, actions), ...CLAUSES];
    }
    case "send":
      return sendParameters(statement.packet?.kind);
    case "assert":
      return [
        TITLE,
        p("allowed|blocked|inspected by APPLIANCE|encrypted", note("assert"), [
          "allowed",
          "blocked",
          "inspected",
          "encrypted",
        ]),
        FROM,
        TO,
        SERVICE,
        IPV,
      ];
    case "bind":
      return [
        p("VM.VNIC", "The vNIC that the addresses are approved for.", undefined, /^[A-Za-z_"]/),
        p("mac MAC", "The only source MAC that passes.", ["mac"]),
        p("ip IP, …", "The approved addresses.", ["ip"]),
      ];
    case "slot":
      return [
        p("NUMBER", "0 to 15; hover one to see whose it is.", undefined, /^\d/),
        p("acl|swsec|dfw|redirect|encryption", "The kind of block.", ["acl", "swsec", "dfw", "redirect", "encryption"]),
        p("BLOCK", "The block that runs in this slot.", undefined, /^[A-Za-z_"]/),
        p("fail open|closed", note("fail"), ["fail"]),
      ];
    case "limit":
      return [
        p("broadcast|multicast", note("limit"), ["broadcast", "multicast"]),
        p("in|out", "To the VM, or from it.", ["in", "out"]),
        p("RATE pps", "Packets a second.", undefined, /^\d/),
      ];
    case "key":
      return [
        p("NAME", "The key's name in this block.", undefined, /^[A-Za-z_"]/),
        p("id NUMBER", note("id"), ["id"]),
        p("algorithm NAME", note("algorithm"), ["algorithm"]),
      ];
    default:
      return undefined;
  }
}

function sendParameters(packet: string | undefined): readonly Parameter[] {
  const from = p("from VM.VNIC", "Who emits the packet, where its source does not say.", ["from"]);
  const options = p("mac A -> B, ttl N, dscp N, vlan N, id N, payload N", "Fields that differ from the ordinary.", [
    "mac",
    "ttl",
    "dscp",
    "vlan",
    "id",
    "payload",
  ]);
  const expect = p("expect OUTCOME at slot N on VM.VNIC by …", note("expect"), ["expect"]);
  const kind = p("tcp|udp|sctp|icmp|icmpv6|ip|arp|dhcp|frame", "The kind of packet.", [
    "tcp",
    "udp",
    "sctp",
    "icmp",
    "icmpv6",
    "ip",
    "arp",
    "dhcp",
    "frame",
  ]);
  const host = "An address, a VM with one vNIC, or VM.VNIC.";
  switch (packet) {
    case "tcp":
    case "udp":
    case "sctp":
      return [
        from,
        kind,
        p("SOURCE:PORT", `${host} IPv6 stands in brackets: [fd00::1]:443.`, undefined, /^[\w"[]/),
        p("-> DESTINATION:PORT", host, ["->"]),
        ...(packet === "tcp"
          ? [
              p("FLAGS", "syn, ack, fin, rst, psh, urg, ece, cwr; a bare SYN without any.", [
                "syn",
                "ack",
                "fin",
                "rst",
                "psh",
                "urg",
                "ece",
                "cwr",
              ]),
            ]
          : []),
        options,
        expect,
      ];
    case "icmp":
    case "icmpv6":
      return [
        from,
        kind,
        p("SOURCE", host, undefined, /^[\w"]/),
        p("-> DESTINATION", host, ["->"]),
        p("TYPE", "echo-request, echo-reply …", ["echo-request", "echo-reply"]),
        options,
        expect,
      ];
    default:
      return [from, kind, options, expect];
  }
}

export function signatureHelp(view: View, position: Position): SignatureHelp | undefined {
  const found = at(view, position);
  if (found?.statement === undefined) return undefined;
  const { statement, chunk, offset } = found;
  const parameters = parametersOf(statement);
  if (parameters === undefined || offset <= statement.keyword.end) return undefined;
  // Behind the statement's end there is help only on its last line.
  if (chunk.text.slice(statement.end, Math.max(offset, statement.end)).trim() !== "") return undefined;
  if (/[\r\n]/.test(chunk.text.slice(statement.end, Math.max(offset, statement.end)))) return undefined;
  const word = chunk.text.slice(statement.keyword.start, statement.keyword.end);
  let label = word;
  const places = parameters.map((parameter) => {
    const start = label.length + 1;
    label += ` ${parameter.label}`;
    return [start, label.length] as [number, number];
  });
  const documentation = KEYWORD_NOTES.get(word)?.text;
  return {
    signatures: [
      {
        label,
        ...(documentation && { documentation: { kind: "markdown", value: documentation } }),
        parameters: parameters.map(({ text }, index) => ({
          label: places[index] as [number, number],
          documentation: { kind: "markdown", value: text },
        })),
      },
    ],
    activeSignature: 0,
    activeParameter: activeParameter(parameters, statement, offset),
  };
}

/** The parameter that the tokens before the position have come to. */
function activeParameter(parameters: readonly Parameter[], statement: Statement, offset: number): number {
  let active = 0;
  for (const token of tokensOf(statement.chunk)) {
    if (token.startOffset < statement.keyword.end || token.startOffset >= offset) continue;
    // A token that the position touches is still being written.
    const written = token.startOffset + token.image.length < offset;
    const byWord = parameters.findIndex(({ words }) => words?.includes(token.image));
    if (byWord >= 0) active = byWord;
    else {
      const byPlace = parameters.findIndex(({ like }, index) => index >= active && like?.test(token.image) === true);
      const current = parameters[active];
      if (byPlace >= 0 && (current?.words === undefined || byPlace > active)) active = byPlace;
    }
    const done = parameters[active]?.words === undefined && written;
    if (done && byWord < 0 && active + 1 < parameters.length && parameters[active]?.like?.test(token.image))
      active += 1;
  }
  return active;
}
