// What a newcomer does in the first five minutes, step by step; each step stands on the one before.
import assert from "node:assert/strict";

const policy = "three-tier.iochain";

/** Steps as `[what the newcomer sees, what they do]`. */
export const newcomer = [
  [
    "a policy opens as an IOChain policy",
    async (workbench) => {
      await workbench.openPolicy(policy);
      await workbench.screenshot("opened");
    },
  ],
  [
    "keywords are coloured",
    async (workbench) => {
      const colour = (word) =>
        workbench
          .line("policy")
          .getByText(word)
          .first()
          .evaluate((span) => getComputedStyle(span).color);
      assert.notEqual(await colour("policy"), await colour("Three-tier shop"));
    },
  ],
  [
    "the chain view draws sixteen slots",
    async (workbench) => {
      await workbench.command("IOChain: Show Chain View");
      const slots = workbench.chainView().locator("button.slot");
      await slots.nth(15).waitFor();
      assert.equal(await slots.count(), 16);
      assert.match(await slots.nth(2).textContent(), /^Slot 2dfw.*Distributed Firewall/);
      await workbench.screenshot("chain");
    },
  ],
  [
    "a mistake gets a squiggle, and undoing it removes the squiggle",
    async (workbench) => {
      await workbench.line("policy").click();
      await workbench.press("Control+End", "Enter");
      await workbench.page.keyboard.type("assert blokked from any to any");
      await workbench.squiggle().waitFor();
      await workbench.screenshot("mistake");
      await workbench.press("Escape", "Control+Shift+K");
      await workbench.squiggle().waitFor({ state: "hidden" });
    },
  ],
  [
    "hovering a slot's number says whose it is",
    async (workbench) => {
      await workbench.find("slot 2");
      assert.match(await workbench.hover("slot 2", "2"), /Distributed Firewall/);
      await workbench.screenshot("hover");
      await workbench.press("Escape");
    },
  ],
  [
    "F5 without a launch.json stops at the first packet",
    async (workbench) => {
      await workbench.line("slot 2").click();
      await workbench.startDebugging();
      await workbench.press("Control+Shift+d");
      await workbench.stoppedAt().waitFor();
      assert.match(await workbench.stoppedLine(), /^send tcp 203/);
      await workbench.screenshot("first-packet");
    },
  ],
  [
    "stepping in reaches a slot, then a rule",
    async (workbench) => {
      await workbench.step("F11");
      const inChain = await workbench.frames(2);
      assert.match(inChain[0], /^slot \d+ · /);
      assert.equal(inChain.length, 2);
      await workbench.step("F11");
      assert.equal((await workbench.frames(3)).length, 3);
      await workbench.screenshot("rule");
    },
  ],
  [
    "the chain view marks where the packet is",
    async (workbench) => {
      const current = workbench.chainView().locator("button.slot[aria-current]");
      await current.waitFor();
      const [, slot] = /^slot (\d+)/.exec((await workbench.callStack()).at(-2));
      assert.equal(await current.getAttribute("data-slot"), slot);
    },
  ],
  [
    "stepping over goes on, and stepping back undoes it exactly",
    async (workbench) => {
      const before = await workbench.callStack();
      await workbench.step("F10");
      assert.notDeepEqual(await workbench.callStack(), before);
      await workbench.stepBack();
      assert.deepEqual(await workbench.callStack(), before);
      await workbench.screenshot("stepped-back");
    },
  ],
  [
    "stopping ends the session, and the chain view is as configured again",
    async (workbench) => {
      await workbench.press("Shift+F5");
      await workbench.debugToolbar().waitFor({ state: "hidden" });
      await workbench.chainView().getByText("as configured").waitFor();
    },
  ],
];
