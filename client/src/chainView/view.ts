/**
 * The chain view: the sixteen slots between a VM and the switch. While debugging it follows the packet; a scenario's
 * packets and single ones it shows with their whole trip; otherwise what the open policy configures.
 */
import * as vscode from "vscode";
import { debugType, isPolicy } from "../names.ts";
import { pageHtml } from "../pages/html.ts";
import type { Server } from "../server.ts";
import { openStatement } from "../statements.ts";
import type { Chain, FromPage, Picture, ToPage } from "./chain.ts";
import { OFFERED, readMessage } from "./fromPage.ts";
import { texts } from "./texts.ts";
import { configuredPicture, type LiveChain, livePicture, mostLanes, type Trip, tripPicture } from "./trips.ts";

export const viewId = "iochain.chain";
/** Typing should not ask the server at every key. */
const quietMilliseconds = 150;

/** Whose way is shown instead of the chain as configured. */
export type Subject = { readonly uri: string } & (
  | { readonly scenario: string; readonly line?: number }
  | { readonly packet: string; readonly from?: string }
  /** A trip that is over and does not change with the policy: a frame of a capture. */
  | { readonly trip: Trip }
);

interface WayStep {
  readonly line: number;
  readonly trace: Trip;
  readonly failure?: { readonly expected: string; readonly actual: string };
}

export class ChainView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private picture: Picture | undefined;
  private subject: Subject | undefined;
  /** Which of a scenario's packets is shown, and which of a policy's chains. */
  private step: number | undefined;
  private chain: string | undefined;
  private document: vscode.TextDocument | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the questions asked, so that a late answer to an old one is not shown. */
  private asked = 0;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly server: Server,
  ) {}

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    const root = vscode.Uri.joinPath(this.extensionUri, "dist", "chain-view");
    view.webview.options = { enableScripts: true, localResourceRoots: [root] };
    view.webview.onDidReceiveMessage((said: unknown) => {
      const message = readMessage(said);
      return message && this.receive(message);
    });
    view.onDidChangeVisibility(() => this.refresh());
    view.onDidDispose(() => {
      this.view = undefined;
    });
    view.webview.html = pageHtml(view.webview, root, "chain");
  }

  async show(subject?: Subject): Promise<void> {
    if (subject) {
      this.subject = subject;
      this.step = undefined;
    }
    await vscode.commands.executeCommand(`${viewId}.focus`, { preserveFocus: true });
    await this.refresh();
  }

  refreshSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), quietMilliseconds);
  }

  async refresh(): Promise<void> {
    if (!this.view?.visible) return;
    const question = ++this.asked;
    const answer = await this.ask().catch((error): ToPage => nothing(String(error.message ?? error)));
    if (question !== this.asked) return;
    this.picture = answer.type === "picture" ? answer.picture : undefined;
    await this.view?.webview.postMessage(answer);
  }

  private async receive(message: FromPage): Promise<void> {
    switch (message.type) {
      case "ready":
        await this.view?.webview.postMessage({ type: "texts", texts: texts() } satisfies ToPage);
        return this.refresh();
      case "step":
        this.step = message.index;
        return this.refresh();
      case "chain":
        this.chain = message.name;
        return this.refresh();
      case "close":
        this.subject = undefined;
        return this.refresh();
      case "offer":
        await vscode.commands.executeCommand(message.command);
        return;
      case "open":
        return this.open(message);
      case "runTo":
        await vscode.debug.activeDebugSession?.customRequest("iochain/runTo", {
          slot: message.slot,
          walk: message.lane,
        });
    }
  }

  private async ask(): Promise<ToPage> {
    const session = vscode.debug.activeDebugSession;
    if (session?.type === debugType) {
      const live: LiveChain = await session.customRequest("iochain/chain");
      return { type: "picture", picture: livePicture(live) };
    }
    const active = vscode.window.activeTextEditor?.document;
    if (active && isPolicy(active)) this.document = active;
    if (this.document?.isClosed) this.document = undefined;
    if (this.subject) {
      if (!active || !isPolicy(active) || active.uri.toString() === this.subject.uri) return this.way(this.subject);
      this.subject = undefined;
    }
    if (!this.document) return nothing(vscode.l10n.t("Open an IOChain policy to see its chain."), true);
    const chain = await this.chainOf(this.document.uri.toString(), { chain: this.chain });
    return chain
      ? { type: "picture", picture: configuredPicture(chain) }
      : nothing(vscode.l10n.t("This policy has no chain yet: type “chain” for a template."));
  }

  private async way(subject: Subject): Promise<ToPage> {
    const { uri } = subject;
    if ("trip" in subject) return { type: "picture", picture: await this.draw(uri, subject.trip) };
    if ("packet" in subject) {
      const trip = await this.server.sendRequest<Trip>("iochain/trace", subject);
      return { type: "picture", picture: await this.draw(uri, trip) };
    }
    const { steps } = await this.server.sendRequest<{ steps: WayStep[] }>("iochain/way", subject);
    const wanted = this.step ?? steps.findIndex(({ line }) => line === subject.line);
    const shown = Math.min(Math.max(0, wanted), steps.length - 1);
    const step = steps[shown];
    if (!step) return nothing(vscode.l10n.t("This scenario sends no packet yet."));
    const scenario = {
      name: subject.scenario,
      shown,
      steps: steps.map(({ trace: { packet, outcome }, failure }) => ({
        packet,
        outcome,
        failed: failure !== undefined,
      })),
    };
    const drawn = await this.draw(uri, step.trace);
    return { type: "picture", picture: { ...drawn, scenario, ...(step.failure ? { failure: step.failure } : {}) } };
  }

  private async draw(uri: string, trip: Trip): Promise<Picture> {
    const vnics = [...new Set(trip.walks.slice(0, mostLanes).map(({ vnic }) => vnic))];
    const chains = await Promise.all(vnics.map(async (vnic) => [vnic, await this.chainOf(uri, { vnic })] as const));
    return tripPicture(trip, new Map(chains.flatMap(([vnic, chain]) => (chain ? [[vnic, chain]] : []))));
  }

  private chainOf(uri: string, which: { chain?: string | undefined; vnic?: string }): Promise<Chain | null> {
    return this.server.sendRequest<Chain | null>("iochain/chain", { uri, ...which });
  }

  /** Opens the statement that decided at a slot, else the block's declaration. */
  private async open({ lane, slot }: { readonly lane: number; readonly slot: number }): Promise<void> {
    const walk = this.picture?.lanes[lane];
    const policy = this.subject?.uri ?? this.document?.uri.toString();
    const configured = policy && walk ? await this.chainOf(policy, { vnic: walk.vnic }).catch(() => null) : null;
    const by = [walk?.slots[slot]?.by, configured?.slots[slot]?.by].find((each) => each?.line !== undefined);
    await openStatement(by, { preserveFocus: true });
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

function nothing(why: string, isEmpty = false): ToPage {
  const labels = {
    "iochain.newPolicy": vscode.l10n.t("New Policy"),
    "iochain.openSample": vscode.l10n.t("Open a Sample"),
  };
  const offers = isEmpty ? OFFERED.map((command) => ({ label: labels[command], command })) : [];
  return { type: "nothing", why, offers };
}
