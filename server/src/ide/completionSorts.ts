/** What can be proposed for each sort of place that the grammar has. */
import { ETHER_TYPES, IP_PROTOCOLS } from "../policy/protocols.ts";
import type { Items } from "./completionItems.ts";
import * as names from "./completionNames.ts";
import * as values from "./completionValues.ts";

/**
 * By the sort of the grammar: the name of its rule in `syntax/`. A sort that is not here is one for which nothing can
 * be proposed: a new name, a title.
 */
export const SORTS: Readonly<Record<string, Items>> = {
  endpointName: (asked) => [...names.groups(asked), ...names.vms(asked), ...names.segments(asked)],
  tagName: names.tags,
  vmName: (asked) => (asked.statement?.kind === "group" || asked.statement?.kind === "rule" ? [] : names.vnics(asked)),
  vnicName: names.vnicsOfOwner,
  hostName: names.hosts,
  segmentName: names.segments,
  serviceName: names.services,
  applianceName: names.appliances,
  blockName: (asked) => (asked.statement?.kind === "rotate" ? names.encryptions(asked) : names.blocks(asked)),
  setName: (asked) => [...names.appliances(asked), ...names.blocks(asked)],
  keyName: names.keys,
  slotNumber: values.slotNumbers,
  ruleId: values.ruleIds,
  expectedRule: values.expectedRules,
  port: values.ports,
  duration: values.durations,
  address: values.addresses,
  mac: values.macs,
  platformName: values.platforms,
  algName: values.algs,
  algorithmName: values.algorithms,
  importPath: names.imports,
  reason: values.reasons,
  protocolNumber: values.numbered(IP_PROTOCOLS, "IP protocol"),
  etherType: values.numbered(ETHER_TYPES, "EtherType"),
  icmpType: values.icmpTypesOf,
  number: values.marks,
};
