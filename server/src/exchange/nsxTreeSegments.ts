/** Segments with their ports, and the profiles that guard them: SpoofGuard, segment security, IP discovery. */
import { formatIp, formatMac } from "../policy/addresses.ts";
import type { Segment, Swsec, Vnic } from "../policy/policy.ts";
import { type ApiObject, Ids, type Json } from "./nsxApi.ts";
import { TreeServices } from "./nsxTreeServices.ts";
import { writtenAddresses } from "./policyDraft.ts";

export class TreeSegments extends TreeServices {
  protected segment(segment: Segment, maps: readonly Json[]): ApiObject {
    const id = this.segmentIds.of(segment.name);
    const vnics = [...this.policy.vnics.values()].filter((vnic) => vnic.segment === segment.name);
    const statement = segment.source.statement;
    const subnets: Json[] = [];
    for (const child of statement.children)
      if (child.kind === "subnet")
        for (const prefix of child.prefixes)
          if (prefix.kind === "prefix") {
            const network = `${prefix.address.text}/${prefix.length.value}`;
            const gateway = segment.gateways.map(formatIp).find(
              (ip) =>
                writtenAddresses({
                  items: [{ kind: "literal", text: ip }],
                  except: [{ kind: "literal", text: network }],
                })?.length === 0,
            );
            // `network` is read-only, "calculated from gateway_addresses": SegmentSubnet.
            if (gateway !== undefined) subnets.push({ gateway_address: `${gateway}/${prefix.length.value}` });
            else {
              this.report.inexpressible(
                this.draft.placeOf(segment.source),
                `segment ${segment.name}: subnet ${network} has no gateway, which NSX takes a subnet from: it passes over a network alone`,
              );
              subnets.push({ network });
            }
          }
    const ports = vnics.map((vnic): Json => ({ resource_type: "ChildSegmentPort", SegmentPort: this.port(vnic) }));
    return {
      resource_type: "Segment",
      id,
      display_name: segment.name,
      ...(subnets.length > 0 && { subnets }),
      ...(segment.vlan !== undefined && { vlan_ids: [String(segment.vlan)] }),
      ...(segment.vni !== undefined && { overlay_id: segment.vni }),
      ...(ports.length + maps.length > 0 && { children: [...ports, ...maps] }),
    };
  }
  protected port(vnic: Vnic): Json {
    const guard = this.policy.chains.find((chain) => chain.vnics.has(vnic))?.slots.get(1)?.block;
    const bindings = guard?.module === "swsec" ? guard.bindings.filter((binding) => binding.vnic === vnic) : [];
    const of = (mac: number | undefined, ips: readonly (number | bigint)[]): Json[] => {
      const own = mac ?? vnic.mac;
      const macText: Readonly<Record<string, string>> = own === undefined ? {} : { mac_address: formatMac(own) };
      return ips.length === 0
        ? own === undefined
          ? []
          : [macText]
        : ips.map((ip) => ({ ip_address: formatIp(ip), ...macText }));
    };
    const address_bindings = bindings.flatMap(({ mac, ips }) => of(mac, ips));
    return {
      resource_type: "SegmentPort",
      id: this.portIds.of(vnic.id),
      display_name: vnic.id,
      ...(vnic.tags.length > 0 && { tags: vnic.tags.map(tagOf) }),
      ...(address_bindings.length > 0 && { address_bindings }),
      ...(vnic.mac !== undefined || vnic.ips.length > 0
        ? {
            description: `vNIC ${[...(vnic.mac === undefined ? [] : [formatMac(vnic.mac)]), ...vnic.ips.map(formatIp)].join(" ")}`,
          }
        : {}),
    };
  }

