/** Fixes of bindings: what the inventory declares is bound. */
import { formatIp, formatMac } from "../../policy/addresses.ts";
import type { Vnic } from "../../policy/policy.ts";
import type { BindStatement, Statement } from "../../syntax/tree.ts";
import { writeName } from "../../syntax/writeName.ts";
import { insertAfter, replaceSpan } from "../edits.ts";
import { dataOf, type Fix, type Fixer, isStrings } from "./fix.ts";

/** `bind web-01.eth0 mac … ip …`: all that the inventory says of a vNIC. */
export function bindLine(vnic: Vnic): string {
  const mac = vnic.mac === undefined ? "" : ` mac ${formatMac(vnic.mac)}`;
  const ips = vnic.ips.length === 0 ? "" : ` ip ${vnic.ips.map(formatIp).join(", ")}`;
  return `bind ${writeName(vnic.vm)}.${writeName(vnic.name)}${mac}${ips}`;
}

/** Those that declare an address are bound as declared; the others can only be trusted on first use. */
export const bindMissing: Fixer = (view, finding) => {
  const { at } = finding.place;
  const { vnics } = view.policy();
  const missing = (dataOf(finding, "vnics", isStrings) ?? [])
    .map((id) => vnics.get(id))
    .filter((vnic) => vnic !== undefined);
  const known = missing.filter((vnic) => vnic.ips.length > 0);
  const fixes: Fix[] = [];
  if (known.length > 0) {
    const last: Statement = at.statement.parent?.children.findLast(({ kind }) => kind === "bind") ?? at.statement;
    fixes.push({
      title: known.length === 1 ? `Bind ${known[0]?.id} as declared` : `Bind ${known.length} vNICs as declared`,
      edits: [insertAfter(view, { uri: at.uri, statement: last }, known.map(bindLine).join("\n"))],
      preferred: known.length === missing.length,
    });
  }
  const mode = at.statement.kind === "spoofguard" ? at.statement.value : undefined;
  if (mode !== undefined && known.length < missing.length)
    fixes.push({
      title: "Trust the first address that is learned: spoofguard tofu",
      edits: [replaceSpan(view, at, mode, "tofu")],
    });
  // The one that settles it for every vNIC comes first.
  return known.length < missing.length ? fixes.reverse() : fixes;
};

export const bindAddress: Fixer = (view, finding) => {
  const { at } = finding.place;
  const missing = dataOf(finding, "missing", isStrings) ?? [];
  const statement = at.statement as BindStatement;
  const last = statement.kind === "bind" ? statement.ips.at(-1) : undefined;
  if (missing.length === 0 || last === undefined) return [];
  const list = missing.join(", ");
  const end = { start: last.end, end: last.end };
  return [{ title: `Bind ${list} too`, edits: [replaceSpan(view, at, end, `, ${list}`)], preferred: true }];
};
