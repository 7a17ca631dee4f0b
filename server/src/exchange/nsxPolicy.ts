/**
 * NSX Policy API JSON as a policy: the firewall is `nsxFirewall.ts`'s, redirection `nsxRedirection.ts`'s; machines,
 * segments and what guards their ports are `nsxInventory.ts`'s.
 */
import type { Steps } from "../syntax/steps.ts";
import {
  ANY,
  type Draft,
  type DraftBlock,
  type DraftChain,
  type DraftDfw,
  type DraftRules,
  type DraftSlot,
} from "./draft.ts";
import { type Input, titleOf } from "./input.ts";
import { NsxFirewall } from "./nsxFirewall.ts";
import { NsxGroups } from "./nsxGroups.ts";
import { type Guard, NsxGuards } from "./nsxGuards.ts";
import { NsxInventory } from "./nsxInventory.ts";
import { NsxObjects } from "./nsxObjects.ts";
import { NsxRedirection } from "./nsxRedirection.ts";
import { NsxServices } from "./nsxServices.ts";
import { Refusal, type Report } from "./report.ts";

const MODELLED = new Set([
  "Infra",
  "GlobalInfra",
  "OrgRoot",
  "Org",
  "Project",
  "Vpc",
  "Domain",
  "SecurityPolicy",
  "Rule",
  "RedirectionPolicy",
  "RedirectionRule",
  "PolicyServiceChain",
  "Group",
  "Service",
  "Segment",
  "SegmentPort",
  "PolicyExcludeList",
  "PolicyFirewallSessionTimerProfile",
  "SpoofGuardProfile",
  "SegmentSecurityProfile",
  "IPDiscoveryProfile",
  "SegmentSecurityProfileBindingMap",
  "SegmentDiscoveryProfileBindingMap",
  "PortSecurityProfileBindingMap",
  "PortDiscoveryProfileBindingMap",
  "VirtualMachine",
  "VirtualNetworkInterface",
]);
/** They mean nothing without what they hold, or what holds them. */
const PARTIAL = new Set(
  "Infra GlobalInfra OrgRoot Org Project Vpc Domain Rule RedirectionRule PolicyServiceChain VirtualNetworkInterface".split(
    " ",
  ),
);
/** Parts of a service that its reader takes. */
const PARTS = /ServiceEntry$/;
const DETECTION = "intrusion detection looks into payloads";
const RATES = "the language has no limits of a rate or of a number of connections";
const OLDER = "an older form of a security policy: NSX has the same under security-policies";
const MANAGER_API = "an object of the manager's API (api/v1), which the Policy API has under policy/api/v1";
/** What decides about packets and is not the distributed firewall's. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  GatewayPolicy: "a gateway's firewall is no part of a vNIC's chain",
  FirewallSection: MANAGER_API,
  FirewallRule: MANAGER_API,
  NSGroup: MANAGER_API,
  NSService: MANAGER_API,
  IPSet: MANAGER_API,
  MACSet: MANAGER_API,
  IntrusionServicePolicy: DETECTION,
  IdsSecurityPolicy: DETECTION,
  IdsRule: DETECTION,
  CommunicationMap: OLDER,
  CommunicationEntry: OLDER,
  FloodProtectionProfile: RATES,
  DistributedFloodProtectionProfile: RATES,
  QosProfile: RATES,
  QoSProfile: RATES,
  PolicyContextProfile: "application profiles look into payloads",
  PolicyUrlCategorizationConfig: "it looks into payloads",
};

export function* draftOfPolicy(inputs: readonly Input[], report: Report): Steps<Draft> {
  const objects = new NsxObjects(report);
  for (const input of inputs) yield* objects.read(input);
  objects.link();
  yield;
  return yield* new PolicyDraft(objects, report).draft(inputs);
}

class PolicyDraft {
  readonly #objects: NsxObjects;
  readonly #report: Report;
  readonly #inventory: NsxInventory;
  readonly #groups: NsxGroups;
  readonly #services: NsxServices;

  constructor(objects: NsxObjects, report: Report) {
    this.#objects = objects;
    this.#report = report;
    this.#inventory = new NsxInventory(objects, report);
    this.#groups = new NsxGroups(objects, this.#inventory, report);
    this.#services = new NsxServices(objects, report);
  }

  *draft(inputs: readonly Input[]): Steps<Draft> {
    this.#tellOthers();
    const [first] = this.#objects.all;
    if (first !== undefined && !this.#objects.all.some(({ type }) => MODELLED.has(type) && !PARTIAL.has(type))) {
      const told = this.#report.notes.find(({ kind }) => kind !== "understood") ?? this.#report.notes[0];
      throw new Refusal(
        told ? { file: told.file, line: told.line, ...(told.column && { column: told.column }) } : first.json.at(),
        `nothing here is of a policy: ${told?.message ?? `${first.type} ${first.id} holds nothing`}`,
      );
    }
    yield* this.#groups.read();
    yield* this.#services.read();
    const parts = { objects: this.#objects, groups: this.#groups, services: this.#services, report: this.#report };
    const dfw = yield* new NsxFirewall(parts).dfw();
    const redirection = new NsxRedirection(parts).redirect();
    const redirect = redirection?.rules;
    const guards = new NsxGuards(this.#objects, this.#inventory, this.#report).guards();
    const blocks: DraftBlock[] = [
      ...guards.map(({ block }) => block),
      dfw,
      ...(redirect === undefined ? [] : [redirect]),
    ];
    return {
      title: titleOf(inputs),
      platform: "nsx 4",
      comments: [`Imported from ${titleOf(inputs)}.`],
      segments: this.#inventory.segments,
      vms: this.#inventory.vms(),
      groups: this.#groups.groups,
      services: this.#services.services,
      appliances: redirection === undefined ? [] : [redirection.appliance],
      blocks,
      chains: this.#chains(guards, dfw, redirect),
      scenarios: [],
    };
  }

  /** A note for everything that does not become a part of the policy. */
  #tellOthers(): void {
    for (const { type, id, json } of this.#objects.all) {
      if (MODELLED.has(type) || PARTS.test(type)) continue;
      const isOff = type === "DfwFirewallConfiguration" && json.flag("enable_firewall") === false;
      const why = isOff
        ? "the distributed firewall is switched off; its rules are here as if it were on"
        : ELSEWHERE[type];
      if (why !== undefined) this.#report.inexpressible(json.at(), `${type} ${id}: ${why}`);
      else this.#report.understood(json.at(), `${type} ${id} is no part of a policy: left out`);
    }
  }

  #chains(guards: readonly Guard[], dfw: DraftDfw, redirect: DraftRules | undefined): DraftChain[] {
    const rest: DraftSlot[] = [
      { number: 2, module: "dfw", block: dfw.key },
      ...(redirect === undefined ? [] : [{ number: 12, module: "redirect" as const, block: redirect.key }]),
    ];
    const chains: DraftChain[] = guards.map(({ block, appliedTo, name }) => ({
      key: `chain:${block.key}`,
      names: [`${name} chain`],
      appliedTo,
      slots: [{ number: 1, module: "swsec", block: block.key }, ...rest],
    }));
    const guarded = guards.flatMap(({ appliedTo }) => appliedTo.items);
    chains.push({
      key: "chain",
      names: ["nsx"],
      slots: rest,
      ...(guarded.length > 0 && { appliedTo: { items: [ANY], except: guarded } }),
    });
    return chains;
  }
}
