/**
 * From the trees of a program to the policy they mean. Names are resolved as `declarations.ts` says, the first
 * declaration of a name holds, and what is broken is left out: this never fails.
 *
 * A policy is made part by part. Each part names what it is made of, and is taken over from the policy before an edit
 * where all of that is what it was; the rules of a block are made when someone asks for them.
 */
import { finish, type Steps } from "../syntax/steps.ts";
import type { PlatformStatement, Statement } from "../syntax/tree.ts";
import {
  compileAcl,
  compileAppliance,
  compileDfw,
  compileEncryption,
  compileRedirect,
  compileSwsec,
  ruleSteps,
} from "./blocks.ts";
import type { Bounds } from "./bounds.ts";
import { type Declarations, declarationsOf } from "./declarations.ts";
import { EndpointResolver, type Inventory } from "./endpoints.ts";
import { compileSegment, compileVm } from "./inventory.ts";
import { DEFAULT_PLATFORM, findPlatform, type Platform } from "./platforms.ts";
import type { Appliance, Block, Chain, Policy, Segment, Slot, Source, Vm, Vnic } from "./policy.ts";
import type { Program } from "./program.ts";
import type { Resolvers } from "./rules.ts";
import { ServiceResolver } from "./services.ts";
import { slotLines } from "./slots.ts";

/** `before`: the policy of the program before an edit. What the edit did not touch is the same object in both. */
export const compilePolicy = (program: Program, before?: Policy): Policy => finish(compileSteps(program, before));

/** The same part by part. An edit in between spoils it: it is to be begun anew. */
export function* compileSteps(program: Program, before?: Policy): Steps<Policy> {
  const policy = new Compiled(program, before instanceof Compiled ? before.parts : undefined);
  yield* policy.make();
  return policy;
}

/**
 * Makes all rules of a policy, a thousand or so a step, so that who asks for them later does not wait: undefined is a
 * place to breathe.
 */
export function* compileRules(policy: Policy): Generator<undefined, void> {
  for (const block of policy.blocks.values()) if (block.module === "dfw") yield* ruleSteps(block);
}

/** A value, and what it was made of. */
interface Part<T> {
  readonly of: readonly unknown[];
  readonly value: T;
}
type Parts = Map<string, Part<unknown>>;

class Compiled implements Policy {
  readonly parts: Parts = new Map();
  readonly #program: Program;
  #before: Parts | undefined;

  constructor(program: Program, before: Parts | undefined) {
    this.#program = program;
    this.#before = before;
  }

  /** All but the rules, before anyone asks: a later edit changes the tree that it is made of. */
  *make(): Steps<void> {
    void this.title;
    void this.#inventory;
    yield;
    yield* this.#endpoints.make();
    yield;
    void this.services;
    yield;
    void this.chains;
    this.#before = undefined;
  }