  protected guards(): { readonly profiles: ApiObject[]; readonly maps: Map<string, Json[]> } {
    const profiles: ApiObject[] = [];
    const maps = new Map<string, Json[]>();
    const ids = new Ids();
    const written = new Set<Swsec>();
    for (const chain of this.policy.chains) {
      const guard = chain.slots.get(1)?.block;
      if (guard?.module !== "swsec") continue;
      const id = ids.of(guard.name);
      if (!written.has(guard)) {
        profiles.push(...this.profiles(guard, id));
        written.add(guard);
      }
      for (const segment of this.policy.segments.values()) {
        const vnics = [...this.policy.vnics.values()].filter((vnic) => vnic.segment === segment.name);
        const covered = vnics.filter((vnic) => chain.vnics.has(vnic));
        if (covered.length === 0) continue;
        if (covered.length < vnics.length) {
          this.report.inexpressible(
            this.draft.placeOf(chain.source),
            `chain ${chain.name}: some vNICs of segment ${segment.name} have ${guard.name} and some have not; profiles are of segments`,
          );
          continue;
        }
        maps.set(segment.name, [
          {
            resource_type: "ChildSegmentSecurityProfileBindingMap",
            SegmentSecurityProfileBindingMap: {
              resource_type: "SegmentSecurityProfileBindingMap",
              id: `${id}-security`,
              segment_security_profile_path: `/infra/segment-security-profiles/${id}`,
              spoofguard_profile_path: `/infra/spoofguard-profiles/${id}`,
            },
          },
          {
            resource_type: "ChildSegmentDiscoveryProfileBindingMap",
            SegmentDiscoveryProfileBindingMap: {
              resource_type: "SegmentDiscoveryProfileBindingMap",
              id: `${id}-discovery`,
              ip_discovery_profile_path: `/infra/ip-discovery-profiles/${id}`,
            },
          },
        ]);
      }
    }
    return { profiles, maps };
  }
  protected profiles(guard: Swsec, id: string): ApiObject[] {
    const { methods } = guard.discover;
    const at = this.draft.placeOf(guard.source);
    if (guard.arpSuppression.on)
      this.report.inexpressible(at, `swsec ${guard.name}: ARP suppression is always on in NSX, and no setting`);
    if (guard.allowLocal) this.report.inexpressible(at, `swsec ${guard.name}: allow-local`);
    const blocks = (word: "dhcp-server" | "dhcp-client" | "bpdu" | "router-advertisement" | "non-ip") =>
      guard.blocks.has(word);
    const rate = (what: string, direction: string) =>
      guard.limits.find((limit) => limit.what === what && limit.direction === direction)?.rate ?? 0;
    return [
      {
        resource_type: "SpoofGuardProfile",
        id,
        display_name: guard.name,
        address_binding_allowlist: guard.spoofguard.mode !== "off",
      },
      {
        resource_type: "SegmentSecurityProfile",
        id,
        display_name: guard.name,
        bpdu_filter_enable: blocks("bpdu"),
        dhcp_client_block_enabled: blocks("dhcp-client"),
        dhcp_client_block_v6_enabled: blocks("dhcp-client"),
        dhcp_server_block_enabled: blocks("dhcp-server"),
        dhcp_server_block_v6_enabled: blocks("dhcp-server"),
        non_ip_traffic_block_enabled: blocks("non-ip"),
        ra_guard_enabled: blocks("router-advertisement"),
        rate_limits_enabled: guard.limits.length > 0,
        ...(guard.limits.length > 0 && {
          rate_limits: {
            rx_broadcast: rate("broadcast", "out"),
            rx_multicast: rate("multicast", "out"),
            tx_broadcast: rate("broadcast", "in"),
            tx_multicast: rate("multicast", "in"),
          },
        }),
      },
      {
        resource_type: "IPDiscoveryProfile",
        id,
        display_name: guard.name,
        tofu_enabled: guard.spoofguard.mode === "tofu",
        ip_v4_discovery_options: {
          arp_snooping_config: { arp_snooping_enabled: methods.has("arp"), arp_binding_limit: 1 },
          dhcp_snooping_enabled: methods.has("dhcp"),
          vmtools_enabled: methods.has("tools"),
        },
        ip_v6_discovery_options: {
          nd_snooping_config: { nd_snooping_enabled: methods.has("nd"), nd_snooping_limit: 3 },
          dhcp_snooping_v6_enabled: methods.has("dhcp"),
          vmtools_v6_enabled: methods.has("tools"),
        },
      },
    ];
  }
}

function tagOf(tag: string): Json {
  const bar = tag.indexOf("|");
  return { scope: bar < 0 ? "" : tag.slice(0, bar), tag: tag.slice(bar + 1) };
}
