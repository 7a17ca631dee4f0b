/** Rule sets and address sets of a host as firewalls: lines of one rule put together again, sections found, sets as groups. */
import { finish, STRIDE, type Steps } from "../syntax/steps.ts";
import {
  ANY,
  type DraftAppliance,
  type DraftDfw,
  type DraftEndpoint,
  type DraftEndpoints,
  type DraftEntry,
  type DraftGroup,
  type DraftLine,
  type DraftRule,
  type DraftRules,
  type DraftSection,
  type DraftService,
  listed,
} from "./draft.ts";
import {
  filterName,
  type HostAddrset,
  type HostDump,
  type HostRemark,
  type HostRule,
  type HostRuleset,
  type HostSide,
} from "./hostDump.ts";
import type { Report } from "./report.ts";

/** A rule of the manager, put together from the lines that it became. */
interface Whole {
  readonly first: HostRule;
  entries: DraftEntry[] | undefined;
  family: 4 | 6 | undefined;
  readonly lines: HostRule[];
}

export class Firewalls {
  readonly #dump: HostDump;
  readonly #report: Report;
  readonly #groups = new Map<string, DraftGroup>();
  readonly #services = new Map<string, DraftService>();
  /** By the texts of the rule sets and of the address sets in them: filters with equal rules share a firewall. */
  readonly #dfws = new Map<string, DraftDfw>();
  readonly #used = new Set<HostRuleset>();
  readonly #sets = new Map<string, HostAddrset[]>();
  readonly #unknown = new Set<string>();
  readonly #numbers = new Map<string, number>();
  readonly #texts = new Map<HostRuleset, string>();

  constructor(dump: HostDump, report: Report) {
    this.#dump = dump;
    this.#report = report;
    for (const set of dump.addrsets) {
      const list = this.#sets.get(set.name);
      if (list === undefined) this.#sets.set(set.name, [set]);
      else list.push(set);
    }
  }