  /** The part of that name: made once, and taken over where what it is made `of` is what it was. */
  #part<T>(name: string, of: () => readonly unknown[], make: (before: T | undefined) => T): T {
    const made = this.parts.get(name);
    if (made !== undefined) return made.value as T;
    const old = this.#before?.get(name) as Part<T> | undefined;
    const now = of();
    const part = old !== undefined && sameInputs(old.of, now) ? old : { of: now, value: make(old?.value) };
    this.parts.set(name, part);
    return part.value;
  }

  get bounds(): Bounds {
    return this.#program.bounds;
  }
  get exceeded(): boolean {
    return this.#endpoints.exceeded || this.#services.exceeded;
  }
  get title(): string {
    const of = () => [firstOf(this.#program, "policy", (s) => s.title !== undefined)?.title];
    return this.#part("title", of, () => of()[0]?.text ?? "");
  }
  get platform(): Platform {
    const of = () => [firstOf(this.#program, "platform", (s) => s.name !== undefined)];
    return this.#part("platform", of, () => {
      const [statement] = of();
      return findPlatform((statement && platformId(statement)) ?? "") ?? DEFAULT_PLATFORM;
    });
  }
  get #declared(): Declarations {
    const { declarationOrder } = this.#program;
    return this.#part(
      "declarations",
      () => [...this.#program.documents, ...declarationOrder].flatMap((document) => [document, document.tree.changed]),
      () => declarationsOf(this.#program),
    );
  }
  get #inventory(): Inventory {
    const { segments, vms } = this.#declared;
    return this.#part(
      "inventory",
      () => [...contents(segments), ...contents(vms)],
      () => compileInventory(this.#declared),
    );
  }
  get segments() {
    return this.#inventory.segments;
  }
  get vms() {
    return this.#inventory.vms;
  }
  get vnics() {
    return this.#inventory.vnics;
  }
  get #endpoints(): EndpointResolver {
    const { groups } = this.#declared;
    return this.#part(
      "endpoints",
      () => [this.#inventory, this.bounds, statements(groups)],
      (before: EndpointResolver | undefined) => new EndpointResolver(this.#inventory, groups, this.bounds, before),
    );
  }
  get groups() {
    return this.#endpoints.groups;
  }
  get #services(): ServiceResolver {
    const { services } = this.#declared;
    return this.#part(
      "services",
      () => [this.bounds, statements(services)],
      (before: ServiceResolver | undefined) => new ServiceResolver(services, this.bounds, before),
    );
  }
  get services() {
    return this.#services.services;
  }
  get #resolvers(): Resolvers {
    const endpoints = this.#endpoints;
    const services = this.#services;
    return this.#part(
      "resolvers",
      () => [endpoints, services],
      () => ({ endpoints, services }),
    );
  }
  get appliances(): ReadonlyMap<string, Appliance> {
    return this.#each("appliances", this.#declared.appliances, [this.#resolvers], (name, source) =>
      compileAppliance(name, source, this.#resolvers),
    );
  }
  get blocks(): ReadonlyMap<string, Block> {
    const { appliances } = this;
    return this.#each("blocks", this.#declared.blocks, [this.#resolvers, appliances], (name, source) =>
      compileBlock(name, source, this.#inventory, appliances, this.#resolvers),
    );
  }
  get chains(): readonly Chain[] {
    const { chains } = this.#declared;
    return this.#part(
      "chains",
      () => [this.#declared, this.blocks, this.platform, this.#endpoints, ...contents(chains)],
      () => compileChains(this.#declared, this.vnics, this.blocks, this.platform, this.#endpoints),
    );
  }
  get scenarios() {
    return this.#declared.scenarios;
  }
  get asserts() {
    return this.#declared.asserts;
  }

  /** A part a declaration, and the part of them all: the same map as before where none has changed. */
  #each<S extends Statement & { readonly changed: number }, T>(
    name: string,
    declared: ReadonlyMap<string, Source<S>>,
    of: readonly unknown[],
    make: (name: string, source: Source<S>) => T,
  ): ReadonlyMap<string, T> {
    if (!this.parts.has(name))
      for (const [key, source] of declared)
        this.#part(
          `${name} ${key}`,
          () => [source.uri, source.statement, source.statement.changed, ...of],
          () => make(key, source),
        );
    const all = () => new Map([...declared.keys()].map((key) => [key, this.parts.get(`${name} ${key}`)?.value as T]));
    return this.#part(name, () => [...declared.keys(), ...all().values()], all);
  }
}

/** Lists are the same where what is in them is. */
const sameInputs = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a === b || (a.length === b.length && a.every((input, i) => input === b[i] || sameLists(input, b[i])));
const sameLists = (a: unknown, b: unknown): boolean => Array.isArray(a) && Array.isArray(b) && sameInputs(a, b);

