/**
 * A draft as the text of a policy, in the formatter's own layout: what `iochain fmt` would leave as it is. Laid out
 * here and not by formatting a text, because an import of a large host writes megabytes.
 */
import { Layout } from "../syntax/layout.ts";
import type { Cell } from "../syntax/spell.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import { quote } from "../syntax/strings.ts";
import { writeName } from "../syntax/writeName.ts";
import { seen } from "../unseen.ts";
import type {
  Draft,
  DraftBlock,
  DraftDfw,
  DraftEndpoint,
  DraftEndpoints,
  DraftEntry,
  DraftLine,
  DraftRule,
  DraftRules,
  DraftSection,
  DraftSwsec,
  DraftVm,
} from "./draft.ts";
import { NameSpace, RuleIds } from "./names.ts";

/** Declarations between two places to pause. */
const SOME = 16;
const STYLE = { indent: "  ", lineEnd: "\n", width: 120 };

/** The text of a draft. References to keys that nothing declares are a mistake of the reader's, and throw. */
export function* writtenDraft(draft: Draft): Steps<string> {
  return yield* new Writer(draft).text();
}

const cell = (key: string, text: string, gap = 1): Cell => ({ key, gap, text });

class Writer {
  readonly #draft: Draft;
  readonly #layout = new Layout(STYLE);
  readonly #lines: { readonly text: string }[] = [];
  readonly #endpoints = new NameSpace();
  readonly #services = new NameSpace();
  readonly #blocks = new NameSpace();
  #depth = 0;

  constructor(draft: Draft) {
    this.#draft = draft;
    // Machines and segments have their names from outside; a group's can give way.
    for (const { key, names } of [...draft.vms, ...draft.segments, ...draft.groups]) this.#endpoints.claim(key, names);
    for (const { key, names } of draft.services) this.#services.claim(key, names);
    for (const { key, names } of [...draft.blocks, ...draft.appliances, ...draft.chains])
      this.#blocks.claim(key, names);
  }

