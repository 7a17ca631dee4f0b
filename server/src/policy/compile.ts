/**
 * From the trees of a program to the policy they mean. Names are resolved as `declarations.ts` says, the first
 * declaration of a name holds, and what is broken is left out: this never fails.
 */
import type { PlatformStatement, Statement } from "../syntax/tree.ts";
import {
  compileAcl,
  compileAppliance,
  compileDfw,
  compileEncryption,
  compileRedirect,
  compileSwsec,
} from "./blocks.ts";
import { type Declarations, declarationsOf } from "./declarations.ts";
import { EndpointResolver } from "./endpoints.ts";
import { compileSegment, compileVm } from "./inventory.ts";
import { DEFAULT_PLATFORM, findPlatform, type Platform } from "./platforms.ts";
import type { Appliance, Block, Chain, Policy, Segment, Slot, Source, Vm, Vnic } from "./policy.ts";
import type { Program } from "./program.ts";
import type { Resolvers } from "./rules.ts";
import { ServiceResolver } from "./services.ts";
import { slotLines } from "./slots.ts";

export function compilePolicy(program: Program): Policy {
  const declared = declarationsOf(program);
  const platform = platformOf(program);
  const segments = new Map<string, Segment>();
  const vms = new Map<string, Vm>();
  const vnics = new Map<string, Vnic>();
  for (const [name, source] of declared.segments) segments.set(name, compileSegment(name, source));
  for (const [name, source] of declared.vms) {
    const vm = compileVm(name, source, vnics.size);
    vms.set(name, vm);
    for (const vnic of vm.vnics) vnics.set(vnic.id, vnic);
  }
  const endpoints = new EndpointResolver({ segments, vms, vnics }, declared.groups);
  const services = new ServiceResolver(declared.services);
  const resolvers: Resolvers = { endpoints, services };
  const appliances = new Map<string, Appliance>();
  for (const [name, source] of declared.appliances) appliances.set(name, compileAppliance(name, source, resolvers));
  const blocks = compileBlocks(declared, vnics, appliances, resolvers);
  return {
    title: titleOf(program),
    platform,
    segments,
    vms,
    vnics,
    groups: endpoints.groups,
    services: services.services,
    blocks,
    appliances,
    chains: compileChains(declared, vnics, blocks, platform, endpoints),
    scenarios: declared.scenarios,
    asserts: declared.asserts,
  };
}

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

const titleOf = (program: Program): string =>
  firstOf(program, "policy", (s) => s.title !== undefined)?.title?.text ?? "";

/** `nsx-v 6.3`, as `PLATFORMS` has it; undefined where the name is missing. */
export const platformId = (statement: PlatformStatement): string | undefined =>
  statement.name && [statement.name.text, statement.version?.text].filter((part) => part !== undefined).join(" ");

function platformOf(program: Program): Platform {
  const statement = firstOf(program, "platform", (s) => s.name !== undefined);
  return findPlatform((statement && platformId(statement)) ?? "") ?? DEFAULT_PLATFORM;
}

function compileBlocks(
  declared: Declarations,
  vnics: ReadonlyMap<string, Vnic>,
  appliances: ReadonlyMap<string, Appliance>,
  resolvers: Resolvers,
): ReadonlyMap<string, Block> {
  const blocks = new Map<string, Block>();
  for (const [name, { uri, statement }] of declared.blocks) {
    if (statement.kind === "redirect")
      blocks.set(name, compileRedirect(name, { uri, statement }, appliances, resolvers));
    else if (statement.kind === "acl") blocks.set(name, compileAcl(name, { uri, statement }, resolvers));
    else if (statement.kind === "dfw") blocks.set(name, compileDfw(name, { uri, statement }, resolvers));
    else if (statement.kind === "swsec") blocks.set(name, compileSwsec(name, { uri, statement }, vnics));
    else blocks.set(name, compileEncryption(name, { uri, statement }, resolvers));
  }
  return blocks;
}

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
