/** Services of the Policy API: entries of one protocol each, of no more ports than one takes. */
import { algName } from "./algs.ts";
import type { DraftEntry } from "./draft.ts";
import { type ApiObject, type Json, servicePath } from "./nsxApi.ts";
import { TreeGroups } from "./nsxTreeGroups.ts";
import { entryParts } from "./policyDraft.ts";
import { PREDEFINED_IDS } from "./predefined.ts";
import { NoWords, type Place } from "./report.ts";

/** An entry of a service takes 15 ports (NSX-T Data Center REST API, L4PortSetServiceEntry). */
const MAX_PORTS = 15;

/** Is a service one that NSX comes with, under that service's id? NSX has it, and lets nobody write it. */
function isPredefined(key: string, entries: readonly DraftEntry[], alg: string | undefined): boolean {
  const known = PREDEFINED_IDS.get(key);
  const [only] = entries;
  return (
    known !== undefined &&
    entries.length === 1 &&
    only !== undefined &&
    "text" in only &&
    only.text === known.entry &&
    alg === known.alg
  );
}

type Entry = Readonly<Record<string, Json>> & Pick<ApiObject, "resource_type">;

/** The entries of a service, each with an id that no other has. */
const numbered = (service: string, entries: readonly Entry[]): ApiObject[] =>
  entries.map((entry, i) => ({ id: `${service}-${i + 1}`, display_name: `${service}-${i + 1}`, ...entry }));

export class TreeServices extends TreeGroups {
  readonly #written = new Set<string>();

  protected service(key: string, entries: readonly DraftEntry[], alg: string | undefined, at: Place | undefined): void {
    const id = this.serviceIds.of(`service ${key}`, key);
    if (this.#written.has(id) || isPredefined(key, entries, alg)) return;
    this.#written.add(id);
    this.services.push({
      resource_type: "Service",
      id,
      display_name: key,
      service_entries: numbered(
        id,
        entries.flatMap((entry) => this.entry(entry, alg, at)),
      ),
    });
  }
  /** The paths of a rule's services; entries of its own become services. */
  protected servicesOf(entries: readonly DraftEntry[] | undefined): string[] {
    if (entries === undefined) return ["ANY"];
    if (entries.length === 0) throw new NoWords("its service matches nothing");
    return entries.map((entry) => {
      if ("key" in entry) return this.#path(entry.key);
      const id = this.serviceIds.of(`entry ${entry.text}`, entry.text.replace(/[{}]/g, ""));
      if (!this.#written.has(id)) {
        const service_entries = numbered(id, this.entry(entry, undefined, undefined));
        this.services.push({ resource_type: "Service", id, display_name: id, service_entries });
        this.#written.add(id);
      }
      return servicePath(id);
    });
  }
  #path(key: string): string {
    const service = this.draft.serviceOf(key);
    return service !== undefined && isPredefined(key, service.entries, service.alg)
      ? servicePath(key)
      : servicePath(this.serviceIds.of(`service ${key}`, key));
  }
  protected entry(entry: DraftEntry, alg: string | undefined, at: Place | undefined): Entry[] {
    if ("key" in entry)
      return [
        {
          resource_type: "NestedServiceServiceEntry",
          nested_service_path: this.#path(entry.key),
        },
      ];
    const parts = entryParts(entry.text);
    switch (parts.kind) {
      case "ports": {
        if (parts.protocol === "sctp") {
          if (parts.to.length > 0 || parts.from.length > 0) throw new NoWords("ports of SCTP");
          return [{ resource_type: "IPProtocolServiceEntry", protocol_number: 132 }];
        }
        const name = algName(alg, parts.protocol);
        if (name !== undefined && parts.to.length === 1 && parts.from.length === 0)
          return [{ resource_type: "ALGTypeServiceEntry", alg: name, destination_ports: parts.to, source_ports: [] }];
        if (alg !== undefined && at !== undefined)
          this.report.inexpressible(at, `the ALG ${alg} of ${entry.text}: written without it`);
        const l4 = { resource_type: "L4PortSetServiceEntry", l4_protocol: parts.protocol.toUpperCase() };
        const chunks = (list: readonly string[]) =>
          list.length === 0
            ? [[]]
            : Array.from({ length: Math.ceil(list.length / MAX_PORTS) }, (_, i) =>
                list.slice(i * MAX_PORTS, (i + 1) * MAX_PORTS),
              );
        return chunks(parts.to).flatMap((destination_ports) =>
          chunks(parts.from).map((source_ports) => ({ ...l4, destination_ports, source_ports })),
        );
      }
      case "icmp":
        return [
          {
            resource_type: "ICMPTypeServiceEntry",
            protocol: parts.version === 4 ? "ICMPv4" : "ICMPv6",
            ...(parts.type !== undefined && { icmp_type: parts.type }),
            ...(parts.code !== undefined && { icmp_code: parts.code }),
          },
        ];
      case "ip":
        return [{ resource_type: "IPProtocolServiceEntry", protocol_number: parts.protocol }];
      case "ether":
        return [{ resource_type: "EtherTypeServiceEntry", ether_type: parts.type }];
    }
  }
}