  *text(): Steps<string> {
    const { title, platform, comments, segments, vms, groups, services, appliances, blocks, chains, scenarios } =
      this.#draft;
    this.#comments(comments);
    this.#row("policy", [cell("policy", `policy ${quote(title)}`)]);
    this.#row("platform", [cell("platform", `platform ${platform}`)]);
    yield* this.#group(segments, (segment) => {
      const items: Cell[][] = [];
      if (segment.vni !== undefined) items.push([cell("vni", `vni ${segment.vni}`)]);
      if (segment.vlan !== undefined) items.push([cell("vlan", `vlan ${segment.vlan}`)]);
      if (segment.subnets.length > 0) items.push([cell("subnet", `subnet ${segment.subnets.join(", ")}`)]);
      if (segment.gateways.length > 0) items.push([cell("gateway", `gateway ${segment.gateways.join(", ")}`)]);
      this.#block("segment", `segment ${this.#endpoint(segment.key)}`, items);
    });
    yield* this.#group(vms, (vm) => this.#vm(vm));
    yield* this.#group(groups, (group) => {
      const head = `group ${this.#endpoint(group.key)}`;
      const parts = this.#list(group.endpoints);
      this.#statement("group", [cell("group", head), cell("=", `= ${joined(parts)}`)], () => [
        `${head} =`,
        ...wrap(parts, this.#depth + 1),
      ]);
    });
    yield* this.#group(services, (service) => {
      const head = `service ${this.#service(service.key)}`;
      const entries = service.entries.map((entry) => this.#entry(entry));
      const alg = service.alg === undefined ? [] : [`alg ${writeName(service.alg)}`];
      this.#statement(
        "service",
        [cell("service", head), cell("=", `= ${[entries.join(", "), ...alg].join(" ")}`)],
        () => [`${head} =`, ...wrap([entries], this.#depth + 1), ...alg.map((text) => `${pad(1)}${text}`)],
      );
    });
    yield* this.#group(appliances, (appliance) => {
      const items: Cell[][] = [];
      if (appliance.vendor !== undefined) items.push([cell("vendor", `vendor ${quote(appliance.vendor)}`)]);
      if (appliance.fail !== undefined) items.push([cell("fail", `fail ${appliance.fail}`)]);
      this.#block("appliance", `appliance ${this.#blockName(appliance.key)}`, items);
    });
    for (const block of blocks) {
      this.#gap();
      this.#comments(block.comments);
      yield* this.#blockOf(block);
    }
    for (const chain of chains) {
      this.#gap();
      this.#comments(chain.comments);
      const { appliedTo } = chain;
      const name = `chain ${this.#blockName(chain.key)}`;
      if (appliedTo === undefined) this.#open("chain", name);
      else this.#openWith("chain", name, "applied-to", this.#list(appliedTo));
      for (const slot of chain.slots)
        this.#row("slot", [
          cell("slot", `slot ${slot.number}`),
          cell("module", slot.module),
          cell("block", this.#blockName(slot.block)),
          ...(slot.fail === undefined ? [] : [cell("fail", `fail ${slot.fail}`)]),
        ]);
      this.#close();
    }
    for (const scenario of scenarios) {
      this.#gap();
      this.#open("scenario", `scenario ${quote(scenario.title)}`);
      for (const [i, line] of scenario.lines.entries()) {
        if (i % STRIDE === 0) yield;
        this.#step(line);
      }
      this.#close();
    }
    this.#layout.end();
    const texts: string[] = [];
    for (const [i, { text }] of this.#lines.entries()) {
      if (i % STRIDE === 0) yield;
      texts.push(text, "\n");
    }
    return texts.join("");
  }

  // ---- names and lists ----------------------------------------------------------------------------------------------

  #endpoint(key: string): string {
    return writeName(this.#known(this.#endpoints, key));
  }
  #service(key: string): string {
    return writeName(this.#known(this.#services, key));
  }
  #blockName(key: string): string {
    return writeName(this.#known(this.#blocks, key));
  }
  #known(names: NameSpace, key: string): string {
    const name = names.get(key);
    if (name === undefined) throw new Error(`nothing declares ${key}`);
    return name;
  }
  #entry(entry: DraftEntry): string {
    return "text" in entry ? entry.text : this.#service(entry.key);
  }
  #one(endpoint: DraftEndpoint): string {
    switch (endpoint.kind) {
      case "any":
        return "any";
      case "literal":
        return endpoint.text;
      case "ref":
        return this.#endpoint(endpoint.key);
      case "vnic":
        return `${this.#endpoint(endpoint.vm)}.${writeName(endpoint.vnic)}`;
      case "tag":
        return `tag ${writeName(endpoint.tag)}`;
    }
  }
  /** Items, then what `except` takes out. */
  #list({ items, except = [] }: DraftEndpoints): string[][] {
    const lists = [items.map((item) => this.#one(item))];
    if (except.length > 0) lists.push(except.map((item) => this.#one(item)));
    return lists;
  }

  // ---- declarations -------------------------------------------------------------------------------------------------

  #vm(vm: DraftVm): void {
    const head = `vm ${this.#endpoint(vm.key)}`;
    const tags = vm.tags.length === 0 ? [] : [[cell("tags", `tags ${vm.tags.map(writeName).join(", ")}`)]];
    const vnics = vm.vnics.map((vnic) => {
      const items: Cell[][] = [];
      if (vnic.mac !== undefined) items.push([cell("mac", `mac ${vnic.mac}`)]);
      if (vnic.ips.length > 0) items.push([cell("ip", `ip ${vnic.ips.join(", ")}`)]);
      if (vnic.segment !== undefined) items.push([cell("in-segment", `segment ${this.#endpoint(vnic.segment)}`)]);
      return { head: `vnic ${writeName(vnic.name)}`, items };
    });
    const whole = inline("vm", head, [...tags, ...vnics.map((vnic) => inline("vnic", vnic.head, vnic.items))]);
    if (vnics.length <= 1 && this.#layout.fits(whole)) {
      this.#row("vm{}", whole);
      return;
    }
    this.#open("vm", head);
    for (const cells of tags) this.#row("tags", cells);
    for (const vnic of vnics) this.#block("vnic", vnic.head, vnic.items);
    this.#close();
  }

  *#blockOf(block: DraftBlock): Steps<void> {
    if (block.module === "dfw") yield* this.#dfw(block);
    else if (block.module === "swsec") this.#swsec(block);
    else yield* this.#ruleBlock(block);
  }
  *#ruleBlock(block: DraftRules): Steps<void> {
    const via = block.via === undefined ? "" : ` via ${this.#blockName(block.via)}`;
    this.#open(block.module, `${block.module} ${this.#blockName(block.key)}${via}`);
    yield* this.#rules(block.rules, new RuleIds(idsOf(block.rules)));
    this.#default(block.default);
    this.#close();
  }
  *#dfw(dfw: DraftDfw): Steps<void> {
    this.#open("dfw", `dfw ${this.#blockName(dfw.key)}`);
    if (dfw.exclude !== undefined && dfw.exclude.length > 0) {
      const parts = this.#list({ items: dfw.exclude });
      this.#statement("exclude", [cell("exclude", `exclude ${joined(parts)}`)], () => [
        "exclude",
        ...wrap(parts, this.#depth + 1),
      ]);
    }
    if (dfw.timeouts !== undefined && dfw.timeouts.size > 0) {
      this.#open("timeouts", "timeouts");
      for (const [timer, seconds] of dfw.timeouts)
        this.#row("timeout", [cell("timer", timer), cell("duration", `${seconds}s`)]);
      this.#close();
    }
    const ids = new RuleIds(dfw.sections.flatMap((section) => idsOf(section.rules)));
    for (const [i, section] of dfw.sections.entries()) {
      if (i > 0) this.#gap();
      yield* this.#section(section, ids);
    }
    this.#default(dfw.default);
    this.#close();
  }
  *#section(section: DraftSection, ids: RuleIds): Steps<void> {
    this.#comments(section.comments);
    const words = [`section ${writeName(section.name)}`];
    if (section.ethernet) words.push("ethernet");
    if (section.category !== undefined) words.push(`category ${section.category}`);
    if (section.stateless) words.push("stateless");
    if (section.tcpStrict) words.push("tcp-strict");
    if (section.appliedTo === undefined) this.#open("section", words.join(" "));
    else this.#openWith("section", words.join(" "), "applied-to", this.#list(section.appliedTo));
    yield* this.#rules(section.rules, ids);
    this.#close();
  }
  #swsec(swsec: DraftSwsec): void {
    this.#open("swsec", `swsec ${this.#blockName(swsec.key)}`);
    const setting = (kind: string, value: string) => this.#row(kind, [cell(kind, `${kind} ${value}`)]);
    if (swsec.spoofguard !== undefined) setting("spoofguard", swsec.spoofguard);
    if (swsec.allowLocal !== undefined) setting("allow-local", swsec.allowLocal ? "on" : "off");
    for (const bind of swsec.binds ?? []) {
      const name = `bind ${this.#endpoint(bind.vm)}.${writeName(bind.vnic)}`;
      this.#row("bind", [
        cell("bind", name),
        ...(bind.mac === undefined ? [] : [cell("mac", `mac ${bind.mac}`)]),
        ...(bind.ips.length === 0 ? [] : [cell("ip", `ip ${bind.ips.join(", ")}`)]),
      ]);
    }
    if (swsec.discover?.length) setting("discover", swsec.discover.join(", "));
    if (swsec.block?.length) setting("block", swsec.block.join(", "));
    for (const { what, direction, rate } of swsec.limits ?? []) setting("limit", `${what} ${direction} ${rate} pps`);
    this.#close();
  }

  // ---- rules --------------------------------------------------------------------------------------------------------

  *#rules(lines: readonly DraftLine[], ids: RuleIds): Steps<void> {
    for (const [i, line] of lines.entries()) {
      if (i % STRIDE === 0) yield;
      if ("remark" in line) this.#comments(line.remark);
      else this.#rule(line, ids.claim(line.id));
    }
  }
  #rule(rule: DraftRule, id: number): void {
    this.#comments(rule.comments);
    if (rule.id !== undefined && rule.id !== id) this.#comments([`rule ${rule.id} again:`]);
    const head = [`rule ${id}`, ...(rule.title === undefined ? [] : [quote(rule.title)]), rule.action];
    const cells = [cell("rule", head[0] as string)];
    if (rule.title !== undefined) cells.push(cell("title", quote(rule.title)));
    cells.push(cell("action", rule.action));
    const long: string[][][] = [];
    const clause = (key: string, word: string, parts: string[][]) => {
      cells.push(cell(key, `${word} ${joined(parts)}`));
      long.push([[word], ...parts]);
    };
    if (rule.from !== undefined) clause("from", "from", this.#list(rule.from));
    if (rule.to !== undefined) clause("to", "to", this.#list(rule.to));
    if (rule.services !== undefined) clause("service", "service", [rule.services.map((entry) => this.#entry(entry))]);
    const words: string[] = [];
    const word = (key: string, text: string) => {
      cells.push(cell(key, text));
      words.push(text);
    };
    if (rule.direction !== undefined) word("direction", rule.direction);
    if (rule.appliedTo !== undefined) clause("applied-to", "applied-to", this.#list(rule.appliedTo));
    if (rule.family !== undefined) word("family", `ipv${rule.family}`);
    if (rule.log !== undefined) word("log", rule.log === true ? "log" : `log ${quote(rule.log)}`);
    if (rule.disabled) word("disabled", "disabled");
    this.#statement("rule", cells, () => [
      head.join(" "),
      ...long.flatMap(([name, ...parts]) => {
        const lines = wrap(parts, this.#depth + 2);
        return [`${pad(1)}${name} ${(lines[0] as string).trimStart()}`, ...lines.slice(1).map((text) => pad(1) + text)];
      }),
      ...(words.length === 0 ? [] : [`${pad(1)}${words.join(" ")}`]),
    ]);
  }
  #default(action: DraftDfw["default"]): void {
    if (action !== undefined)
      this.#row("default", [cell("default", `default ${action.action}${action.log ? " log" : ""}`)]);
  }

  #step(line: string): void {
    if (line.startsWith("//")) this.#comments([line.slice(2).trim()]);
    else {
      const expect = line.indexOf(" expect ");
      if (line.startsWith("send ") && expect >= 0)
        this.#row("send", [cell("send", line.slice(0, expect).trimEnd()), cell("expect", line.slice(expect + 1), 2)]);
      else this.#row(line.slice(0, line.indexOf(" ")), [cell("step", line)]);
    }
  }

  // ---- lines --------------------------------------------------------------------------------------------------------

  #row(sort: string, cells: readonly Cell[]): void {
    this.#lines.push(this.#layout.row(sort, cells));
  }
  /** A statement in its columns; where it is too long for a line, on several, as `lines` gives them. */
  #statement(sort: string, cells: readonly Cell[], lines: () => readonly string[]): void {
    if (this.#layout.fits(cells)) this.#row(sort, cells);
    else for (const text of lines()) this.#lines.push({ text: pad(this.#depth) + text });
  }
  #comments(lines: readonly string[] = []): void {
    for (const line of lines)
      this.#row("//", [cell("//", `// ${seen(line.replace(/[\p{Cc}\u2028\u2029]+/gu, " "))}`.trimEnd(), 0)]);
  }
  #open(kind: string, head: string): void {
    this.#row(`${kind}{`, [cell(kind, `${head} {`)]);
    this.#in();
  }
  #openWith(kind: string, head: string, word: string, list: string[][]): void {
    const whole = `${head} ${word} ${joined(list)}`;
    if (this.#layout.fits([cell(kind, `${whole} {`)])) {
      this.#open(kind, whole);
      return;
    }
    const lines = wrap(list, this.#depth + 1);
    this.#lines.push({ text: `${pad(this.#depth)}${head} ${word}` });
    lines.forEach((text, i) => {
      this.#lines.push({ text: pad(this.#depth) + text + (i === lines.length - 1 ? " {" : "") });
    });
    this.#in();
  }
  #in(): void {
    this.#layout.open();
    this.#depth += 1;
  }
  #close(): void {
    this.#lines.push(this.#layout.close());
    this.#depth -= 1;
  }
  /** A blank line. */
  #gap(): void {
    if (this.#layout.blank()) this.#lines.push({ text: "" });
  }
  /** Declarations of a kind, a blank line before the first. */
  *#group<T extends { readonly comments?: readonly string[] }>(
    items: readonly T[],
    write: (item: T) => void,
  ): Steps<void> {
    if (items.length > 0) this.#gap();
    for (const [i, item] of items.entries()) {
      // A group may have thousands of members.
      if (i % SOME === 0) yield;
      this.#comments(item.comments);
      write(item);
    }
  }
  /** A block of short items: on one line where they fit. */
  #block(kind: string, head: string, items: readonly Cell[][]): void {
    const cells = inline(kind, head, items);
    if (this.#layout.fits(cells)) this.#row(`${kind}{}`, cells);
    else {
      this.#open(kind, head);
      for (const item of items) this.#row((item[0] as Cell).key, item);
      this.#close();
    }
  }
}

