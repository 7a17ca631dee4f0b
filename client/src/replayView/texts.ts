/** The page's words in the language of the window. */
import { l10n } from "vscode";
import type { Texts } from "./replay.ts";

export function texts(): Texts {
  return {
    filter: l10n.t("Filter by address, port, rule, reason"),
    shown: l10n.t("{0} of {1} flows", "{0}", "{1}"),
    frames: l10n.t("{0} frames", "{0}"),
    without: l10n.t("{0} frames of no flow", "{0}"),
    timeline: l10n.t("Frames over time. The arrow keys choose a moment, Escape the whole capture."),
    all: l10n.t("the whole capture"),
    debug: l10n.t("Debug Flow"),
    scenario: l10n.t("Make Scenario"),
    open: l10n.t("Go to Rule"),
    again: l10n.t("Replay Again"),
    edited: l10n.t("The policy has been edited since: replay again to see what has changed."),
    coverage: l10n.t("Show Coverage"),
    none: l10n.t("No flow is like this."),
    flow: l10n.t("Flow"),
    vnics: l10n.t("vNIC"),
    packets: l10n.t("Packets"),
    bytes: l10n.t("Bytes"),
    first: l10n.t("First"),
    lasts: l10n.t("Lasts"),
    outcome: l10n.t("Outcome"),
    by: l10n.t("Decided by"),
    reason: l10n.t("Reason"),
  };
}
