/** The numbers, addresses and words that can be written at a place of the grammar, as completion items: one function a sort. */
import { type CompletionItem, CompletionItemKind } from "vscode-languageserver-types";
import { REASONS } from "../chain/reasons.ts";
import { formatIp, formatMac } from "../policy/addresses.ts";
import { isSlotNumber, PLATFORMS, SLOTS, type SlotNumber } from "../policy/platforms.ts";
import type { Vnic } from "../policy/policy.ts";
import { icmpTypes } from "../policy/protocols.ts";
import { statementsOf, topOf } from "../syntax/statements.ts";
import type { Statement } from "../syntax/tree.ts";
import { type Asked, type ItemData, type Items, type Proposal, plain } from "./completionItems.ts";
import { describeVnicAddresses } from "./describe.ts";
import { MODULE_NOTES } from "./slotNotes.ts";
import {
  addressNote,
  COS_NAMES,
  DSCP_NAMES,
  durationWords,
  isTimer,
  macNote,
  portNote,
  TIMER_NOTES,
} from "./valueNotes.ts";

// ---- numbers ----------------------------------------------------------------------------------------------------

const twoDigits = (n: number): string => String(n).padStart(2, "0");

/** In a slot line the slots that are free and somebody's, with the line's start where the number is all there is. */
export const slotNumbers: Items = (asked) => {
  const { view, statement } = asked;
  const { platform } = view.policy();
  const chain = asked.block;
  if (chain?.kind !== "chain") return SLOTS.map((slot) => slotItem(asked, slot, `${slot}`));
  const taken = new Set(
    chain.children.flatMap((line) =>
      line.kind === "slot" && line !== statement && line.number ? [line.number.value] : [],
    ),
  );
  return SLOTS.filter((slot) => platform.slots[slot].module !== undefined && !taken.has(slot)).map((slot) => {
    const { module } = platform.slots[slot];
    return slotItem(asked, slot, statement?.kind === "slot" && statement.module ? `${slot}` : `${slot} ${module} `);
  });
};

function slotItem(asked: Asked, slot: SlotNumber, insertText: string): CompletionItem {
  const owner = asked.view.policy().platform.slots[slot];
  const note = owner.module === undefined ? "passes every packet on" : MODULE_NOTES[owner.module].short;
  const data: ItemData = { uri: asked.view.document.uri, slot };
  return {
    label: String(slot),
    kind: CompletionItemKind.Field,
    detail: `${owner.owner}: ${note}`,
    insertText,
    sortText: `1${twoDigits(slot)}`,
    data,
  };
}

/** The modules of the slot's number first. */
export function modulesFirst(asked: Asked, items: readonly Proposal[]): Proposal[] {
  const number = asked.statement?.kind === "slot" ? asked.statement.number?.value : undefined;
  const module =
    number !== undefined && isSlotNumber(number) ? asked.view.policy().platform.slots[number].module : undefined;
  return module === undefined ? [...items] : items.filter(({ label }) => label === module);
}

/** The next id that is free: behind the rule above, else at the end of the block. */
export const ruleIds: Items = ({ block, statement }) => {
  if (block === undefined) return [];
  const all: number[] = [];
  const above: number[] = [];
  for (const inside of statementsOf([topOf(block)])) {
    if (inside.kind !== "rule" || inside === statement || inside.id === undefined) continue;
    all.push(inside.id.value);
    if (inside.parent === block && (statement === undefined || isAbove(inside, statement))) above.push(inside.id.value);
  }
  const taken = new Set(all);
  const from = above.at(-1) ?? all.reduce((most, id) => Math.max(most, id), 0);
  const free: number[] = [];
  for (let id = from + 1; free.length < 1; id += 1) if (!taken.has(id)) free.push(id);
  const tens = Math.floor(from / 10) * 10 + 10;
  if (all.length > 0 && all.every((id) => id % 10 === 0) && !taken.has(tens)) free.unshift(tens);
  return [...new Set(free)].map((id, index) =>
    plain(String(id), "free rule id", "No other rule of this block has this id.", `0${index}`),
  );
};
const isAbove = (a: Statement, b: Statement): boolean =>
  a.chunk.line < b.chunk.line || (a.chunk === b.chunk && a.start < b.start);

