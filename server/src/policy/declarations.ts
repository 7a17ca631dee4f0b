/**
 * The declarations of a program that hold: for each name the first, in the order of `Program.declarationOrder`.
 * Endpoints share one name space, so do services, and so do blocks, appliances and chains.
 */
import type {
  AssertStatement,
  BlockDeclaration,
  ChainStatement,
  GroupStatement,
  RedirectStatement,
  ScenarioStatement,
  SegmentStatement,
  ServiceStatement,
  VmStatement,
} from "../syntax/tree.ts";
import type { Source } from "./policy.ts";
import type { Program } from "./program.ts";

export interface Declarations {
  readonly segments: ReadonlyMap<string, Source<SegmentStatement>>;
  readonly vms: ReadonlyMap<string, Source<VmStatement>>;
  readonly groups: ReadonlyMap<string, Source<GroupStatement>>;
  readonly services: ReadonlyMap<string, Source<ServiceStatement>>;
  readonly blocks: ReadonlyMap<string, Source<BlockDeclaration | RedirectStatement>>;
  readonly appliances: ReadonlyMap<string, Source<BlockDeclaration>>;
  readonly chains: ReadonlyMap<string, Source<ChainStatement>>;
  /** In the order of the program's documents. */
  readonly scenarios: readonly Source<ScenarioStatement>[];
  readonly asserts: readonly Source<AssertStatement>[];
  /** Whether a block, an appliance or a chain has this name. */
  readonly holds: (name: string) => boolean;
}

export function declarationsOf(program: Program): Declarations {
  const segments = new Map<string, Source<SegmentStatement>>();
  const vms = new Map<string, Source<VmStatement>>();
  const groups = new Map<string, Source<GroupStatement>>();
  const services = new Map<string, Source<ServiceStatement>>();
  const blocks = new Map<string, Source<BlockDeclaration | RedirectStatement>>();
  const appliances = new Map<string, Source<BlockDeclaration>>();
  const chains = new Map<string, Source<ChainStatement>>();
  const endpointNames = new Set<string>();
  const blockNames = new Set<string>();
  for (const { uri, tree } of program.declarationOrder)
    for (const statement of tree.statements) {
      const name = "name" in statement ? statement.name?.text : undefined;
      if (name === undefined) continue;
      switch (statement.kind) {
        case "segment":
        case "vm":
        case "group":
          if (endpointNames.has(name)) break;
          endpointNames.add(name);
          if (statement.kind === "segment") segments.set(name, { uri, statement });
          else if (statement.kind === "vm") vms.set(name, { uri, statement });
          else groups.set(name, { uri, statement });
          break;
        case "service":
          if (!services.has(name)) services.set(name, { uri, statement });
          break;
        case "acl":
        case "swsec":
        case "dfw":
        case "redirect":
        case "encryption":
        case "appliance":
        case "chain":
          if (blockNames.has(name)) break;
          blockNames.add(name);
          if (statement.kind === "chain") chains.set(name, { uri, statement });
          else if (statement.kind === "appliance") appliances.set(name, { uri, statement });
          else blocks.set(name, { uri, statement });
          break;
      }
    }
  const scenarios: Source<ScenarioStatement>[] = [];
  const asserts: Source<AssertStatement>[] = [];
  for (const { uri, tree } of program.documents)
    for (const statement of tree.statements) {
      if (statement.kind === "scenario") scenarios.push({ uri, statement });
      else if (statement.kind === "assert") asserts.push({ uri, statement });
    }
  const holds = (name: string) => blockNames.has(name);
  return { segments, vms, groups, services, blocks, appliances, chains, scenarios, asserts, holds };
}
