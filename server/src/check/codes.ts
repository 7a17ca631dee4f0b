/** Every finding, one row each: its severity and the title of its page in `docs/findings/`. Tests and docs are held against this table. */
export type Severity = "error" | "warning" | "information" | "hint";

export interface CodeRow {
  readonly severity: Severity;
  readonly area: "syntax" | "names" | "values" | "slots" | "rules" | "bindings" | "services" | "checks";
  readonly title: string;
  /** True when the editor offers a quick fix. */
  readonly fix?: boolean;
  /** True when the editor fades the text. */
  readonly unnecessary?: boolean;
}

const e = (area: CodeRow["area"], title: string, more: Partial<CodeRow> = {}): CodeRow => ({
  severity: "error",
  area,
  title,
  ...more,
});
const w = (area: CodeRow["area"], title: string, more: Partial<CodeRow> = {}): CodeRow => ({
  severity: "warning",
  area,
  title,
  ...more,
});
const i = (area: CodeRow["area"], title: string, more: Partial<CodeRow> = {}): CodeRow => ({
  severity: "information",
  area,
  title,
  ...more,
});
const h = (area: CodeRow["area"], title: string, more: Partial<CodeRow> = {}): CodeRow => ({
  severity: "hint",
  area,
  title,
  ...more,
});

export const CODES = {
  "syntax-error": e("syntax", "The text is not of the language"),
  "duplicate-clause": e("syntax", "A clause stands twice in one rule", { fix: true }),

  "unknown-name": e("names", "Nothing of this name is declared", { fix: true }),
  "wrong-kind": e("names", "The name is of another kind of thing"),
  "duplicate-name": e("names", "Two declarations share a name"),
  "unused-declaration": h("names", "Nothing uses this declaration", { fix: true, unnecessary: true }),
  "import-not-found": e("names", "The imported file cannot be read"),
  "import-outside": e("names", "The imported file lies outside the open folders"),
  "group-cycle": e("names", "A group contains itself"),
  "service-cycle": e("names", "A service contains itself"),
  "hides-builtin": h("names", "A declaration hides a built-in service"),

  "bad-address": e("values", "Not an address"),
  "bad-mac": e("values", "Not a MAC address"),
  "bad-port": e("values", "Not a port"),
  "bad-icmp-type": e("values", "Not an ICMP type or code"),
  "bad-number": e("values", "A number out of its range"),
  "host-bits-set": w("values", "A prefix with host bits set", { fix: true }),
  "reversed-range": e("values", "A range that ends before it begins", { fix: true }),
  "mixed-family": e("values", "IPv4 and IPv6 in one range"),
  "too-large": e("values", "A set of more members than are taken"),
  "multicast-mac": w("values", "A multicast MAC for a vNIC"),

  "slot-out-of-range": e("slots", "A slot number beyond 0 to 15"),
  "slot-reserved": e("slots", "A reserved slot is used", { fix: true }),
  "slot-wrong-module": e("slots", "The slot belongs to another module", { fix: true }),
  "slot-duplicate": e("slots", "A slot is filled twice", { fix: true }),
  "slot-order": w("slots", "Slot lines out of order", { fix: true }),
  "slot-preview": i("slots", "The slot's module was announced, not delivered"),
  "slot-missing-firewall": w("slots", "A chain without the Distributed Firewall"),
  "spoofguard-without-firewall": w("slots", "SpoofGuard without the Distributed Firewall"),
  "redirect-unplaced": w("slots", "A redirect that no chain places", { fix: true }),
  "chain-overlap": e("slots", "Two chains cover one vNIC"),
  "chain-covers-nothing": w("slots", "A chain that covers no vNIC"),

  "rule-id-duplicate": e("rules", "Two rules of a block share an id", { fix: true }),
  "rule-shadowed": w("rules", "Earlier rules take all that this one matches"),
  "rule-redundant": w("rules", "The rule changes nothing", { fix: true }),
  "rule-never-matches": w("rules", "No packet can match the rule"),
  "empty-group": w("rules", "A group without members"),
  "any-any-allow": w("rules", "A rule that allows everything"),
  "missing-default": w("rules", "A firewall without a default", { fix: true }),
  "service-layer": e("rules", "A service of the wrong layer for its section"),
  "section-order": w("rules", "Sections out of the order of their categories", { fix: true }),
  "jump-outside-environment": e("rules", "jump-to-application outside environment"),
  "too-many-ports": w("rules", "More than 15 ports in one service entry"),
  "log-label-too-long": w("rules", "A log label longer than 32 characters"),
  "one-sided-allow": w("rules", "An allow rule that the other end stops"),
  "applied-to-misses": w("rules", "applied-to names vNICs that the rule cannot concern", { fix: true }),
  "default-drop-blocks-dhcp": w("rules", "The default drops DHCP that a vNIC needs", { fix: true }),
  "alg-not-simulated": i("rules", "The application-level gateway is not simulated"),
  "rules-per-vnic": w("rules", "More than 4,000 rules at one vNIC"),

  "bind-duplicate-ip": e("bindings", "One address bound to two vNICs"),
  "bind-duplicate-mac": e("bindings", "One MAC bound to two vNICs"),
  "bind-mac-mismatch": e("bindings", "The binding's MAC is not the vNIC's", { fix: true }),
  "bind-outside-subnet": w("bindings", "A bound address outside the segment's subnets"),
  "bind-missing": w("bindings", "A vNIC without a binding is cut off", { fix: true }),
  "bind-ip-mismatch": w("bindings", "A declared address that is not bound", { fix: true }),
  "bind-without-spoofguard": w("bindings", "Bindings that SpoofGuard does not use"),

  "redirect-never-reached": w("services", "The firewall drops all that would be redirected"),
  "inspected-then-dropped": i("services", "The appliance sees what the firewall drops"),
  "fail-open": i("services", "The service fails open"),
  "key-one-sided": w("services", "A key that the other end does not have"),

  "expect-failed": e("checks", "A scenario's expectation does not hold"),
  "assert-failed": e("checks", "An assert does not hold", { fix: true }),
} as const satisfies Record<string, CodeRow>;

export type Code = keyof typeof CODES;
