/** References of NSX-v's bodies: what rules, groups and services name. */
import type { XmlNode } from "./xml.ts";

/** A reference: an id, what kind of object it is of, and what it is called. */
export interface Reference {
  readonly id: string;
  readonly type: string;
  readonly name: string | undefined;
  readonly node: XmlNode;
}

export const memberOf = (member: XmlNode): Reference => ({
  id: member.text("objectId") ?? member.text("value") ?? "",
  type:
    member.one("type")?.text("typeName") ??
    member.text("objectTypeName") ??
    member.text("type") ??
    typeOfId(member.text("objectId") ?? ""),
  name: member.text("name"),
  node: member,
});
/** `securitygroup-12` says what it is. */
export function typeOfId(id: string): string {
  const word = /^([a-z]+)-\d+$/.exec(id)?.[1] ?? "";
  return (
    (
      {
        vm: "VirtualMachine",
        virtualwire: "VirtualWire",
        dvportgroup: "DistributedVirtualPortgroup",
        network: "Network",
        securitytag: "SecurityTag",
      } as Readonly<Record<string, string>>
    )[word] ??
    (word || "object")
  );
}
export const describe = (node: XmlNode): string[] =>
  (node.text("description") ?? node.text("notes"))?.split(/\r?\n/) ?? [];

/** Does a reference stand for the whole firewall? */
export const isEverywhere = ({ id, type }: Reference): boolean =>
  /^(?:DISTRIBUTED_FIREWALL|ALL_PROFILE_BINDINGS|ANY)$/i.test(id) ||
  /^(?:DISTRIBUTED_FIREWALL|ALL_PROFILE_BINDINGS)$/i.test(type);
