// The extension where there is no Node at all: in a web worker, as on vscode.dev.
import assert from "node:assert/strict";

export const inTheBrowser = [
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
];
