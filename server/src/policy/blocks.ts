/** The blocks that slots name, and appliances. */
import type {
  BlockDeclaration,
  InspectStatement,
  RedirectStatement,
  SectionStatement,
  Statement,
  Word,
} from "../syntax/tree.ts";
import { ipOf, macOf, vnicId } from "./endpoints.ts";
import { LIMITS, within } from "./limits.ts";
import type {
  Acl,
  Appliance,
  Binding,
  Category,
  Dfw,
  Encryption,
  Key,
  Limit,
  Redirect,
  Rule,
  Section,
  Source,
  Swsec,
  Vnic,
} from "./policy.ts";
import { compileDefault, compileRules, type Resolvers } from "./rules.ts";
import { compileTimeouts } from "./timeouts.ts";

/** In the order in which a firewall tries them. */
export const CATEGORIES: readonly Category[] = ["emergency", "infrastructure", "environment", "application"];

/** What is made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export function compileAcl(name: string, source: Source<BlockDeclaration>, resolvers: Resolvers): Acl {
  const { uri, statement } = source;
  const rules = once(() => compileRules(statement.children, { uri }, resolvers));
  return {
    module: "acl",
    name,
    source,
    get rules() {
      return rules();
    },
    default: compileDefault(statement.children, uri),
  };
}

// ---- dfw --------------------------------------------------------------------------------------------------------

export function compileDfw(name: string, source: Source<BlockDeclaration>, resolvers: Resolvers): Dfw {
  const { uri, statement } = source;
  const exclude = new Set<Vnic>();
  let excludeSource: Source | undefined;
  const written: Source<SectionStatement>[] = [];
  for (const child of statement.children) {
    if (child.kind === "section") written.push({ uri, statement: child });
    else if (child.kind === "exclude" && child.endpoints !== undefined) {
      for (const vnic of resolvers.endpoints.pick(child.endpoints)) exclude.add(vnic);
      excludeSource ??= { uri, statement: child };
    }
  }
  const rules = once(() => inOrder(written.map((section) => compileSection(section, resolvers))));
  const dfw: Dfw = {
    module: "dfw",
    name,
    source,
    default: compileDefault(statement.children, uri),
    exclude,
    excludeSource,
    get sections() {
      return rules().sections;
    },
    get ethernetRules() {
      return rules().ethernetRules;
    },
    get ipRules() {
      return rules().ipRules;
    },
    get firstApplicationRule() {
      return rules().firstApplicationRule;
    },
    timeouts: compileTimeouts(statement),
  };
  steps.set(dfw, function* (): Generator<undefined, void> {
    for (const section of written) yield* sectionSteps(section, resolvers);
    rules();
  });
  return dfw;
}

const steps = new WeakMap<Dfw, () => Generator<undefined, void>>();
/** Makes the rules of a firewall, some a step. */
export function* ruleSteps(dfw: Dfw): Generator<undefined, void> {
  yield* steps.get(dfw)?.() ?? [];
}

/** A firewall's sections, and their rules in the order in which they are tried. */
function inOrder(
  sections: readonly Section[],
): Pick<Dfw, "sections" | "ethernetRules" | "ipRules" | "firstApplicationRule"> {
  const ip = sections.filter((section) => !section.ethernet);
  const before = ip.filter(({ category }) => category !== "application");
  before.sort((a, b) => CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category));
  const application = ip.filter(({ category }) => category === "application");
  return {
    sections,
    ethernetRules: rulesOf(sections.filter((section) => section.ethernet)),
    ipRules: rulesOf([...before, ...application]),
    firstApplicationRule: before.reduce((count, { rules }) => count + rules.length, 0),
  };
}

/** In one piece: after each key this is a list of all rules, and one that grew would be garbage of several times that. */
function rulesOf(sections: readonly Section[]): readonly Rule[] {
  const rules: Rule[] = [];
  const lists = sections.map((section) => section.rules);
  return lists.length <= MOST_ARGUMENTS ? rules.concat(...lists) : lists.flat();
}
/** More would overflow the stack. */
const MOST_ARGUMENTS = 10_000;

