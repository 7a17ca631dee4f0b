// A capture replayed: its flows over time and in a table, one of them stepped, one of them written down.
import assert from "node:assert/strict";
import { problemsOf } from "./axe.mjs";

const rows = (workbench) => workbench.replayView().locator(".body .row");

export const replaying = (name = "") => [
  [
    `a capture's flows are told${name}`,
    async (workbench) => {
      await workbench.openPolicy("three-tier.iochain");
      await workbench.line("policy").click();
      await workbench.command("IOChain: Replay Capture…");
      // Without a desktop the editor asks for files in a list of its own.
      await workbench.choose("three-tier.pcapng");
      await workbench.choose("web-01.eth0");
      await rows(workbench).first().waitFor();
      await workbench.page.waitForTimeout(300);
      await workbench.screenshot(`replay${name}`);
      assert.match(await rows(workbench).first().textContent(), /203\.0\.113\.7:51000.*delivered/);
      assert.deepEqual(await problemsOf(workbench.page, "#replay .table"), []);
    },
  ],
  [
    `flows are filtered by what became of them, and by words${name}`,
    async (workbench) => {
      const view = workbench.replayView();
      await view.getByRole("button", { name: /dropped/ }).click();
      assert.match(await view.getByRole("status").textContent(), /^5 of 9 flows/);
      await view.getByRole("searchbox").fill("198.51.100 :80");
      assert.match(await view.getByRole("status").textContent(), /^1 of 9 flows/);
      await view.getByRole("searchbox").fill("");
      await view.getByRole("slider").press("Home");
      assert.match(await view.getByRole("status").textContent(), /of 9 flows · /);
      await view.getByRole("slider").press("Escape");
    },
  ],
];

export const actingOnFlows = [
  [
    "what a capture has exercised is shown as coverage",
    async (workbench) => {
      await workbench.replayView().getByRole("button", { name: "Show Coverage" }).click();
      const file = workbench.page.locator(".test-coverage-list-item", { hasText: "three-tier.iochain" });
      await file.waitFor();
      await workbench.screenshot("replay-coverage");
      await workbench.command("IOChain Replay: Focus on Replay View");
    },
  ],
  [
    "a flow is stepped by itself",
    async (workbench) => {
      await workbench.replayView().getByRole("searchbox").fill(":3306");
      await workbench.replayView().getByRole("button", { name: "Debug Flow" }).click();
      await workbench.debugToolbar().waitFor();
      await workbench.press("Control+Shift+d");
      await workbench.page.locator(".debug-call-stack .stack-frame", { hasText: "frame 22" }).waitFor();
      const frames = workbench.page.locator(".tab", { hasText: "three-tier.pcapng" });
      assert.equal(await frames.count(), 1);
      await workbench.press("Shift+F5");
      await workbench.debugToolbar().waitFor({ state: "hidden" });
      // What the session made goes with it: the policy is in front again.
      await frames.waitFor({ state: "detached" });
    },
  ],
  [
    "a flow becomes a scenario of the policy",
    async (workbench) => {
      await workbench.command("IOChain Replay: Focus on Replay View");
      await workbench.replayView().getByRole("button", { name: "Make Scenario" }).click();
      await workbench.line('scenario "tcp 10.0.1.11:40003').waitFor();
      await workbench.replayView().getByText("edited since").waitFor();
      await workbench.screenshot("replay-scenario");
    },
  ],
  [
    "beside each rule stands how many packets it decided",
    async (workbench) => {
      await workbench.line('scenario "tcp 10.0.1.11:40003').click();
      await workbench.find('"Users to web"');
      await workbench.page.locator(".codelens-decoration", { hasText: "2 hits" }).first().waitFor();
      await workbench.screenshot("replay-hits");
    },
  ],
];
