/** SpoofGuard of NSX-v: policies as blocks of slot 1, and what is detected and approved at vNICs. */
import type { DraftBind, DraftSwsec } from "./draft.ts";
import type { NsxvInventory } from "./nsxvInventory.ts";
import type { Report } from "./report.ts";
import { addressText, macText } from "./values.ts";
import type { XmlNode } from "./xml.ts";

/** A policy's block, and the switches that have it. */
export interface NsxvGuard {
  readonly block: DraftSwsec;
  readonly segments: readonly string[];
}

const MODES: Readonly<Record<string, NonNullable<DraftSwsec["spoofguard"]>>> = {
  TOFU: "tofu",
  MANUAL: "manual",
  DISABLE: "off",
  DISABLED: "off",
};

export class NsxvSpoofguard {
  readonly #inventory: NsxvInventory;
  readonly #report: Report;
  readonly #policies: XmlNode[] = [];
  readonly #vnics: XmlNode[] = [];

  constructor(inventory: NsxvInventory, report: Report) {
    this.#inventory = inventory;
    this.#report = report;
  }

  addPolicy(node: XmlNode): void {
    this.#policies.push(node);
  }
  /** What SpoofGuard lists of a vNIC. */
  addVnic(node: XmlNode): void {
    this.#vnics.push(node);
  }

  guards(): NsxvGuard[] {
    for (const listed of this.#vnics) {
      const nic = nameOf(listed);
      if (nic === undefined) {
        this.#report.wrong(listed.at(), "SpoofGuard lists a vNIC without a name");
        continue;
      }
      const network = listed.text("networkId");
      this.#inventory.addressed(
        this.#inventory.vnic(nic, listed),
        macText(listed.text("detectedMacAddress") ?? listed.text("approvedMacAddress") ?? ""),
        addressesIn(listed, "detectedIpAddress"),
        network === undefined ? undefined : this.#inventory.segment(network, undefined),
      );
      this.#report.understood(listed.at(), `SpoofGuard lists ${nic}`);
      if (
        this.#policies.every((policy) => !isOf(listed, policy)) &&
        addressesIn(listed, "approvedIpAddress").length > 0
      )
        this.#report.inexpressible(
          listed.at(),
          `${nic} has approved addresses, and no input has the SpoofGuard policy that they belong to`,
        );
    }
    return this.#policies.map((node) => this.#guard(node));
  }

  #guard(node: XmlNode): NsxvGuard {
    const name = node.text("name") ?? "spoofguard";
    const mode = MODES[node.text("operationMode")?.toUpperCase() ?? "DISABLE"];
    if (mode === undefined)
      this.#report.wrong(
        node.one("operationMode")?.at() ?? node.at(),
        `SpoofGuard policy ${name}: operation mode ${node.text("operationMode")}, none of TOFU, MANUAL, DISABLE`,
      );
    const segments = node.all("enforcementPoint").flatMap((point) => {
      const id = point.text("id");
      return id === undefined ? [] : [this.#inventory.segment(id, point.text("name"))];
    });
    this.#report.understood(node.at(), `SpoofGuard policy ${name}`);
    const binds: DraftBind[] = [];
    for (const approved of this.#vnics) {
      const nic = nameOf(approved);
      const ips = addressesIn(approved, "approvedIpAddress");
      const mac = macText(approved.text("approvedMacAddress") ?? "");
      if (isOf(approved, node) && nic !== undefined && (ips.length > 0 || mac !== undefined))
        binds.push({ ...this.#inventory.vnic(nic, approved), ips, ...(mac && { mac }) });
    }
    return {
      segments,
      block: {
        module: "swsec",
        key: `swsec:${node.at().file}:${node.at().line}`,
        names: [name],
        spoofguard: mode ?? "off",
        ...(/^true$/i.test(node.text("allowLocalIPs") ?? "") && { allowLocal: true }),
        ...(binds.length > 0 && { binds }),
      },
    };
  }
}

const nameOf = (listed: XmlNode): string | undefined => listed.text("nicName") ?? listed.text("name");

/** Does what is listed of a vNIC belong to a policy? By the policy's id, else by the network; where neither is told, to all. */
function isOf(listed: XmlNode, policy: XmlNode): boolean {
  const id = listed.text("policyId");
  const network = listed.text("networkId");
  if (id !== undefined) return id === policy.text("policyId");
  return network === undefined || policy.all("enforcementPoint").some((point) => point.text("id") === network);
}

/** Single addresses of a list of them. */
const addressesIn = (node: XmlNode, list: string): string[] =>
  node
    .all(list)
    .flatMap((one) => [...one.all("ipAddress"), one])
    .flatMap((one) => addressText(one.content ?? "") ?? [])
    .filter((text) => !/[/-]/.test(text));