/** A section that was made, as long as nothing in it changes and names mean what they meant. */
const sections = new WeakMap<
  SectionStatement,
  { readonly changed: number; readonly resolvers: Resolvers; readonly uri: string; readonly section: Section }
>();

function compileSection(source: Source<SectionStatement>, resolvers: Resolvers): Section {
  const making = sectionSteps(source, resolvers);
  for (;;) {
    const step = making.next();
    if (step.done) return step.value;
  }
}

/** As many rules take a millisecond or two. */
const RULES_A_STEP = 1000;

function* sectionSteps(source: Source<SectionStatement>, resolvers: Resolvers): Generator<undefined, Section> {
  const { uri, statement } = source;
  const { changed } = statement;
  const known = sections.get(statement);
  if (known?.changed === changed && known.resolvers === resolvers && known.uri === uri) return known.section;
  const rules: Rule[] = [];
  const section: Section = {
    name: statement.name?.text ?? "",
    source,
    ethernet: statement.ethernet,
    category: CATEGORIES.find((category) => category === statement.category?.text) ?? "application",
    stateless: statement.stateless,
    tcpStrict: statement.tcpStrict,
    rules,
  };
  const appliedTo = statement.appliedTo && resolvers.endpoints.pick(statement.appliedTo);
  const context = { uri, section, appliedTo, layer: statement.ethernet ? "ethernet" : "ip" } as const;
  for (let from = 0; from < statement.children.length; from += RULES_A_STEP) {
    for (const rule of compileRules(statement.children.slice(from, from + RULES_A_STEP), context, resolvers))
      rules.push(rule);
    yield;
  }
  sections.set(statement, { changed, resolvers, uri, section });
  return section;
}

// ---- swsec ------------------------------------------------------------------------------------------------------

const BLOCKABLE = ["dhcp-server", "dhcp-client", "bpdu", "router-advertisement", "non-ip"] as const;
const METHODS = ["dhcp", "arp", "nd", "tools"] as const;
const MODES = ["off", "tofu", "manual"] as const;
const oneOf = <T extends string>(words: readonly T[], text: string | undefined): T | undefined =>
  words.find((word) => word === text);

export function compileSwsec(name: string, source: Source<BlockDeclaration>, vnics: ReadonlyMap<string, Vnic>): Swsec {
  const { uri, statement } = source;
  let spoofguard: Swsec["spoofguard"] | undefined;
  let allowLocal: boolean | undefined;
  let arpSuppression: Swsec["arpSuppression"] | undefined;
  let discoverSource: Source | undefined;
  const methods = new Set<(typeof METHODS)[number]>();
  const bindings: Binding[] = [];
  const blocks = new Map<(typeof BLOCKABLE)[number], Source>();
  const limits: Limit[] = [];
  for (const child of statement.children) {
    const at = { uri, statement: child };
    switch (child.kind) {
      case "spoofguard": {
        const mode = oneOf(MODES, child.value?.text);
        if (mode !== undefined) spoofguard ??= { mode, source: at };
        break;
      }
      case "allow-local":
        allowLocal ??= child.value?.text === "on";
        break;
      case "arp-suppression":
        arpSuppression ??= { on: child.value?.text === "on", source: at };
        break;
      case "discover":
        for (const method of known(METHODS, child.values)) methods.add(method);
        discoverSource ??= at;
        break;
      case "block":
        for (const word of known(BLOCKABLE, child.values)) if (!blocks.has(word)) blocks.set(word, at);
        break;
      case "bind":
      case "limit": {
        const made = child.kind === "bind" ? compileBind(child, uri, vnics) : compileLimit(child, uri);
        if (made === undefined) break;
        if ("vnic" in made) bindings.push(made);
        else limits.push(made);
        break;
      }
    }
  }
  return {
    module: "swsec",
    name,
    source,
    spoofguard: spoofguard ?? { mode: "off" },
    allowLocal: allowLocal ?? false,
    bindings,
    discover: { methods, source: discoverSource },
    arpSuppression: arpSuppression ?? { on: false },
    blocks,
    limits,
  };
}