  /** Groups of the sets that rules name, and of those that no rule does. */
  get groups(): DraftGroup[] {
    for (const set of this.#dump.addrsets) this.#group(set);
    return [...this.#groups.values()];
  }
  get services(): DraftService[] {
    return [...this.#services.values()];
  }
  unused(): HostRuleset[] {
    const seen = new Set<string>();
    return this.#dump.rulesets.filter((set) => {
      if (this.#used.has(set) || seen.has(set.scope)) return false;
      seen.add(set.scope);
      return true;
    });
  }

  // ---- firewalls ------------------------------------------------------------------------------------------------------

  #of(scope: string): HostRuleset[] {
    return this.#dump.rulesets.filter((set) => set.scope === scope);
  }

  /** The firewall of a filter, or of an input that names none. Without rules of it: those of the only input there is. */
  dfwOf(scope: string | undefined): DraftDfw {
    let sets = scope === undefined ? [] : this.#of(scope);
    if (sets.length === 0) {
      const loose = new Set(this.#dump.rulesets.filter(({ filter }) => filter === undefined).map((set) => set.scope));
      if (loose.size === 1) sets = this.#of([...loose][0] as string);
    }
    for (const set of sets) this.#used.add(set);
    return finish(this.#dfw(sets));
  }
  /** Makes the firewalls of filters in steps, before anyone asks for one. */
  *prepare(): Steps<void> {
    for (const scope of new Set(this.#dump.rulesets.map((set) => set.scope))) {
      yield;
      const agent = filterName(scope)?.agent;
      if (agent === undefined || agent === "vmware-sfw") yield* this.#dfw(this.#of(scope));
    }
  }
  *#dfw(sets: readonly HostRuleset[]): Steps<DraftDfw> {
    const parts: string[] = [];
    for (const set of sets) parts.push(yield* this.#textOf(set));
    const key = `dfw:${parts.join()}`;
    const known = this.#dfws.get(key);
    if (known !== undefined) return known;
    const sections: DraftSection[] = [];
    for (const set of [...sets.filter(({ ethernet }) => ethernet), ...sets.filter(({ ethernet }) => !ethernet)])
      sections.push(...(yield* this.#sections(set)));
    const name = sets.find(({ ethernet }) => !ethernet)?.name ?? sets[0]?.name ?? "vmware-sfw";
    const dfw: DraftDfw = {
      module: "dfw",
      key,
      names: [name, `${name}-rules`],
      comments:
        sets.length === 0 ? ["The rules of this firewall are not in the dump: vsipioctl getrules shows them."] : [],
      sections,
      default: { action: "allow" },
    };
    this.#dfws.set(key, dfw);
    return dfw;
  }
  /** A rule set with the contents of its address sets. */
  *#textOf(set: HostRuleset): Steps<string> {
    const known = this.#texts.get(set);
    if (known !== undefined) return known;
    const parts: string[] = [];
    for (const [i, line] of set.lines.entries()) {
      if (i % STRIDE === 0) yield;
      parts.push(JSON.stringify("id" in line ? [line.text, this.#content(line, set.scope)] : line.remark));
    }
    const text = `${JSON.stringify(set.name)}[${parts.join()}]`;
    this.#texts.set(set, text);
    return text;
  }
  #content(rule: HostRule, scope: string): unknown[] {
    return [...rule.from.sets, ...rule.to.sets].map((name) => {
      const set = this.#set(name, scope);
      return set === undefined ? name : this.#number(set);
    });
  }

  /** Equal contents have one number. */
  #number(set: HostAddrset): number {
    const key = contentKey(set);
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }

  /**
   * The rules of a partner's filter; without them, what the firewall at the same port punts; else none, so that
   * nothing is sent there.
   */
  redirectOf(filter: string | undefined, firewall: string | undefined, agent: string, via: string): DraftRules {
    let sets = filter === undefined ? [] : this.#of(filter);
    if (sets.length === 0 && firewall !== undefined) sets = this.#punting(firewall);
    for (const set of sets) this.#used.add(set);
    const rules = sets.filter(({ ethernet }) => !ethernet).flatMap((set) => this.#redirects(set, "skip"));
    return {
      module: "redirect",
      key: `redirect:${agent}:${JSON.stringify(rules)}`,
      names: [`to-${agent}`],
      comments: rules.length === 0 ? [`What goes to ${agent} is not in the dump.`] : [],
      via,
      rules,
      default: { action: "skip" },
    };
  }

  /** What a firewall's own rule set punts: undefined when nothing. */
  puntedOf(scope: string): { readonly rules: DraftRules; readonly appliance: DraftAppliance } | undefined {
    const sets = this.#punting(scope);
    if (sets.length === 0) return undefined;
    const appliance: DraftAppliance = { key: `appliance:punt:${scope}`, names: ["partner-service"] };
    const rules: DraftRules = {
      module: "redirect",
      key: `redirect:punt:${scope}`,
      names: ["to-partner-service"],
      via: appliance.key,
      rules: sets.flatMap((set) => this.#redirects(set, "skip")),
      default: { action: "skip" },
    };
    return { rules, appliance };
  }
  #punting(scope: string): HostRuleset[] {
    return this.#of(scope).filter(
      ({ ethernet, lines }) => !ethernet && lines.some((line) => "id" in line && line.action === "redirect"),
    );
  }
  /** The rules up to the last that punts: what an earlier rule takes is not sent, whatever that rule does with it. */
  #redirects(set: HostRuleset, other: string): DraftLine[] {
    const lines = joinLines(set.lines).filter((line) => !("remark" in line)) as Whole[];
    const last = lines.findLastIndex(({ first }) => first.action === "redirect");
    return lines.slice(0, last + 1).map((line) => {
      const rule = this.#rule(line, set.scope, false);
      return line.first.action === "redirect"
        ? { ...rule, action: "redirect", comments: [] }
        : { ...rule, action: other, comments: [], log: undefined };
    });
  }

  *#sections(set: HostRuleset): Steps<DraftSection[]> {
    const sections: {
      name: string;
      strict: boolean;
      stateless: boolean;
      fixed: boolean;
      rules: DraftLine[];
      category?: DraftSection["category"];
    }[] = [];
    let category: DraftSection["category"];
    let fresh = true;
    const jumps = set.lines.some((line) => "id" in line && line.action === "jump-to-application");
    for (const [i, line] of joinLines(set.lines).entries()) {
      if (i % STRIDE === 0) yield;
      if ("remark" in line) {
        // NSX-T prints where the rules of the categories before Application, and of Application, begin.
        if (/^PRE_FILTER rules/i.test(line.remark)) category = jumps ? "environment" : undefined;
        else if (/^FILTER/i.test(line.remark) && /rules$/i.test(line.remark)) category = undefined;
        else {
          if (!/^Filter rules$/i.test(line.remark)) sections.at(-1)?.rules.push({ remark: [line.remark] });
          continue;
        }
        fresh = true;
        continue;
      }
      const stateless = line.lines.some((part) => part.stateless);
      const strict = line.lines.some((part) => part.strict);
      // Being strict says nothing about a rule without TCP: it may stand in either kind of section.
      const neutral = !stateless && !line.lines.some((part) => part.tcp);
      let section = sections.at(-1);
      const fits =
        section !== undefined &&
        !fresh &&
        (neutral
          ? !section.stateless
          : !section.fixed
            ? !stateless && !section.stateless
            : section.strict === strict && section.stateless === stateless);
      if (!fits || section === undefined) {
        section = { name: set.name, strict, stateless, fixed: !neutral, rules: [], ...(category && { category }) };
        sections.push(section);
      } else if (!neutral && !section.fixed) {
        section.fixed = true;
        section.strict = strict;
      }
      fresh = false;
      section.rules.push(this.#rule(line, set.scope, set.ethernet, category === "environment"));
    }
    return sections.map(({ name, strict, stateless, rules, category: of }, i) => ({
      name: i === 0 ? name : `${name} (${i + 1})`,
      rules,
      ...(set.ethernet && { ethernet: true }),
      ...(of && { category: of }),
      ...(stateless && !set.ethernet && { stateless: true }),
      ...(strict && !stateless && !set.ethernet && { tcpStrict: true }),
    }));
  }

  #rule({ first, entries, family, lines }: Whole, scope: string, ethernet: boolean, mayJump = false): DraftRule {
    const lost = new Set(lines.flatMap((line) => line.lost));
    if (first.action === "jump-to-application" && !mayJump)
      lost.add("a jump where no comment says that the rules are of an earlier category");
    const comments: string[] = [];
    for (const side of [first.from, first.to])
      for (const name of side.sets) {
        const set = this.#set(name, scope);
        if (set === undefined) lost.add(`address set ${name} is not in the dump`);
        else for (const member of set.lost) lost.add(`address set ${name} has the member ${member}`);
      }
    const { id, at } = first;
    if (lost.size > 0) {
      for (const what of lost) {
        this.#report.inexpressible(at, `rule ${id}: ${what}; the rule is kept, disabled`);
        comments.push(`not expressible: ${what}`);
      }
      for (const { text } of lines) comments.push(text);
    }
    const from = this.#side(first.from, scope);
    const to = this.#side(first.to, scope);
    const action =
      first.action === "redirect" || (first.action === "jump-to-application" && !mayJump) ? "allow" : first.action;
    if (first.action === "redirect") comments.push("punt: also sent to the partner service");
    if (ethernet && action === "reject") {
      this.#report.inexpressible(at, `rule ${id}: an ethernet rule cannot reject; it drops`);
      comments.push("reject");
    }
    if (first.tag !== undefined && first.tag.length > 32) comments.push(`tag '${first.tag}'`);
    for (const { alg } of lines)
      if (alg !== undefined) {
        const key = `alg:${alg.name}:${alg.entry}`;
        const names = [`${alg.name}-alg`, `${alg.name}-${alg.entry.replace(/[^\w]+/g, "-").replace(/-$/, "")}`];
        if (!this.#services.has(key))
          this.#services.set(key, { key, names, entries: [{ text: alg.entry }], alg: alg.name });
      }
    return {
      id,
      at,
      action: ethernet && action === "reject" ? "drop" : action,
      comments,
      ...(first.tag !== undefined && first.tag.length <= 32 && !first.log && { title: first.tag }),
      ...(from && { from }),
      ...(to && { to }),
      ...(entries && { services: entries }),
      ...(first.direction && { direction: first.direction }),
      ...(family && !ethernet && { family }),
      ...(first.log && { log: first.tag !== undefined && first.tag.length <= 32 ? first.tag : true }),
      ...(lost.size > 0 && { disabled: true }),
    };
  }

  #side(side: HostSide, scope: string): DraftEndpoints | undefined {
    if (side.any) return undefined;
    const items: DraftEndpoint[] = [
      ...side.sets.map(
        (name): DraftEndpoint => ({ kind: "ref", key: this.#group(this.#set(name, scope) ?? this.#missing(name)) }),
      ),
      ...side.addresses.map((text): DraftEndpoint => ({ kind: "literal", text })),
    ];
    return side.negated ? { items: [ANY], except: items } : listed(items);
  }

  // ---- address sets ---------------------------------------------------------------------------------------------------

  /** The set of a name as the filter has it; else as the others do, where they agree. */
  #set(name: string, scope: string): HostAddrset | undefined {
    const all = this.#sets.get(name);
    if (all === undefined) return undefined;
    const own = all.find((set) => set.scope === scope) ?? (all.length === 1 ? all[0] : undefined);
    if (own !== undefined) return own;
    const keys = new Set(all.map(contentKey));
    if (keys.size === 1) return all[0];
    if (!this.#unknown.has(name)) {
      this.#unknown.add(name);
      this.#report.wrong(
        (all[1] as HostAddrset).at,
        `address set ${name} has other members elsewhere, and no dump says which are meant by ${scope}`,
      );
    }
    return undefined;
  }
  #missing(name: string): HostAddrset {
    return {
      name,
      scope: "",
      addresses: [],
      macs: [],
      lost: [`the members of ${name} are not in the dump`],
      at: { file: "", line: 0 },
    };
  }
  #group(set: HostAddrset): string {
    const key = `set:${set.name}:${contentKey(set)}`;
    if (!this.#groups.has(key)) {
      const members = [...set.addresses, ...set.macs].map((text): DraftEndpoint => ({ kind: "literal", text }));
      this.#groups.set(key, {
        key,
        names: [set.name],
        endpoints: listed(members),
        comments: [
          ...set.lost.map((what) => `not expressible: ${what}`),
          ...(members.length === 0 && set.lost.length === 0 ? [`empty in ${set.at.file}:${set.at.line}`] : []),
        ],
      });
    }
    return key;
  }
}