/** Rules that an expectation can name. */
export const expectedRules: Items = (asked) => {
  const out: CompletionItem[] = [];
  for (const { tree } of asked.view.program.documents)
    for (const inside of statementsOf(tree.statements)) {
      if (inside.kind !== "rule" || inside.id === undefined) continue;
      if (out.length >= 500) return out;
      const top = topOf(inside);
      const block = "name" in top ? `${top.kind} ${top.name?.text ?? ""}` : top.kind;
      out.push(
        plain(
          inside.id.text,
          `${inside.title?.text ?? inside.action?.word ?? "rule"} · ${block}`,
          `\`\`\`iochain\n${inside.chunk.text.slice(inside.start, inside.end)}\n\`\`\``,
          `1${String(out.length).padStart(4, "0")}`,
          CompletionItemKind.Function,
        ),
      );
    }
  return out;
};

const COMMON_PORTS = [22, 53, 80, 123, 389, 443, 445, 514, 636, 1433, 3306, 3389, 5432, 8080, 8443];
export const ports: Items = () =>
  COMMON_PORTS.map((port, index) =>
    plain(String(port), portNote(port).replace(/\*\*|;.*/g, ""), portNote(port), `5${twoDigits(index)}`),
  );

export const durations: Items = ({ statement }) => {
  const timer = statement?.kind === "timeout" ? statement.timer?.text : undefined;
  const usual = timer !== undefined && isTimer(timer) ? [TIMER_NOTES[timer].default] : [];
  const items = usual.map((text) => plain(text, "the default", "What the firewall uses where nothing is said.", "00"));
  const more: readonly (readonly [string, number])[] = [
    ["30s", 30_000],
    ["60s", 60_000],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["12h", 43_200_000],
  ];
  for (const [text, ms] of more)
    if (!usual.includes(text))
      items.push(plain(text, durationWords(ms), durationWords(ms), `1${String(ms).padStart(9, "0")}`));
  return items;
};

// ---- addresses --------------------------------------------------------------------------------------------------

/** The addresses of the vNIC that the line is about; else, where a host can stand, all that are declared. */
export const addresses: Items = (asked) => {
  const { view, statement } = asked;
  const { vnics: all, segments: known } = view.policy();
  if (statement?.kind === "bind" || statement?.kind === "approve") {
    const vnic = statement.vnic && all.get(`${statement.vnic.vm.text}.${statement.vnic.vnic.text}`);
    const bound = statement.kind === "bind" ? new Set(statement.ips.map(({ text }) => text)) : new Set<string>();
    return (vnic ? [vnic] : [...all.values()]).flatMap((one) =>
      one.ips
        .map(formatIp)
        .filter((ip) => !bound.has(ip))
        .map((ip) => plain(ip, one.id, `Declared by ${one.id}: ${describeVnicAddresses(one)}.`, `0${ip}`)),
    );
  }
  const inventory = [...all.values()].flatMap((vnic) =>
    vnic.ips.map((ip) =>
      plain(formatIp(ip), vnic.id, addressNote(ip) ?? "An address of the inventory.", `6${formatIp(ip)}`),
    ),
  );
  const gateways = [...known.values()].flatMap((segment) =>
    segment.gateways.map((ip) =>
      plain(formatIp(ip), `gateway of ${segment.name}`, "The distributed router's address there.", `7${formatIp(ip)}`),
    ),
  );
  return statement?.kind === "ip" || statement?.kind === "gateway" ? [] : [...inventory, ...gateways].slice(0, 200);
};

