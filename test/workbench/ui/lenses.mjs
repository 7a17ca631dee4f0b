// What stands above a scenario, clicked: also by somebody who has just edited elsewhere and comes back.
import assert from "node:assert/strict";

const lens = (workbench, title) => workbench.page.locator(".codelens-decoration a", { hasText: title }).last();

export const lenses = [
  [
    "a lens that was out of sight while newer ones came does what it says",
    async (workbench) => {
      const { page } = workbench;
      await workbench.openPolicy("three-tier.iochain");
      await workbench.line("policy").click();
      await workbench.press("Control+End");
      await workbench.line("gone quiet").waitFor();
      await lens(workbench, "Way").waitFor();
      await page.waitForTimeout(1500);
      await workbench.press("Control+Home");
      await page.keyboard.type("// ");
      // The editor asks for lenses a while after an edit, and a while later for those in sight.
      await page.waitForTimeout(2000);
      await workbench.press("Control+End");
      // Before it has asked for those that have come into sight.
      const { x, y, width, height } = await lens(workbench, "Way").boundingBox();
      await page.mouse.click(x + width / 2, y + height / 2);
      await workbench
        .chainView()
        .locator(".slot .verdict", { hasText: /allow|drop/ })
        .first()
        .waitFor();
      await workbench.screenshot("way");
      assert.equal(await page.locator(".notification-toast").count(), 0);
    },
  ],
  [
    "a scenario that is run has its result in the gutter, and no message",
    async (workbench) => {
      await lens(workbench, "Run").click();
      await workbench.page.locator(".codicon-testing-passed-icon").first().waitFor();
      await workbench.screenshot("run");
      assert.equal(await workbench.page.locator(".notification-toast").count(), 0);
    },
  ],
];