const keys = new WeakMap<HostAddrset, string>();
function contentKey(set: HostAddrset): string {
  let key = keys.get(set);
  if (key === undefined) {
    key = `${set.addresses.join()}|${set.macs.join()}|${set.lost.join()}`;
    keys.set(set, key);
  }
  return key;
}

const alike = (a: HostRule, b: HostRule): boolean =>
  a.id === b.id &&
  a.action === b.action &&
  a.direction === b.direction &&
  a.log === b.log &&
  a.tag === b.tag &&
  a.stateless === b.stateless &&
  sameSide(a.from, b.from) &&
  sameSide(a.to, b.to) &&
  a.lost.join() === b.lost.join();
const sameSide = (a: HostSide, b: HostSide): boolean =>
  a.any === b.any &&
  a.negated === b.negated &&
  a.sets.join() === b.sets.join() &&
  a.addresses.join() === b.addresses.join();

/** Lines that follow one another, have one id and differ in their service alone are one rule. */
function joinLines(lines: readonly (HostRule | HostRemark)[]): (Whole | HostRemark)[] {
  const out: (Whole | HostRemark)[] = [];
  for (const line of lines) {
    const last = out.at(-1);
    if ("remark" in line) out.push(line);
    else if (last === undefined || "remark" in last || !joins(last, line))
      out.push({ first: line, entries: line.entry && [line.entry], family: line.family, lines: [line] });
    else {
      last.lines.push(line);
      if (line.entry === undefined) last.entries = undefined;
      else if (last.entries !== undefined && !last.entries.some((entry) => sameEntry(entry, line.entry as DraftEntry)))
        last.entries.push(line.entry);
    }
  }
  return out;
}
/** Strict is said on lines of TCP only. */
const joins = ({ first, family, lines }: Whole, line: HostRule): boolean =>
  family === line.family &&
  alike(first, line) &&
  (!line.tcp || lines.every(({ tcp, strict }) => !tcp || strict === line.strict));
const sameEntry = (a: DraftEntry, b: DraftEntry): boolean =>
  "text" in a ? "text" in b && a.text === b.text : "key" in b && a.key === b.key;
