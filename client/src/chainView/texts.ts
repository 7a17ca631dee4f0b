/** The page's words in the language of the window. */
import { l10n } from "vscode";
import type { Texts } from "./chain.ts";

export function texts(): Texts {
  return {
    vm: l10n.t("VM"),
    vSwitch: l10n.t("vSwitch"),
    slots: l10n.t("Slots 0 to 15 of {0}", "{0}"),
    slot: l10n.t("Slot {0}", "{0}"),
    out: l10n.t("out: the VM sends, slot 0 to 15"),
    in: l10n.t("in: the VM receives, slot 15 to 0"),
    empty: l10n.t("empty"),
    reserved: l10n.t("reserved"),
    here: l10n.t("the packet is here"),
    notReached: l10n.t("not reached"),
    by: l10n.t("by {0}", "{0}"),
    rule: l10n.t("rule {0}", "{0}"),
    connection: l10n.t("connection {0}", "{0}"),
    appliance: l10n.t("appliance {0}", "{0}"),
    reply: l10n.t("answers {0}", "{0}"),
    disabled: l10n.t("skipped as disabled: {0}", "{0}"),
    routed: l10n.t("Router"),
    none: l10n.t("none"),
    asConfigured: l10n.t("as configured; press F5 to send a packet through it"),
    onItsWay: l10n.t("on its way"),
    after: l10n.t("at {0} s", "{0}"),
    expected: l10n.t("expected {0}, but {1}", "{0}", "{1}"),
    runTo: l10n.t("Run to slot {0}", "{0}"),
    runBackTo: l10n.t("Back to slot {0}", "{0}"),
    open: l10n.t("Open {0}", "{0}"),
    previous: l10n.t("Previous packet"),
    next: l10n.t("Next packet"),
    packets: l10n.t("Packets of {0}", "{0}"),
    packetOf: l10n.t("packet {0} of {1}", "{0}", "{1}"),
    chains: l10n.t("Chain"),
    close: l10n.t("Back to the chain as configured"),
    noChain: l10n.t("No chain covers this vNIC: everything passes."),
  };
}
