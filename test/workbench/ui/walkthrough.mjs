// The walkthrough of somebody who has nothing yet: no folder, no policy, no capture.
import assert from "node:assert/strict";

export const walkthrough = [
  [
    "the last step of the walkthrough replays the sample's own capture",
    async (workbench) => {
      const { page } = workbench;
      await workbench.command("Welcome: Open Walkthrough");
      await workbench.choose("Get Started with IOChain");
      await page.locator(".getting-started-step", { hasText: "Turn a capture into a scenario" }).click();
      await page.getByText("The sample has one").click();
      const rows = workbench.replayView().locator(".body .row");
      await rows.first().waitFor();
      await workbench.screenshot("walkthrough-replay");
      assert.equal(await rows.count(), 9);
    },
  ],
  [
    "and a flow of it becomes a scenario",
    async (workbench) => {
      await workbench.replayView().getByRole("button", { name: "Make Scenario" }).click();
      await workbench.line('scenario "tcp 203.0.113.7:51000').waitFor();
    },
  ],
];