/** Of declarations that are no blocks: these are others after each edit of one. There may be thousands. */
function statements(declared: ReadonlyMap<string, Source>): readonly unknown[] {
  let list = listed.get(declared);
  if (list === undefined) {
    list = [...declared.values()].flatMap(({ uri, statement }) => [uri, statement]);
    listed.set(declared, list);
  }
  return list;
}
const listed = new WeakMap<ReadonlyMap<string, Source>, readonly unknown[]>();
/** The same for blocks, with what is in them. */
const contents = (declared: ReadonlyMap<string, Source<Statement & { readonly changed: number }>>): unknown[] =>
  [...declared.values()].flatMap(({ uri, statement }) => [uri, statement, statement.changed]);

/** The first of a kind at the top of the program's files, the root's before any. */
function firstOf<K extends Statement["kind"]>(
  program: Program,
  kind: K,
  wanted: (statement: Extract<Statement, { kind: K }>) => boolean,
): Extract<Statement, { kind: K }> | undefined {
  for (const { tree } of program.documents)
    for (const statement of tree.statements)
      if (statement.kind === kind && wanted(statement as Extract<Statement, { kind: K }>))
        return statement as Extract<Statement, { kind: K }>;
  return undefined;
}

/** `nsx-v 6.3`, as `PLATFORMS` has it; undefined where the name is missing. */
export const platformId = (statement: PlatformStatement): string | undefined =>
  statement.name && [statement.name.text, statement.version?.text].filter((part) => part !== undefined).join(" ");

function compileInventory({ segments, vms }: Declarations): Inventory {
  const compiled = { segments: new Map<string, Segment>(), vms: new Map<string, Vm>(), vnics: new Map<string, Vnic>() };
  for (const [name, source] of segments) compiled.segments.set(name, compileSegment(name, source));
  for (const [name, source] of vms) {
    const vm = compileVm(name, source, compiled.vnics.size);
    compiled.vms.set(name, vm);
    for (const vnic of vm.vnics) compiled.vnics.set(vnic.id, vnic);
  }
  return compiled;
}

function compileBlock(
  name: string,
  { uri, statement }: BlockSource,
  { vnics }: Inventory,
  appliances: ReadonlyMap<string, Appliance>,
  resolvers: Resolvers,
): Block {
  switch (statement.kind) {
    case "redirect":
      return compileRedirect(name, { uri, statement }, appliances, resolvers);
    case "acl":
      return compileAcl(name, { uri, statement }, resolvers);
    case "dfw":
      return compileDfw(name, { uri, statement }, resolvers);
    case "swsec":
      return compileSwsec(name, { uri, statement }, vnics);
    default:
      return compileEncryption(name, { uri, statement }, resolvers);
  }
}
type BlockSource = Declarations["blocks"] extends ReadonlyMap<string, infer T> ? T : never;

function compileChains(
  declared: Declarations,
  all: ReadonlyMap<string, Vnic>,
  blocks: ReadonlyMap<string, Block>,
  platform: Platform,
  endpoints: EndpointResolver,
): Chain[] {
  const taken = new Set<Vnic>();
  return [...declared.chains].map(([name, source]) => {
    const { appliedTo } = source.statement;
    const claimed = appliedTo === undefined ? new Set(all.values()) : endpoints.pick(appliedTo);
    const vnics = new Set<Vnic>();
    for (const vnic of claimed) {
      if (taken.has(vnic)) continue;
      taken.add(vnic);
      vnics.add(vnic);
    }
    const slots = new Map<number, Slot>();
    for (const { statement, number, module, problem } of slotLines(source.statement, platform)) {
      if (problem !== undefined || statement.block === undefined) continue;
      const block = blocks.get(statement.block.text);
      const otherKind = block === undefined ? declared.holds(statement.block.text) : block.module !== module;
      if (otherKind) continue;
      const fail = statement.fail?.text === "open" ? "open" : "closed";
      const at: Source<typeof statement> = { uri: source.uri, statement };
      slots.set(number, { number, source: at, fail, ...(block && { block }) });
    }
    return { name, source, vnics, claimed, slots };
  });
}
