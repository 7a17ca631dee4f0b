/** Machines, segments and ports of the NSX Policy API: who there is, and where. */
import type { DraftBind, DraftEndpoint, DraftSegment, DraftVm, DraftVnic } from "./draft.ts";
import type { JsonObject } from "./json.ts";
import { type KnownVm, tagName } from "./nsxGroups.ts";
import type { NsxObject, NsxObjects } from "./nsxObjects.ts";
import type { Report } from "./report.ts";
import { addressText, macText, networkText } from "./values.ts";

interface Vnic {
  readonly name: string;
  readonly mac?: string;
  readonly ips: string[];
  segment?: string;
  readonly attachment?: string;
}
interface Vm {
  readonly key: string;
  readonly names: readonly string[];
  readonly tags: readonly string[];
  readonly vnics: Vnic[];
}

/** The realized state's machines have it among others: `externalId:5011-aa`. */
const computeId = (json: JsonObject): string | undefined =>
  json.texts("compute_ids").flatMap((text) => /^externalId:(.+)$/.exec(text)?.[1] ?? [])[0];

export class NsxInventory {
  readonly segments: readonly DraftSegment[];
  /** What conditions of groups ask about. */
  get known(): readonly KnownVm[] {
    return this.#known;
  }
  readonly #known: KnownVm[];
  readonly #ports = new Map<string, DraftEndpoint>();
  readonly #objects: NsxObjects;
  readonly #report: Report;
  readonly #vms: Vm[];
  readonly #binds = new Map<string, DraftBind[]>();

  constructor(objects: NsxObjects, report: Report) {
    this.#objects = objects;
    this.#report = report;
    this.segments = objects.of("Segment").map((segment) => this.#segment(segment));
    const machines = objects.of("VirtualMachine");
    this.#known = machines.map(({ path, id, json }) => {
      const os = json.object("guest_info")?.text("os_name");
      const computer = json.object("guest_info")?.text("computer_name");
      return {
        key: path,
        name: json.text("display_name") ?? id,
        id: json.text("external_id") ?? computeId(json) ?? id,
        tags: json.objects("tags").map((tag) => ({ scope: tag.text("scope") ?? "", tag: tag.text("tag") ?? "" })),
        ...(os !== undefined && { os }),
        ...(computer !== undefined && { computer }),
      };
    });
    this.#vms = machines.map((machine, i) => this.#vm(machine, this.#known[i] as KnownVm));
    for (const port of objects.of("SegmentPort")) this.#port(port);
    const ids = new Set(this.#known.map(({ id }) => id));
    for (const { id, json } of objects.of("VirtualNetworkInterface"))
      if (!ids.has(json.text("owner_vm_id") ?? ""))
        report.wrong(
          json.at(),
          `interface ${id}: no input has its machine ${json.text("owner_vm_id") ?? ""}: left out`,
        );
  }

