/** What guards the ports of the NSX Policy API: SpoofGuard, segment security and IP discovery profiles, as blocks of slot 1. */
import type { DraftBind, DraftEndpoint, DraftEndpoints, DraftSwsec } from "./draft.ts";
import type { JsonObject } from "./json.ts";
import type { NsxInventory } from "./nsxInventory.ts";
import type { NsxObject, NsxObjects } from "./nsxObjects.ts";
import type { Report } from "./report.ts";

/** A block for slot 1 and whose it is. */
export interface Guard {
  readonly name: string;
  readonly block: DraftSwsec;
  readonly appliedTo: DraftEndpoints;
}

interface Profiles {
  readonly spoofguard?: NsxObject;
  readonly security?: NsxObject;
  readonly discovery?: NsxObject;
}

/** What has the same profiles, and the bindings of its vNICs. */
interface Guarded {
  readonly profiles: Profiles;
  readonly items: DraftEndpoint[];
  readonly except: DraftEndpoint[];
  readonly binds: DraftBind[];
  /** What is bound. */
  readonly addresses: Set<string>;
}

const keyOf = ({ spoofguard, security, discovery }: Profiles): string =>
  JSON.stringify([spoofguard?.path, security?.path, discovery?.path]);

/** Keys of binding maps that name a profile, by what the profile is. */
const PROFILE_PATHS = {
  security: "segment_security_profile_path",
  spoofguard: "spoofguard_profile_path",
  discovery: "ip_discovery_profile_path",
} as const;

export class NsxGuards {
  readonly #objects: NsxObjects;
  readonly #inventory: NsxInventory;
  readonly #report: Report;

  constructor(objects: NsxObjects, inventory: NsxInventory, report: Report) {
    this.#objects = objects;
    this.#inventory = inventory;
    this.#report = report;
  }

  /** Profiles as they are bound to segments and ports: equal ones share a block. One that nothing binds is told, and left. */
  guards(): Guard[] {
    const segments = this.#bound("Segment", "SegmentSecurityProfileBindingMap", "SegmentDiscoveryProfileBindingMap");
    const ports = this.#bound("SegmentPort", "PortSecurityProfileBindingMap", "PortDiscoveryProfileBindingMap");
    const used = new Set([...segments.values(), ...ports.values()].flatMap((profiles) => Object.values(profiles)));
    for (const profile of this.#objects.of("SpoofGuardProfile", "SegmentSecurityProfile", "IPDiscoveryProfile"))
      this.#report.understood(
        profile.json.at(),
        `${profile.type} ${profile.id}${used.has(profile) ? "" : ": no segment or port of the inputs has it"}`,
      );
    const guarded = new Map<string, Guarded>();
    const add = (endpoint: DraftEndpoint, profiles: Profiles, binds: readonly DraftBind[]): Guarded => {
      // One address in two segments is nobody's mistake: it is bound in two blocks.
      const addresses = new Set(binds.flatMap(({ mac, ips }) => (mac === undefined ? ips : [mac, ...ips])));
      const isTaken = (key: string): boolean => {
        const taken = guarded.get(key)?.addresses;
        return taken !== undefined && [...addresses].some((address) => taken.has(address));
      };
      let key = keyOf(profiles);
      for (let n = 2; isTaken(key); n++) key = `${keyOf(profiles)} ${n}`;
      const known = guarded.get(key) ?? { profiles, items: [], except: [], binds: [], addresses: new Set() };
      guarded.set(key, known);
      known.items.push(endpoint);
      known.binds.push(...binds);
      for (const address of addresses) known.addresses.add(address);
      return known;
    };
    // A port's own profiles stand before its segment's.
    const apart = new Map<string, DraftEndpoint[]>();
    for (const [path, own] of ports) {
      const port = this.#objects.find(path) as NsxObject;
      const vnic = this.#inventory.vnicAt(path);
      const segment = port.parent?.path ?? "";
      if (vnic?.kind !== "vnic") {
        this.#report.inexpressible(
          port.json.at(),
          `port ${port.id} has profiles of its own, and no input has its machine`,
        );
        continue;
      }
      const profiles = { ...segments.get(segment), ...own };
      if (keyOf(profiles) === keyOf(segments.get(segment) ?? {})) continue;
      apart.set(segment, [...(apart.get(segment) ?? []), vnic]);
      const binds = this.#inventory.bindsOf(segment).filter((bind) => isOf(bind, vnic));
      add(vnic, profiles, binds);
    }
    for (const [path, profiles] of segments) {
      const own = apart.get(path) ?? [];
      const binds = this.#inventory.bindsOf(path).filter((bind) => !own.some((vnic) => isOf(bind, vnic)));
      add({ kind: "ref", key: path }, profiles, binds).except.push(...own);
    }
    return [...guarded].map(([key, { profiles, items, except, binds }]) => {
      const name = Object.values(profiles)
        .map((profile: NsxObject) => profile.json.text("display_name") ?? profile.id)
        .filter((one, i, all) => all.indexOf(one) === i)
        .join(", ");
      return {
        name,
        block: this.#swsec(key, name, profiles, binds),
        appliedTo: { items, ...(except.length > 0 && { except }) },
      };
    });
  }

  /** The profiles that binding maps give to segments or ports, by path. */
  #bound(type: "Segment" | "SegmentPort", ...maps: readonly string[]): Map<string, Profiles> {
    const bound = new Map<string, Profiles>();
    for (const { type: map, id, json, parent } of this.#objects.of(...maps)) {
      if (parent?.type !== type) {
        this.#report.inexpressible(
          json.at(),
          `${map} ${id} is of no ${type === "Segment" ? "segment" : "port"} of the inputs`,
        );
        continue;
      }
      for (const [kind, key] of Object.entries(PROFILE_PATHS)) {
        const path = json.text(key) ?? "";
        if (path === "") continue;
        const profile = this.#objects.find(path);
        if (profile === undefined) this.#report.wrong(json.at(key), `${map} ${id}: no input has ${path}`);
        else bound.set(parent.path, { ...bound.get(parent.path), [kind]: profile });
      }
    }
    return bound;
  }

  #swsec(
    key: string,
    name: string,
    { spoofguard, security, discovery }: Profiles,
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

const isOf = (bind: DraftBind, vnic: DraftEndpoint): boolean =>
  vnic.kind === "vnic" && bind.vm === vnic.vm && bind.vnic === vnic.vnic;

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