export const macs: Items = (asked) => {
  const { vnics: all } = asked.view.policy();
  const { statement } = asked;
  const only =
    statement?.kind === "bind" && statement.vnic && all.get(`${statement.vnic.vm.text}.${statement.vnic.vnic.text}`);
  if (statement?.kind === "mac") return freeMac(all.values());
  return (only ? [only] : [...all.values()]).flatMap((vnic) =>
    vnic.mac === undefined ? [] : [plain(formatMac(vnic.mac), vnic.id, macNote(vnic.mac), `0${vnic.id}`)],
  );
};

/** The lowest address that nobody has, in the range that VMware leaves to people (00:50:56:00:00:00–3f:ff:ff). */
function freeMac(all: Iterable<Vnic>): CompletionItem[] {
  const taken = new Set([...all].map(({ mac }) => mac));
  for (let mac = 0x0050_5600_0001; mac <= 0x0050_563f_ffff; mac += 1)
    if (!taken.has(mac)) return [plain(formatMac(mac), "free, set by hand", macNote(mac), "0")];
  return [];
}

// ---- words that stand for themselves ----------------------------------------------------------------------------

export const platforms: Items = (asked) =>
  PLATFORMS.map(({ id, title, slots }, index) => ({
    ...plain(
      id,
      title,
      Object.entries(slots)
        .filter(([, { module }]) => module !== undefined)
        .map(([slot, { module, owner }]) => `- slot ${slot}: \`${module}\`, ${owner}`)
        .join("\n"),
      `0${index}`,
      CompletionItemKind.Module,
    ),
    ...(asked.statement?.kind === "platform" && { filterText: id }),
  }));

const words =
  (list: Readonly<Record<string, string>>): Items =>
  () =>
    Object.entries(list).map(([label, text], index) =>
      plain(label, text, text, `0${index}`, CompletionItemKind.EnumMember),
    );

/** ALGs that NSX knows (NSX Administration Guide, "Services"). */
export const algs = words({
  ftp: "FTP data connections",
  tftp: "TFTP transfers",
  "ms-rpc": "Microsoft RPC's dynamic ports",
  "sun-rpc": "Sun RPC's dynamic ports",
  "oracle-tns": "Oracle redirections",
  sip: "SIP media streams",
});
export const algorithms = words({
  "aes-gcm-128": "AES-GCM with 128-bit keys",
  "aes-gcm-256": "AES-GCM with 256-bit keys",
});

export const reasons = words(Object.fromEntries(Object.entries(REASONS).map(([reason, { text }]) => [reason, text])));

export const numbered =
  (table: ReadonlyMap<string, number>, what: string): Items =>
  () =>
    [...table].map(([label, number]) =>
      plain(
        label,
        `${what} ${number}`,
        `${what} ${number} (0x${number.toString(16)}).`,
        `3${label}`,
        CompletionItemKind.Constant,
      ),
    );
/** Numbers that mean something by a name: of a mark, and of a packet's DSCP. */
export const marks: Items = ({ before }) => {
  const word = before?.at(-1);
  const names = word === "dscp" ? DSCP_NAMES : word === "cos" ? COS_NAMES : undefined;
  const what = word === "dscp" ? "DSCP" : "CoS (802.1p priority)";
  return [...(names ?? [])].map(([number, name]) =>
    plain(
      String(number),
      name,
      `${what} ${number}: **${name}**.`,
      `3${twoDigits(number)}`,
      CompletionItemKind.Constant,
    ),
  );
};
export const icmpTypesOf: Items = ({ statement, before }) => {
  const protocol = before?.findLast((word) => word === "icmp" || word === "icmpv6") ?? statement?.kind;
  return [...icmpTypes(protocol === "icmpv6" ? "icmpv6" : "icmp")].map(([label, { type, code: c }]) => {
    const number = `type ${type}${c === undefined ? "" : `, code ${c}`}`;
    return plain(
      label,
      number,
      `${protocol === "icmpv6" ? "ICMPv6" : "ICMP"} ${number}.`,
      `3${label}`,
      CompletionItemKind.Constant,
    );
  });
};