/** The cells of a block on one line, as the formatter makes them. */
function inline(kind: string, head: string, items: readonly Cell[][]): Cell[] {
  const cells = [cell(kind, head)];
  if (items.length === 0) cells.push(cell("{", "{ }"));
  else {
    items.forEach(([first, ...rest], i) => {
      const { key, text } = first as Cell;
      cells.push(cell(key, i === 0 ? `{ ${text}` : text, i === 0 ? 1 : 2), ...rest);
    });
    const last = cells.pop() as Cell;
    cells.push({ ...last, text: `${last.text} }` });
  }
  return cells;
}

const idsOf = (lines: readonly DraftLine[]): number[] =>
  lines.flatMap((line) => ("remark" in line || line.id === undefined ? [] : [line.id]));
const pad = (depth: number): string => STYLE.indent.repeat(depth);
const joined = (lists: readonly string[][]): string => lists.map((list) => list.join(", ")).join(" except ");

/** Lists on as many lines as they need, one step in; `except` begins a line. */
function wrap(lists: readonly string[][], depth: number): string[] {
  const lines: string[] = [];
  let line = "";
  lists.forEach((list, which) => {
    if (which > 0) {
      lines.push(line);
      line = "except ";
    }
    list.forEach((text, i) => {
      const piece = i === list.length - 1 ? text : `${text},`;
      if (line !== "" && line !== "except " && line.length + 1 + piece.length > STYLE.width - depth * 2) {
        lines.push(line);
        line = piece;
      } else line += line === "" || line === "except " ? piece : ` ${piece}`;
    });
  });
  lines.push(line);
  return lines.map((text) => pad(1) + text);
}
