// The window in another language than English: what is ours is in it, from the manifest and from the program.
import assert from "node:assert/strict";

export const german = [
  [
    "commands and lenses are in the window's language",
    async (workbench) => {
      await workbench.openPolicy("three-tier.iochain");
      await workbench.line("policy").click();
      await workbench.find('scenario "A customer buys"');
      for (const title of ["Ausführen", "Debuggen", "Weg", "Spuren"])
        await workbench.page.locator(".codelens-decoration a", { hasText: title }).first().waitFor();
      await workbench.command("IOChain: Ansicht der Kette zeigen");
      await workbench.chainView().getByText("wie konfiguriert").waitFor();
      await workbench.screenshot("german");
    },
  ],
  [
    "so are questions, and the page that answers",
    async (workbench) => {
      await workbench.command("IOChain: Mitschnitt abspielen…");
      await workbench.choose("three-tier.pcapng");
      await workbench.page.locator(".quick-input-title", { hasText: "Mitschnitt abspielen" }).waitFor();
      await workbench.choose("web-01.eth0");
      const view = workbench.replayView();
      await view.getByRole("button", { name: "Szenario erstellen" }).waitFor();
      assert.match(await view.getByRole("status").last().textContent(), /^9 von 9 Flows/);
      await workbench.screenshot("german-replay");
    },
  ],
];