const known = <T extends string>(words: readonly T[], written: readonly Word[]): T[] =>
  written.flatMap((word) => oneOf(words, word.text) ?? []);

function compileBind(
  statement: Statement & { kind: "bind" },
  uri: string,
  vnics: ReadonlyMap<string, Vnic>,
): Binding | undefined {
  const vnic = statement.vnic && vnics.get(vnicId(statement.vnic.vm, statement.vnic.vnic));
  if (vnic === undefined || statement.broken) return undefined;
  const ips = statement.ips.map(ipOf).filter((ip) => ip !== undefined);
  return { source: { uri, statement }, vnic, mac: macOf(statement.mac), ips };
}

function compileLimit(statement: Statement & { kind: "limit" }, uri: string): Limit | undefined {
  const what = oneOf(["broadcast", "multicast"], statement.what?.text);
  const direction = oneOf(["in", "out"], statement.direction?.text);
  const rate = statement.rate?.value;
  if (what === undefined || direction === undefined || rate === undefined || !within(LIMITS.rate, rate))
    return undefined;
  return { source: { uri, statement }, what, direction, rate };
}

// ---- services ---------------------------------------------------------------------------------------------------

export function compileAppliance(name: string, source: Source<BlockDeclaration>, resolvers: Resolvers): Appliance {
  const { uri, statement } = source;
  let vendor: string | undefined;
  let fail: "open" | "closed" | undefined;
  let inspect: InspectStatement | undefined;
  for (const child of statement.children) {
    if (child.kind === "vendor") vendor ??= child.value?.text;
    else if (child.kind === "fail") fail ??= child.value?.text === "open" ? "open" : "closed";
    else if (child.kind === "inspect") inspect ??= child;
  }
  return { name, source, vendor, fail: fail ?? "closed", inspect: inspect && compileInspect(inspect, uri, resolvers) };
}

function compileInspect(statement: InspectStatement, uri: string, resolvers: Resolvers): Appliance["inspect"] {
  const rules = once(() => compileRules(statement.children, { uri }, resolvers));
  return {
    source: { uri, statement },
    get rules() {
      return rules();
    },
    default: compileDefault(statement.children, uri),
  };
}

export function compileRedirect(
  name: string,
  source: Source<RedirectStatement>,
  appliances: ReadonlyMap<string, Appliance>,
  resolvers: Resolvers,
): Redirect {
  const { uri, statement } = source;
  const rules = once(() => compileRules(statement.children, { uri }, resolvers));
  return {
    module: "redirect",
    name,
    source,
    via: statement.via && appliances.get(statement.via.text),
    get rules() {
      return rules();
    },
    default: compileDefault(statement.children, uri),
  };
}

export function compileEncryption(name: string, source: Source<BlockDeclaration>, resolvers: Resolvers): Encryption {
  const { uri, statement } = source;
  const keys = new Map<string, Key>();
  for (const child of statement.children) {
    if (child.kind !== "key" || child.name === undefined || child.id === undefined) continue;
    if (keys.has(child.name.text) || !within(LIMITS.keyId, child.id.value)) continue;
    const at = { uri, statement: child };
    keys.set(child.name.text, {
      name: child.name.text,
      source: at,
      id: child.id.value,
      algorithm: child.algorithm?.text,
    });
  }
  const rules = once(() => compileRules(statement.children, { uri, keys }, resolvers));
  return {
    module: "encryption",
    name,
    source,
    keys,
    get rules() {
      return rules();
    },
    default: compileDefault(statement.children, uri, keys),
  };
}
