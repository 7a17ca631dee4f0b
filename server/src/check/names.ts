/** Findings about names: unknown, of the wrong kind, declared twice, not used, in a circle; and imports. */
import { BUILTIN_SERVICES } from "../policy/builtins.ts";
import { platformId } from "../policy/compile.ts";
import { declarationsOf } from "../policy/declarations.ts";
import { groupComponents, usedGroups } from "../policy/endpoints.ts";
import {
  type Declared,
  declaredIn,
  hostsOf,
  type Kind,
  type NameKey,
  type Reference,
  referencesIn,
  type Space,
} from "../policy/names.ts";
import { PLATFORMS } from "../policy/platforms.ts";
import type { Policy, Source } from "../policy/policy.ts";
import { type Program, unreadText } from "../policy/program.ts";
import type { Located, ProgramDeclarations, ProgramNames } from "../policy/programNames.ts";
import { serviceComponents, usedServices } from "../policy/services.ts";
import type { SourceDocument } from "../syntax/document.ts";
import { nearest } from "../syntax/near.ts";
import type { BlockStatement, KeyStatement, Name, SendStep, ServiceStatement, Statement } from "../syntax/tree.ts";
import { type Finding, finding, nameSpan, related } from "./finding.ts";
import type { Nearby } from "./nearby.ts";

const KIND: Readonly<Record<Kind, string>> = {
  group: "a group",
  vm: "a virtual machine",
  segment: "a segment",
  service: "a service",
  acl: "an acl",
  swsec: "a swsec block",
  dfw: "a dfw",
  redirect: "a redirect",
  encryption: "an encryption block",
  appliance: "an appliance",
  chain: "a chain",
  key: "a key",
  vnic: "a vNIC",
  tag: "a tag",
};

/** Without articles. */
const bare = (kinds: string): string => kinds.replace(/\ban? /g, "");

/** What a check of one place may ask of the program around it, as it is now. */
export interface Scope {
  readonly program: Program;
  readonly names: ProgramDeclarations;
  readonly policy: Policy;
  readonly nearby: Nearby;
}
/** The same where it is known who refers to a name. */
export interface UseScope extends Scope {
  readonly names: ProgramNames;
}

/** The names that a statement itself (not its children) uses, and a name that hides a built-in. */
export function checkUses(at: Source, scope: Scope, findings: Finding[]): void {
  const { uri, statement } = at;
  if (!statement.broken)
    for (const reference of referencesIn(statement)) {
      const wrong = checkReference(reference, uri, scope);
      if (wrong !== undefined) findings.push(wrong);
    }
  if (statement.kind === "send" && !statement.broken) findings.push(...checkHosts(statement, uri, scope.policy));
  if (statement.kind === "platform") findings.push(...checkPlatform({ uri, statement }));
  if (statement.kind === "service") findings.push(...hiddenBuiltin({ uri, statement }));
}

// ---- references -------------------------------------------------------------------------------------------------

function checkReference(reference: Reference, uri: string, { names, policy, nearby }: Scope): Finding | undefined {
  const { space, name, wants, statement, owner } = reference;
  if (space === "tag") return undefined;
  // A vNIC or a key of something that is itself wrong is told once, at that name.
  if (
    owner !== undefined &&
    names.first(space === "vnic" ? "endpoint" : "block", owner.text)?.entry.kind !== ownerKind(space)
  )
    return undefined;
  const at = { uri, statement };
  const found = names.resolve(reference);
  if (found !== undefined && wants.includes(found.entry.kind)) return undefined;
  if (found === undefined && space === "service" && policy.services.has(name.text)) return undefined;
  const wanted = kinds(wants);
  if (found !== undefined) {
    const message = `"${name.text}" is ${KIND[found.entry.kind]}; ${wanted} is wanted here.`;
    const there = related({ uri: found.uri, statement: found.entry.statement }, "Declared here.");
    return finding("wrong-kind", at, name, message, { related: [there] });
  }
  const other = elsewhere(reference, names);
  if (other !== undefined)
    return finding("wrong-kind", at, name, `"${name.text}" is ${other}; ${wanted} is wanted here.`);
  const meant = nearby.of(reference);
  const where = owner === undefined ? "" : ` in "${owner.text}"`;
  const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  const message = `No ${bare(wanted)} named "${name.text}" is declared${where}, so it stands for nothing.${hint}`;
  return finding("unknown-name", at, name, message, { data: { name: name.text, meant, wants } });
}

const ownerKind = (space: Space): Kind => (space === "vnic" ? "vm" : "encryption");

