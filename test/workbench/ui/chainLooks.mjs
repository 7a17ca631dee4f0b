// The chain view in the themes and widths that people have: nothing that axe-core knows of is wrong with it.
import assert from "node:assert/strict";
import { problemsOf } from "./axe.mjs";

/** Windows to look at; the names are VS Code's own of the themes that it comes with. */
export const looks = [
  { name: "light", theme: "Default Light Modern", width: 1280 },
  { name: "dark-narrow", theme: "Default Dark Modern", width: 800 },
  { name: "high-contrast", theme: "Default High Contrast", width: 1280 },
];

export const chainLooks = ({ name }) => [
  [
    `the chain view while stepping, ${name}`,
    async (workbench) => {
      await workbench.openPolicy("three-tier.iochain");
      await workbench.line("policy").click();
      await workbench.startDebugging();
      await workbench.press("Control+Shift+d");
      await workbench.stoppedAt().waitFor();
      await workbench.step("F11");
      await workbench.step("F10");
      await workbench.chainView().locator("button.slot[aria-current]").waitFor();
      await workbench.screenshot(`chain-${name}`);
      assert.deepEqual(await problemsOf(workbench.page, "#chain button.slot"), []);
    },
  ],
  [
    `the keyboard goes from slot to slot, ${name}`,
    async (workbench) => {
      const slots = workbench.chainView().locator("button.slot");
      await slots.nth(2).focus();
      const isUpright = await slots.nth(2).evaluate((slot) => {
        const lanes = slot.closest(".lanes");
        return getComputedStyle(lanes).getPropertyValue("--upright").trim() === "1";
      });
      await workbench.press(isUpright ? "ArrowDown" : "ArrowRight");
      assert.equal(await workbench.chainView().locator("button.slot:focus").getAttribute("data-slot"), "3");
      await workbench.press("Shift+F5");
      await workbench.debugToolbar().waitFor({ state: "hidden" });
    },
  ],
];
