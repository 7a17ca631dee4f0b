// A policy asked about, written in another format, and given a capture: what comes in and what goes out.
import assert from "node:assert/strict";

const input = (workbench) => workbench.page.locator(".quick-input-widget input");

/** Answers the boxes that ask one after the other. */
async function answer(workbench, ...texts) {
  for (const [index, text] of texts.entries()) {
    await workbench.page.locator(".quick-input-title", { hasText: `(${index + 1}/` }).waitFor();
    await input(workbench).fill(text);
    await workbench.press("Enter");
  }
}

export const exchanging = [
  [
    "a class of packets is explained, with its mistakes told in the box",
    async (workbench) => {
      await workbench.openPolicy("three-tier.iochain");
      await workbench.line("policy").click();
      await workbench.command("IOChain: Explain Class of Packets…");
      await answer(workbench, "web", "db", "mysqll");
      await workbench.page.locator(".quick-input-message", { hasText: "mysqll" }).waitFor();
      await workbench.screenshot("explain-mistake");
      await input(workbench).fill("mysql");
      await workbench.press("Enter");
      await workbench.line("for example tcp 10.0.1.11:40000 -> 10.0.3.11:3306 syn").waitFor();
      await workbench.page.locator(".codelens-decoration", { hasText: "Debug" }).first().waitFor();
      await workbench.page.locator(".detected-link", { hasText: "three-tier.iochain:47" }).first().waitFor();
      await workbench.screenshot("explained");
    },
  ],
  [
    "the policy is shown in another format, as a document",
    async (workbench) => {
      await workbench.openPolicy("three-tier.iochain");
      await workbench.line("policy").click();
      await workbench.command("IOChain: Export As…");
      await workbench.choose("Terraform");
      await workbench.line('resource "nsxt_policy').waitFor();
      await workbench.screenshot("exported");
    },
  ],
  [
    "a capture that is dropped onto a policy becomes a step with a vNIC to choose",
    async (workbench) => {
      const { page } = workbench;
      await workbench.openPolicy("three-tier.iochain");
      await workbench.line("policy").click();
      await workbench.press("Control+End");
      const capture = page.getByRole("treeitem", { name: "three-tier.pcapng" });
      const place = await workbench.line("no lateral movement").boundingBox();
      await capture.hover();
      await page.mouse.down();
      // With Shift it is dropped into the editor; without, it would be opened.
      await page.keyboard.down("Shift");
      for (const x of [20, 15, 10, 5]) await page.mouse.move(place.x + x, place.y + 30, { steps: 5 });
      await page.waitForTimeout(300);
      await page.mouse.up();
      await page.keyboard.up("Shift");
      await workbench.line('replay "three-tier.pcapng" at').waitFor();
      await workbench.screenshot("dropped");
      assert.match(await workbench.line('replay "three-tier.pcapng" at').textContent(), /at.web-01\.eth0/);
    },
  ],
];