function kinds(wants: readonly Kind[]): string {
  const words = wants.map((kind) => KIND[kind]);
  if (words.length > 3) return "an appliance or block";
  if (words.length === 1) return words[0] as string;
  return `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}

/** What else has the name: a service where a group is wanted, and the like. */
function elsewhere({ space, name }: Reference, names: ProgramDeclarations): string | undefined {
  if (space === "vnic" || space === "key") return undefined;
  for (const other of ["endpoint", "service", "block"] as const) {
    const found = other === space ? undefined : names.first(other, name.text);
    if (found !== undefined) return KIND[found.entry.kind];
  }
  return space !== "service" && BUILTIN_SERVICES.has(name.text) ? "a built-in service" : undefined;
}

/** A vm may stand for its vNIC when it has one. */
function checkHosts(statement: SendStep, uri: string, policy: Policy): Finding[] {
  const findings: Finding[] = [];
  for (const host of statement.packet === undefined ? [] : hostsOf(statement.packet)) {
    const vm = host.kind === "name" ? policy.vms.get(host.name.text) : undefined;
    if (vm === undefined || vm.vnics.length === 1) continue;
    const which = vm.vnics.map((vnic) => vnic.id).join(" or ");
    const message =
      vm.vnics.length === 0
        ? `"${vm.name}" has no vNIC, so no packet can be its.`
        : `"${vm.name}" has ${vm.vnics.length} vNICs: say which one, ${which}.`;
    findings.push(finding("wrong-kind", { uri, statement }, host, message));
  }
  return findings;
}

function checkPlatform({ uri, statement }: Source<Statement & { kind: "platform" }>): Finding[] {
  const id = platformId(statement);
  if (id === undefined || statement.broken || PLATFORMS.some((platform) => platform.id === id)) return [];
  const { name, version } = statement;
  const known = PLATFORMS.map((platform) => platform.id);
  const meant = nearest(id, known);
  const span = { start: (name ?? statement).start, end: (version ?? name ?? statement).end };
  const message = `There is no platform "${id}", so the slots are those of ${known[0]}: the platforms are ${known.join(", ")}.`;
  return [
    finding("unknown-name", { uri, statement }, span, message, { data: { name: id, meant, wants: ["platform"] } }),
  ];
}

// ---- declarations -----------------------------------------------------------------------------------------------

/** What is declared more than once under one name; vNICs and keys are for `checkLocalNames`. */
export function checkDuplicates({ space, key }: NameKey, names: ProgramDeclarations): Finding[] {
  if (space === "vnic" || space === "key") return [];
  const [first, ...others] = names.declarations(space, key);
  return first === undefined ? [] : others.map((other) => declaredBefore(sourceOf(first), other));
}

/** The same among the vNICs of a VM, or the keys of an encryption block. */
export function checkLocalNames({ uri, statement }: Source<BlockStatement>): Finding[] {
  if (statement.kind !== "vm" && statement.kind !== "encryption") return [];
  const findings: Finding[] = [];
  const seen = new Map<string, Located<Declared>>();
  for (const child of statement.children) {
    const entry = declaredIn(child);
    if (entry === undefined) continue;
    const first = seen.get(entry.name.text);
    if (first === undefined) seen.set(entry.name.text, { uri, entry });
    else findings.push(declaredBefore(sourceOf(first), { uri, entry }));
  }
  return findings;
}

const sourceOf = ({ uri, entry }: Located<Declared>): Source => ({ uri, statement: entry.statement });

function declaredBefore(first: Source, again: Located<Declared>): Finding {
  const { name, kind } = again.entry;
  const message = `"${name.text}" is declared before; the first declaration counts, and this ${bare(KIND[kind])} is not used.`;
  const there = [related(first, "The declaration that counts.")];
  return finding("duplicate-name", sourceOf(again), name, message, { related: there });
}

/** Redirects have a finding of their own; chains and virtual machines are there for their own sake. */
const MAY_BE_UNUSED: ReadonlySet<Kind> = new Set([
  "group",
  "segment",
  "service",
  "acl",
  "swsec",
  "dfw",
  "encryption",
  "appliance",
]);
/** A file of these alone is a library: who imports it uses them. */
const VOCABULARY: ReadonlySet<Statement["kind"]> = new Set([
  "policy",
  "platform",
  "import",
  "segment",
  "vm",
  "group",
  "service",
]);

/** Whether a file only declares what others may use. */
export const isLibrary = ({ tree }: SourceDocument): boolean =>
  tree.statements.every((statement) => VOCABULARY.has(statement.kind));

/** A declaration of the root, the one that holds, which nothing uses: `set` and `rotate` only try out what there is. */
export function checkUse({ space, key }: NameKey, { program, names }: UseScope): Finding[] {
  const first = names.first(space, key);
  if (first === undefined || first.uri !== program.root.uri || !MAY_BE_UNUSED.has(first.entry.kind)) return [];
  for (const { statement } of names.users(space, key))
    if (statement.kind !== "set" && statement.kind !== "rotate") return [];
  const { kind, name } = first.entry;
  const why =
    kind === "acl" || kind === "swsec" || kind === "dfw" || kind === "encryption" ? "No slot names" : "Nothing uses";
  const message = `${why} the ${bare(KIND[kind])} "${name.text}".`;
  return [finding("unused-declaration", sourceOf(first), name, message, { data: { name: name.text, kind } })];
}

/**
 * Keys of the root that no rule names. A block that only opens what others seal has the key without a rule: keys are
 * the same where their ids are.
 */
export function checkKeyUse({ program, names }: UseScope): Finding[] {
  const keys: { readonly at: Source<KeyStatement>; readonly block: BlockStatement & { readonly name?: Name } }[] = [];
  const blocksOfId = new Map<number, Set<string>>();
  for (const { uri, tree } of program.documents)
    for (const block of tree.statements) {
      if (block.kind !== "encryption") continue;
      for (const statement of block.children) {
        if (statement.kind !== "key" || statement.name === undefined) continue;
        keys.push({ at: { uri, statement }, block });
        if (statement.id === undefined) continue;
        const blocks = blocksOfId.get(statement.id.value) ?? new Set();
        blocksOfId.set(statement.id.value, blocks.add(block.name?.text ?? ""));
      }
    }
  const findings: Finding[] = [];
  for (const { at, block } of keys) {
    const { name, id } = at.statement;
    if (at.uri !== program.root.uri || name === undefined || block.children.some(({ broken }) => broken)) continue;
    const key = `${block.name?.text ?? ""}\0${name.text}`;
    if (names.first("key", key)?.entry.statement !== at.statement) continue;
    if ([...names.users("key", key)].some(({ statement }) => statement.kind !== "rotate")) continue;
    if (id !== undefined && (blocksOfId.get(id.value)?.size ?? 0) > 1) continue;
    const message = `Nothing uses the key "${name.text}".`;
    findings.push(finding("unused-declaration", at, name, message, { data: { name: name.text, kind: "key" } }));
  }
  return findings;
}

export function checkImports(program: Program): Finding[] {
  return program.missingImports.map(({ source, uri, why }) => {
    const { path } = source.statement;
    const code = why === "outside" ? "import-outside" : "import-not-found";
    if (path?.text === "") {
      const message = "An import names the policy that it brings in, and here nothing is named.";
      return finding("import-not-found", source, path, message, { data: { uri } });
    }
    const message = `"${path?.text}" ${unreadText(why)}, so nothing that it declares is known here.`;
    return finding(code, source, path ?? source.statement, message, { data: { uri } });
  });
}

// ---- circles ----------------------------------------------------------------------------------------------------

export function checkCycles(program: Program): Finding[] {
  const declared = declarationsOf(program);
  return [
    ...circles("group", declared.groups, groupComponents(declared.groups), (name) => usedGroups(declared.groups, name)),
    ...circles("service", declared.services, serviceComponents(declared.services), (name) =>
      usedServices(declared.services, name),
    ),
  ];
}

function circles(
  kind: "group" | "service",
  sources: ReadonlyMap<string, Source>,
  components: readonly string[][],
  uses: (name: string) => readonly string[],
): Finding[] {
  const order = new Map([...sources.keys()].map((name, index) => [name, index]));
  const findings: Finding[] = [];
  for (const component of components) {
    const sorted = component.sort((a, b) => (order.get(a) as number) - (order.get(b) as number));
    const first = sorted[0] as string;
    if (sorted.length === 1 && !uses(first).includes(first)) continue;
    const way = shortestCircle(first, new Set(sorted), uses);
    const at = sources.get(first) as Source;
    const others = way
      .slice(1, -1)
      .map((name) => related(sources.get(name) as Source, `"${name}" is part of the circle.`));
    const message = `The ${kind} "${first}" contains itself (${way.join(" → ")}), so what it holds by that way is left out.`;
    const code = kind === "group" ? "group-cycle" : "service-cycle";
    findings.push(finding(code, at, nameSpan(at.statement), message, { related: others }));
  }
  return findings;
}

/** From a name back to itself, within names that all lead to one another. */
function shortestCircle(
  start: string,
  inside: ReadonlySet<string>,
  uses: (name: string) => readonly string[],
): string[] {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue)
    for (const next of uses(name)) {
      if (next === start) {
        const way = [start];
        for (let at = name; at !== start; at = cameFrom.get(at) as string) way.unshift(at);
        return [start, ...way];
      }
      if (!inside.has(next) || cameFrom.has(next)) continue;
      cameFrom.set(next, name);
      queue.push(next);
    }
  return [start, start];
}

function hiddenBuiltin(at: Source<ServiceStatement>): Finding[] {
  const { name } = at.statement;
  const builtin = name && BUILTIN_SERVICES.get(name.text);
  if (name === undefined || builtin === undefined) return [];
  const message = `"${builtin.name}" hides the built-in service of that name; every use in this policy means this one.`;
  return [finding("hides-builtin", at, name, message)];
}
