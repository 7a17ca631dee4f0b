// What a person asks the debugger while a packet stands still: every pane of it.
import assert from "node:assert/strict";

const policy = "three-tier.iochain";

/** Steps as `[what the person sees, what they do]`. */
export const debugging = [
  [
    "a scenario is chosen, and its packet followed to a rule",
    async (workbench) => {
      await workbench.openPolicy(policy);
      await workbench.line("policy").click();
      await workbench.command("IOChain: Debug Scenario");
      await workbench.choose("An intruder on web-01 looks around");
      await workbench.debugToolbar().waitFor();
      await workbench.press("Control+Shift+d");
      await workbench.stoppedAt().waitFor();
      // The first slot outwards is the edge, then the guard, then the firewall; its third rule.
      while (!/^rule 1003/.test((await workbench.callStack())[0])) await workbench.step("F11");
      await workbench.screenshot("debug-rule");
    },
  ],
  [
    "beside each rule that was tried stands whether it matches",
    async (workbench) => {
      const rule = workbench.line("rule 1002");
      // As the editor has it, with hard spaces.
      await rule.getByText(/no\smatch/).waitFor();
      assert.match((await rule.textContent()).replace(/\s/g, " "), /tomcat no match: to is app, not 10\.0\.3\.11/);
      await workbench.screenshot("debug-inline-values");
    },
  ],
  [
    "hovering a rule's number says why it does not match",
    async (workbench) => {
      const hover = workbench.page.locator(".debug-hover-widget:visible");
      await workbench.line("rule 1002").getByText("1002", { exact: true }).hover();
      await hover.getByText("rule 1002 does not match").first().waitFor();
      await workbench.screenshot("debug-hover");
      await workbench.page.mouse.move(640, 790);
    },
  ],
  [
    "the debug console completes, and answers why a rule does not match",
    async (workbench) => {
      await workbench.press("Control+Shift+y");
      const input = workbench.page.locator(".repl-input-wrapper .monaco-editor").first();
      await input.click();
      await workbench.page.keyboard.type("tcp.ds");
      await workbench.page.locator(".suggest-widget.visible .monaco-list-row").first().waitFor();
      await workbench.screenshot("debug-console-completion");
      await workbench.press("Escape");
      for (let i = 0; i < 6; i++) await workbench.press("Backspace");
      await workbench.page.keyboard.type("matches(1002)");
      await workbench.press("Escape", "Enter");
      const answer = workbench.page.locator(".repl .evaluation-result", { hasText: "rule 1002" }).first();
      await answer.waitFor();
      await workbench.screenshot("debug-console-answer");
      assert.match(await answer.textContent(), /rule 1002 (matches|does not match)/);
    },
  ],
];
