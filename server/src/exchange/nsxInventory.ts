/** Machines, segments and what guards their ports: SpoofGuard, segment security and IP discovery profiles. */
import type { DraftBind, DraftEndpoint, DraftSegment, DraftSwsec, DraftVm, DraftVnic } from "./draft.ts";
import type { JsonObject } from "./json.ts";
import { type KnownVm, tagName } from "./nsxGroups.ts";
import type { NsxObject, NsxObjects } from "./nsxObjects.ts";
import type { Report } from "./report.ts";
import { addressText, macText, networkText } from "./values.ts";

/** A block for slot 1 and the segments whose ports have it. */
export interface Guard {
  readonly name: string;
  readonly block: DraftSwsec;
  readonly segments: readonly string[];
}

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
        id: json.text("external_id") ?? id,
        tags: json.objects("tags").map((tag) => ({ scope: tag.text("scope") ?? "", tag: tag.text("tag") ?? "" })),
        ...(os !== undefined && { os }),
        ...(computer !== undefined && { computer }),
      };
    });
    this.#vms = machines.map((machine, i) => this.#vm(machine, this.#known[i] as KnownVm));
    for (const port of objects.of("SegmentPort")) this.#port(port);
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
    found ??= this.#ofPort(path, json);
    if (found === undefined) {
      this.#report.understood(json.at(), `port ${id}: no input has the machine that is attached to it`);
      return;
    }
    const { vm, vnic } = found;
    if (segment !== undefined) vnic.segment = segment;
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
  #ofPort(path: string, json: JsonObject): { vm: Vm; vnic: Vnic } | undefined {
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
    this.#ports.set(path, { kind: "vnic", vm: vm.key, vnic: interfaceName });
    this.#report.understood(json.at(), `port of ${name}.${interfaceName}`);
    return { vm, vnic };
  }
  /** The vNIC of a port, by the port's path. */
  vnicAt(path: string): DraftEndpoint | undefined {
    return this.#ports.get(path);
  }

  // ---- slot 1 -----------------------------------------------------------------------------------------------------------

  /** Profiles as they are bound to segments: equal ones share a block. A profile that nothing binds is told, and left. */
  guards(): Guard[] {
    const bound = new Map<string, { spoofguard?: NsxObject; security?: NsxObject; discovery?: NsxObject }>();
    const used = new Set<NsxObject>();
    const bind = (map: NsxObject, key: "spoofguard" | "security" | "discovery", path: string | undefined) => {
      if (path === undefined || path === "") return;
      const segment = map.parent;
      const profile = this.#objects.find(path);
      if (segment?.type !== "Segment")
        this.#report.inexpressible(map.json.at(), `${map.type} ${map.id} is not of a segment`);
      else if (profile === undefined) this.#report.wrong(map.json.at(), `${map.type} ${map.id}: no input has ${path}`);
      else {
        bound.set(segment.path, { ...bound.get(segment.path), [key]: profile });
        used.add(profile);
      }
    };
    for (const map of this.#objects.of("SegmentSecurityProfileBindingMap")) {
      bind(map, "security", map.json.text("segment_security_profile_path"));
      bind(map, "spoofguard", map.json.text("spoofguard_profile_path"));
    }
    for (const map of this.#objects.of("SegmentDiscoveryProfileBindingMap"))
      bind(map, "discovery", map.json.text("ip_discovery_profile_path"));
    for (const profile of this.#objects.of("SpoofGuardProfile", "SegmentSecurityProfile", "IPDiscoveryProfile")) {
      if (used.has(profile)) this.#report.understood(profile.json.at(), `${profile.type} ${profile.id}`);
      else this.#report.understood(profile.json.at(), `${profile.type} ${profile.id}: no segment of the inputs has it`);
    }
    const guards = new Map<string, Guard & { readonly segments: string[] }>();
    for (const [segment, profiles] of bound) {
      const binds = this.#binds.get(segment);
      // Bindings are of vNICs: each segment that has some has a block of its own.
      const key = JSON.stringify([
        profiles.spoofguard?.path,
        profiles.security?.path,
        profiles.discovery?.path,
        binds && segment,
      ]);
      const known = guards.get(key);
      if (known !== undefined) known.segments.push(segment);
      else {
        const name = Object.values(profiles)
          .map((profile) => profile.json.text("display_name") ?? profile.id)
          .filter((one, i, all) => all.indexOf(one) === i)
          .join(", ");
        guards.set(key, { name, segments: [segment], block: this.#swsec(key, name, profiles, binds ?? []) });
      }
    }
    return [...guards.values()];
  }

  #swsec(
    key: string,
    name: string,
    { spoofguard, security, discovery }: { spoofguard?: NsxObject; security?: NsxObject; discovery?: NsxObject },
    binds: readonly DraftBind[],
  ): DraftSwsec {
    const on = (json: JsonObject | undefined, ...keys: string[]) => keys.some((one) => json?.flag(one) === true);
    const v4 = discovery?.json.object("ip_v4_discovery_options");
    const v6 = discovery?.json.object("ip_v6_discovery_options");
    const discover = [
      ...(on(v4, "dhcp_snooping_enabled") || on(v6, "dhcp_snooping_v6_enabled") ? ["dhcp"] : []),
      ...(on(v4?.object("arp_snooping_config"), "arp_snooping_enabled") ? ["arp"] : []),
      ...(on(v6?.object("nd_snooping_config"), "nd_snooping_enabled") ? ["nd"] : []),
      ...(on(v4, "vmtools_enabled") || on(v6, "vmtools_v6_enabled") ? ["tools"] : []),
    ];
    const block = [
      ...(on(security?.json, "dhcp_server_block_enabled", "dhcp_server_block_v6_enabled") ? ["dhcp-server"] : []),
      ...(on(security?.json, "dhcp_client_block_enabled", "dhcp_client_block_v6_enabled") ? ["dhcp-client"] : []),
      ...(on(security?.json, "bpdu_filter_enable") ? ["bpdu"] : []),
      ...(on(security?.json, "ra_guard_enabled") ? ["router-advertisement"] : []),
      ...(on(security?.json, "non_ip_traffic_block_enabled") ? ["non-ip"] : []),
    ];
    for (const [four, six] of [
      ["dhcp_server_block_enabled", "dhcp_server_block_v6_enabled"],
      ["dhcp_client_block_enabled", "dhcp_client_block_v6_enabled"],
    ] as const)
      if (security !== undefined && on(security.json, four) !== on(security.json, six))
        this.#report.inexpressible(
          security.json.at(on(security.json, four) ? four : six),
          `${security.id}: DHCP of one family alone; here both are blocked`,
        );
    const rates = security?.json.flag("rate_limits_enabled") === true ? security.json.object("rate_limits") : undefined;
    // "rx" is what the port receives from the machine.
    const limits = (["broadcast", "multicast"] as const).flatMap((what) =>
      (
        [
          ["rx", "out"],
          ["tx", "in"],
        ] as const
      ).flatMap(([way, direction]) => {
        const rate = rates?.int(`${way}_${what}`) ?? 0;
        return rate > 0 ? [{ what, direction, rate }] : [];
      }),
    );
    const guarded = on(spoofguard?.json, "address_binding_allowlist", "address_binding_whitelist");
    const tofu = discovery?.json.flag("tofu_enabled") !== false;
    return {
      module: "swsec",
      key: `swsec:${key}`,
      names: [name],
      ...(spoofguard && { spoofguard: guarded ? (tofu ? "tofu" : "manual") : "off" }),
      ...(binds.length > 0 && { binds: merged(binds) }),
      ...(discover.length > 0 && { discover }),
      ...(block.length > 0 && { block }),
      ...(limits.length > 0 && { limits }),
    };
  }
}

/** Bindings of one vNIC and one MAC in one line. */
function merged(binds: readonly DraftBind[]): DraftBind[] {
  const lines = new Map<string, DraftBind & { ips: string[] }>();
  for (const bind of binds) {
    const key = JSON.stringify([bind.vm, bind.vnic, bind.mac]);
    const known = lines.get(key);
    if (known === undefined) lines.set(key, { ...bind, ips: [...bind.ips] });
    else for (const ip of bind.ips) if (!known.ips.includes(ip)) known.ips.push(ip);
  }
  return [...lines.values()];
}
