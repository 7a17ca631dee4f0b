// The extension where there is no Node at all: in a web worker, as on vscode.dev.
import assert from "node:assert/strict";
import path from "node:path";

const policy = `policy "Small"
segment web-ls { vni 5001  subnet 10.0.1.0/24  gateway 10.0.1.1 }
vm web-01 { tags web  vnic eth0 { mac 00:50:56:aa:01:11  ip 10.0.1.11  segment web-ls } }
group web = tag web
dfw front {
  section "Shop" {
    rule 1 "Web" allow from any to web service https
  }
  default drop
}
chain standard applied-to any { slot 2 dfw front }
scenario "Customer" {
  send tcp 203.0.113.7:51000 -> web-01:443 syn  expect delivered by rule 1
  send tcp 203.0.113.7:51001 -> web-01:22 syn  expect dropped by default
}
`;

/** What a host prints, for `dump`, a file of that text. */
export const DUMP = `ruleset domain-c31 {
  # Filter rules
  rule 3101 at 1 inout protocol tcp from any to addrset orders port 443 accept with log;
  rule 3102 at 2 inout protocol any from any to any drop;
}
addrset orders {
ip 10.9.0.1,
}
`;

export const inTheBrowser = (dump) => [
  [
    "an untitled file becomes a policy",
    async (workbench) => {
      await workbench.command("File: New Untitled Text File");
      await workbench.page.locator(".monaco-editor .view-lines").first().waitFor();
      await workbench.command("Change Language Mode");
      await workbench.page.locator(".quick-input-widget input").fill("IOChain Policy");
      await workbench.press("Enter");
      await workbench.page.locator(".statusbar-item", { hasText: "IOChain Policy" }).waitFor();
    },
  ],
  [
    "the server in the worker finds a mistake",
    async (workbench) => {
      await workbench.page.locator(".monaco-editor .view-lines").first().click();
      await workbench.page.keyboard.type("assert blokked from any to any");
      await workbench.squiggle().waitFor();
      await workbench.screenshot("browser");
    },
  ],
  [
    "the server in the worker explains a word",
    async (workbench) => {
      assert.match(await workbench.hover("blokked", "any"), /any/);
    },
  ],
  [
    "F5 debugs the policy that nobody has saved, in this very worker",
    async (workbench) => {
      await workbench.page.locator(".monaco-editor .view-lines").first().click();
      await workbench.press("Control+a", "Delete");
      await workbench.page.keyboard.insertText(policy);
      await workbench.squiggle().waitFor({ state: "hidden" });
      await workbench.startDebugging();
      await workbench.press("Control+Shift+d");
      await workbench.stoppedAt().waitFor();
      assert.match(await workbench.stoppedLine(), /^send tcp 203\.0\.113\.7:51000/);
    },
  ],
  [
    "the chain view is drawn with its style sheet",
    async (workbench) => {
      const slots = workbench.chainView().locator("button.slot");
      await slots.nth(15).waitFor();
      await workbench.screenshot("browser-chain");
      const [first, second] = [await slots.nth(0).boundingBox(), await slots.nth(1).boundingBox()];
      assert.ok(second.x > first.x && second.y === first.y, "the slots stand beside each other");
    },
  ],
  [
    "stepping goes into the rule, and back",
    async (workbench) => {
      await workbench.step("F11");
      await workbench.step("F11");
      const atRule = await workbench.callStack();
      assert.match(atRule[0], /^rule 1 "Web"/);
      await workbench.screenshot("browser-rule");
      await workbench.step("F10");
      await workbench.stepBack();
      assert.deepEqual(await workbench.callStack(), atRule);
      await workbench.press("Shift+F5");
      await workbench.debugToolbar().waitFor({ state: "hidden" });
    },
  ],
  [
    "a host's dump is imported",
    async (workbench) => {
      const { page } = workbench;
      await workbench.command("IOChain: Import…");
      await workbench.choose("Host: vsipioctl getrules");
      // The window asks for files in a list of its own, which it has to fill first.
      await page.locator(".quick-input-list .monaco-list-row", { hasText: ".." }).first().waitFor();
      await page.locator(".quick-input-widget input").fill(dump);
      await page.locator(".quick-input-list .monaco-list-row", { hasText: path.basename(dump) }).waitFor();
      // The list is filled while it is typed into; Enter counts when it has come to rest.
      await page.waitForTimeout(500);
      await workbench.press("Enter");
      await workbench.line("rule 3101").waitFor();
      await workbench.screenshot("browser-import");
    },
  ],
];
