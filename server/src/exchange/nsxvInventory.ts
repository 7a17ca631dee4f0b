/** Machines and switches that NSX-v's bodies name: their addresses are the vCenter's, but for what SpoofGuard has detected. */
import type { DraftSegment, DraftVm, DraftVnic } from "./draft.ts";
import type { Report } from "./report.ts";
import type { XmlNode } from "./xml.ts";

export class NsxvInventory {
  readonly #report: Report;
  readonly #vms = new Map<string, { key: string; name: string; vnics: Map<string, DraftVnic> }>();
  /** By the name of a machine. */
  readonly #keys = new Map<string, string>();
  readonly #segments = new Map<string, DraftSegment>();
  /** Where a machine was named first. */
  readonly #mentioned = new Map<string, XmlNode>();

  constructor(report: Report) {
    this.#report = report;
  }

  get vms(): DraftVm[] {
    return [...this.#vms.values()].map(({ key, name, vnics }) => ({
      key,
      names: [name],
      tags: [],
      vnics: [...vnics.values()],
    }));
  }
  get segments(): DraftSegment[] {
    return [...this.#segments.values()];
  }

  /** A machine that something names; its addresses are in no input of these. */
  vm(name: string, id: string, at: XmlNode) {
    const key = this.#keys.get(name) ?? `vm:${id}`;
    if (!this.#mentioned.has(key)) this.#mentioned.set(key, at);
    const known = this.#vms.get(key);
    if (known !== undefined) return known;
    const vm = { key, name, vnics: new Map<string, DraftVnic>() };
    this.#vms.set(key, vm);
    this.#keys.set(name, key);
    if (/^vm-/.test(id) || name !== id) vm.vnics.set("eth0", { name: "eth0", ips: [] });
    return vm;
  }
  /** `web-01 - Network adapter 2` is web-01.eth1. */
  vnic(name: string, at: XmlNode): { readonly vm: string; readonly vnic: string } {
    const adapter = /\s-\s+Network adapter (\d+)$/i.exec(name);
    const machine = adapter === null ? name : name.slice(0, adapter.index).trimEnd();
    const vm = this.vm(machine, machine, at);
    const vnic = `eth${adapter === null ? 0 : Math.max(0, Number(adapter[1]) - 1)}`;
    if (!vm.vnics.has(vnic)) vm.vnics.set(vnic, { name: vnic, ips: [] });
    return { vm: vm.key, vnic };
  }
  /** What a vNIC is known to have: as SpoofGuard has detected it. */
  addressed(
    { vm, vnic }: { readonly vm: string; readonly vnic: string },
    mac: string | undefined,
    ips: readonly string[],
    segment: string | undefined,
  ): void {
    const vnics = this.#vms.get(vm)?.vnics;
    const known = vnics?.get(vnic);
    vnics?.set(vnic, {
      name: vnic,
      ips: [...new Set([...(known?.ips ?? []), ...ips])],
      ...((mac ?? known?.mac) && { mac: (mac ?? known?.mac) as string }),
      ...((segment ?? known?.segment) && { segment: (segment ?? known?.segment) as string }),
    });
  }
  segment(id: string, name: string | undefined, vni?: number): string {
    const known = this.#segments.get(id);
    const number = vni ?? known?.vni;
    this.#segments.set(id, {
      key: id,
      // The name may come later than the id.
      names: known !== undefined && known.names.length > 1 ? known.names : [...(name === undefined ? [] : [name]), id],
      ...(number !== undefined && { vni: number }),
      subnets: [],
      gateways: [],
    });
    return id;
  }

  /** A note for each machine whose addresses no input has: until somebody writes them, no packet is its. */
  tellUnaddressed(): void {
    for (const [key, node] of this.#mentioned) {
      const vm = this.#vms.get(key);
      if (vm !== undefined && [...vm.vnics.values()].every(({ ips }) => ips.length === 0))
        this.#report.inexpressible(
          node.at(),
          `machine ${vm.name}: its addresses are the vCenter's, and no input has them`,
        );
    }
  }
}