  vms(): DraftVm[] {
    return this.#vms.map(
      ({ key, names, tags, vnics }): DraftVm => ({
        key,
        names,
        tags,
        vnics: vnics.map(
          ({ name, mac, ips, segment }): DraftVnic => ({
            name,
            ips: [...new Set(ips)],
            ...(mac && { mac }),
            ...(segment && { segment }),
          }),
        ),
      }),
    );
  }

  #segment({ path, id, json }: NsxObject): DraftSegment {
    const subnets: string[] = [];
    const gateways: string[] = [];
    for (const subnet of json.objects("subnets")) {
      const gateway = subnet.text("gateway_address");
      const address = gateway === undefined ? undefined : addressText(gateway.replace(/\/\d+$/, ""));
      const network = networkText(subnet.text("network") ?? gateway ?? "");
      if (network?.includes("/")) subnets.push(network);
      if (address !== undefined) gateways.push(address);
      if (network === undefined || (gateway !== undefined && address === undefined))
        this.#report.wrong(subnet.at(), `segment ${id}: a subnet that is none`);
    }
    const vlan = json.texts("vlan_ids")[0];
    if (json.texts("vlan_ids").length > 1 || (vlan !== undefined && !/^\d{1,4}$/.test(vlan)))
      this.#report.inexpressible(
        json.at("vlan_ids"),
        `segment ${id}: VLANs ${json.texts("vlan_ids").join(", ")}; a segment has one here`,
      );
    const vni = json.int("overlay_id");
    this.#report.understood(json.at(), `segment ${id}`);
    const name = json.text("display_name");
    return {
      key: path,
      names: [...(name === undefined ? [] : [name]), id, `${name ?? id} (segment)`],
      subnets: [...new Set(subnets)],
      gateways: [...new Set(gateways)],
      ...(vni !== undefined && vni > 0 && vni <= 0xff_ffff && { vni }),
      ...(vlan !== undefined &&
        /^\d{1,4}$/.test(vlan) &&
        Number(vlan) <= 4094 &&
        Number(vlan) > 0 && { vlan: Number(vlan) }),
    };
  }

  #vm({ path, json, id }: NsxObject, known: KnownVm): Vm {
    const vifs = this.#objects.of("VirtualNetworkInterface").filter((vif) => vif.json.text("owner_vm_id") === known.id);
    this.#report.understood(json.at(), `machine ${known.name}`);
    if (vifs.length === 0)
      this.#report.wrong(
        json.at(),
        `machine ${known.name}: no input has an interface of it, so it has no address and no packet is its`,
      );
    return {
      key: path,
      names: [known.name, `${known.name} (${id})`],
      tags: [...new Set(known.tags.map(({ scope, tag }) => tagName(scope, tag)).filter((tag) => tag !== ""))],
      vnics: vifs.map((vif, i) => this.#vnic(vif, i)),
    };
  }
  #vnic({ json, id }: NsxObject, i: number): Vnic {
    const number = /adapter (\d+)/i.exec(json.text("device_name") ?? json.text("display_name") ?? "")?.[1];
    const mac = macText(json.text("mac_address") ?? "");
    const ips = json.objects("ip_address_info").flatMap((info) => info.texts("ip_addresses"));
    const read = ips.map(addressText);
    if (read.includes(undefined))
      this.#report.wrong(json.at("ip_address_info"), `interface ${id}: an address that is none`);
    const attachment = json.text("lport_attachment_id");
    return {
      name: `eth${number === undefined ? i : Number(number) - 1}`,
      ips: read.flatMap((ip) => (ip === undefined || ip.includes("/") ? [] : ip)),
      ...(mac && { mac }),
      ...(attachment && { attachment }),
    };
  }

  /** A port puts a vNIC on its segment, and binds what its address bindings say. */
  #port({ path, json, id, parent }: NsxObject): void {
    const attachment = json.object("attachment")?.text("id");
    const segment = parent?.type === "Segment" ? parent.path : undefined;
    let found: { vm: Vm; vnic: Vnic } | undefined;
    for (const vm of this.#vms)
      for (const vnic of vm.vnics) if (attachment !== undefined && vnic.attachment === attachment) found = { vm, vnic };
    found ??= this.#ofPort(json);
    if (found === undefined) {
      this.#report.understood(json.at(), `port ${id}: no input has the machine that is attached to it`);
      return;
    }
    const { vm, vnic } = found;
    if (segment !== undefined) vnic.segment = segment;
    this.#ports.set(path, { kind: "vnic", vm: vm.key, vnic: vnic.name });
    if (attachment !== undefined) this.#report.understood(json.at(), `port ${id} is of ${vm.names[0]}.${vnic.name}`);
    for (const binding of json.objects("address_bindings")) {
      const ip = addressText(binding.text("ip_address") ?? "");
      const mac = macText(binding.text("mac_address") ?? "");
      if (ip?.includes("/"))
        this.#report.inexpressible(binding.at(), `port ${id}: a binding of ${ip}, more than an address`);
      else if (ip === undefined && mac === undefined)
        this.#report.wrong(binding.at(), `port ${id}: a binding of nothing`);
      else {
        const list = this.#binds.get(segment ?? "") ?? [];
        this.#binds.set(segment ?? "", list);
        list.push({ vm: vm.key, vnic: vnic.name, ips: ip === undefined ? [] : [ip], ...(mac && { mac }) });
      }
    }
  }

  /** A port that is called `MACHINE.ethN` says itself whose it is, as those that are exported here do. */
  #ofPort(json: JsonObject): { vm: Vm; vnic: Vnic } | undefined {
    const [, name, interfaceName] = /^(.+)\.([^.]+)$/.exec(json.text("display_name") ?? "") ?? [];
    if (name === undefined || interfaceName === undefined || json.has("attachment")) return undefined;
    const tags = json.objects("tags").map((tag) => ({ scope: tag.text("scope") ?? "", tag: tag.text("tag") ?? "" }));
    let vm = this.#vms.find(({ names }) => names[0] === name);
    if (vm === undefined) {
      const key = `port of ${name}`;
      vm = { key, names: [name], tags: tags.map(({ scope, tag }) => tagName(scope, tag)), vnics: [] };
      this.#vms.push(vm);
      this.#known.push({ key, name, id: key, tags });
    }
    const words = /^vNIC (.+)$/.exec(json.text("description") ?? "")?.[1]?.split(" ") ?? [];
    const mac = words.map(macText).find((text) => text !== undefined);
    const vnic: Vnic = {
      name: interfaceName,
      ips: words.flatMap((text) => addressText(text) ?? []),
      ...(mac && { mac }),
    };
    vm.vnics.push(vnic);
    this.#report.understood(json.at(), `port of ${name}.${interfaceName}`);
    return { vm, vnic };
  }
  /** What the ports of a segment bind, by the segment's path. */
  bindsOf(segment: string): readonly DraftBind[] {
    return this.#binds.get(segment) ?? [];
  }
  /** The vNIC of a port, by the port's path. */
  vnicAt(path: string): DraftEndpoint | undefined {
    return this.#ports.get(path);
  }
}
