// Every screen that the extension has, in each theme and width, as pictures to look at: `npm run screens`, with names
// of looks or of screens for some of them. In .vscode-test/screens/, a folder for each look.
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { launchBrowser, startServer, workbenchUrl } from "../host.mjs";
import { installChromium, installHost } from "../install.mjs";
import { output, root, samples } from "../paths.mjs";
import { problemsOf } from "./axe.mjs";
import { Workbench } from "./workbench.mjs";

const themes = {
  light: "Default Light Modern",
  dark: "Default Dark Modern",
  "hc-dark": "Default High Contrast",
  "hc-light": "Default High Contrast Light",
};
const looks = Object.entries(themes).flatMap(([name, theme]) =>
  [1280, 800].map((width) => ({ name: `${name}-${width}`, theme, width })),
);
const policy = "three-tier.iochain";
const shop = "A customer buys";

/** What a host's command prints, to be imported. */
const rules = `ruleset domain-c7 {
  # Filter rules
  rule 1001 at 1 in protocol tcp from any to addrset ip-securitygroup-10 port 443 accept;
  rule 1002 at 2 inout protocol any from any to any drop with log;
}
`;

const input = (workbench) => workbench.page.locator(".quick-input-widget input");
const view = (workbench, name) => workbench.page.locator(`.activitybar [aria-label^='${name}']`).first().click();

/** Screens by window: each is what is done to have it before one. */
const journeys = {
  empty: {
    explorer: () => {},
    palette: async (workbench) => {
      await workbench.press("F1");
      await input(workbench).fill(">IOChain:");
      await workbench.page.waitForTimeout(800);
    },
    walkthrough: async (workbench) => {
      await workbench.press("Escape");
      await workbench.command("Welcome: Open Walkthrough");
      await workbench.choose("Get Started with IOChain");
      await workbench.page.locator(".getting-started-step").first().waitFor();
    },
    "walkthrough-step": async (workbench) => {
      await workbench.page.locator(".getting-started-step").nth(2).click();
    },
    // The pictures of the steps stand beside them where there is room.
    "walkthrough-wide": async (workbench) => {
      if (await workbench.page.locator(".part.sidebar").isVisible()) await workbench.press("Control+b");
    },
    testing: (workbench) => view(workbench, "Testing"),
    debug: (workbench) => view(workbench, "Run and Debug"),
    chain: async (workbench) => {
      await workbench.command("IOChain: Show Chain View");
      await workbench.chainView().locator(".nothing").waitFor();
    },
    "new-policy": async (workbench) => {
      await workbench.command("IOChain: New Policy…");
      await workbench.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    },
    "new-policy-small": async (workbench) => {
      await workbench.press("Enter");
      await workbench.line("New policy").waitFor();
    },
    settings: async (workbench) => {
      await workbench.command("Preferences: Open Settings (UI)");
      await workbench.page.locator(".settings-editor .suggest-input-container").click();
      await workbench.page.keyboard.type("@ext:iochain.iochain");
      await workbench.page.locator(".setting-item").first().waitFor();
    },
  },
  editing: {
    editor: async (workbench) => {
      await workbench.openPolicy(policy);
      await workbench.page.getByText("references").first().waitFor();
    },
    "hover-slot": async (workbench) => {
      await workbench.find("dfw   east-west");
      await workbench.hover("slot 2", "2");
    },
    "hover-rule": async (workbench) => {
      await workbench.press("Escape");
      await workbench.find('"App to db"');
      await workbench.hover("rule 1003", "1003");
    },
    "hover-group": async (workbench) => {
      await workbench.press("Escape");
      await workbench.find("group internet");
      await workbench.hover("group internet", "internet");
    },
    completion: async (workbench) => {
      await workbench.press("Escape");
      await workbench.find('"No lateral"');
      await workbench.press("End", "Enter");
      await workbench.page.keyboard.type('rule 1005 "New" allow from we');
      await workbench.press("Control+Space");
      await workbench.page.locator(".suggest-widget.visible .monaco-list-row").first().waitFor();
    },
    findings: async (workbench) => {
      await workbench.press("Escape", "Control+Shift+K");
      await workbench.find("dfw   east-west");
      await workbench.line("slot 2 dfw").getByText("2", { exact: true }).first().dblclick();
      await workbench.page.keyboard.type("3");
      await workbench.squiggle().waitFor();
      await workbench.command("Problems: Focus on Problems View");
    },
    "hover-finding": async (workbench) => {
      // Else the search would be the list's.
      await workbench.press("Control+1");
      await workbench.find("dfw   east-west");
      await workbench.hover("slot 3 dfw", "3");
    },
    fixes: async (workbench) => {
      await workbench.press("Escape", "Escape");
      await workbench.line("slot 3 dfw").getByText("3", { exact: true }).click();
      await workbench.press("Control+.");
      await workbench.page.locator(".action-widget").first().waitFor();
    },
    peek: async (workbench) => {
      await workbench.press("Escape", "Control+z");
      await workbench.find("group web");
      await workbench.press("Shift+F12");
      await workbench.page.locator(".zone-widget").first().waitFor();
    },
    "chain-low": async (workbench) => {
      await workbench.press("Escape");
      await workbench.command("IOChain: Show Chain View");
      await workbench.chainView().locator("button.slot").nth(15).waitFor();
      await axe(workbench, "#chain button.slot");
    },
    "chain-way": async (workbench) => {
      await workbench.find(`scenario "${shop}"`);
      await workbench.page.getByText("✓").first().waitFor();
      await workbench.page.locator(".codelens-decoration a", { hasText: "Way" }).first().click();
      await workbench.chainView().locator(".slot .verdict", { hasText: "allow" }).first().waitFor();
      await axe(workbench, "#chain button.slot");
    },
    "chain-tall": async (workbench) => {
      await workbench.command("View: Toggle Maximized Panel");
      await axe(workbench, "#chain button.slot");
    },
    "chain-side": async (workbench) => {
      await workbench.command("View: Toggle Maximized Panel");
      await workbench.command("View: Move View");
      await input(workbench).fill("IOChain");
      await workbench.press("Enter");
      await workbench.page.waitForTimeout(400);
      await workbench.choose("New Side Bar Entry");
      await workbench.chainView().locator("button.slot").nth(15).waitFor();
      await axe(workbench, "#chain button.slot");
    },
  },
  debugging: {
    "first-packet": async (workbench) => {
      await workbench.openPolicy(policy);
      await workbench.line("policy").click();
      await workbench.startDebugging();
      await workbench.stoppedAt().waitFor();
    },
    rule: async (workbench) => {
      await workbench.press("Control+Shift+d");
      while (!/^rule 1001/.test((await workbench.callStack())[0])) await workbench.step("F11");
    },
    panes: (workbench) => workbench.step("F10"),
    console: async (workbench) => {
      await workbench.press("Control+Shift+y");
      await workbench.page.locator(".repl-input-wrapper .monaco-editor").first().click();
      await workbench.page.keyboard.type("matches(1002)");
      await workbench.press("Escape", "Enter");
      await workbench.page.locator(".repl .evaluation-result").first().waitFor();
    },
    "chain-receiving": async (workbench) => {
      await workbench.command("IOChain: Show Chain View");
      for (let steps = 0; steps < 12 && !/expect delivered/.test(await workbench.stoppedLine()); steps++)
        await workbench.step("F10").catch(() => {});
      await axe(workbench, "#chain button.slot");
    },
  },
  testing: {
    failed: async (workbench) => {
      await workbench.openPolicy(policy);
      await workbench.find("expect delivered by rule 1003");
      await workbench.line("expect delivered by rule 1003").getByText("1003").first().dblclick();
      await workbench.page.keyboard.type("1002");
      await workbench.find('"No lateral"');
      await workbench.line('"No lateral"').getByText("reject", { exact: true }).first().dblclick();
      await workbench.page.keyboard.type("allow");
      await view(workbench, "Testing");
      await workbench.seeTestsFail(policy);
    },
    peek: async (workbench) => {
      await workbench.page.locator(".test-explorer .monaco-list-row", { hasText: "no lateral" }).first().dblclick();
      await workbench.page.waitForTimeout(800);
    },
    results: async (workbench) => {
      await workbench.press("Escape");
      await workbench.command("Test Results: Focus on Test Results View").catch(() => workbench.press("Escape"));
    },
    coverage: async (workbench) => {
      await workbench.command("Test: Run All Tests with Coverage");
      await workbench.page.waitForTimeout(2500);
    },
  },
  replay: {
    file: async (workbench) => {
      await workbench.openPolicy(policy);
      await workbench.line("policy").click();
      await workbench.command("IOChain: Replay Capture…");
      await workbench.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    },
    vantage: async (workbench) => {
      await workbench.choose("three-tier.pcapng");
      await workbench.page.locator(".quick-input-list .monaco-list-row", { hasText: "web-01.eth0" }).first().waitFor();
    },
    flows: async (workbench) => {
      await workbench.choose("web-01.eth0");
      await workbench.replayView().locator(".body .row").first().waitFor();
      await axe(workbench, "#replay .table");
    },
    tall: async (workbench) => {
      await workbench.command("View: Toggle Maximized Panel");
      await axe(workbench, "#replay .table");
    },
    side: async (workbench) => {
      await workbench.command("View: Toggle Maximized Panel");
      await workbench.command("View: Move View");
      await input(workbench).fill("Replay");
      await workbench.press("Enter");
      await workbench.page.waitForTimeout(400);
      await workbench.choose("New Side Bar Entry");
      await workbench.replayView().locator(".body .row").first().waitFor();
      await axe(workbench, "#replay .table");
    },
  },
  documents: {
    "explain-box": async (workbench) => {
      await workbench.openPolicy(policy);
      await workbench.line("policy").click();
      await workbench.command("IOChain: Explain Class of Packets…");
      await workbench.page.locator(".quick-input-title", { hasText: "(1/" }).waitFor();
    },
    explained: async (workbench) => {
      for (const [index, text] of ["web", "db", ""].entries()) {
        await workbench.page.locator(".quick-input-title", { hasText: `(${index + 1}/` }).waitFor();
        await input(workbench).fill(text);
        await workbench.press("Enter");
      }
      await workbench.line("for example").waitFor();
    },
    compare: async (workbench) => {
      await workbench.openPolicy(policy);
      await workbench.line("policy").click();
      await workbench.command("IOChain: Compare with File…");
      await workbench.choose("old.iochain");
      await workbench.line("against old").waitFor();
    },
    export: async (workbench) => {
      await workbench.openPolicy(policy);
      await workbench.line("policy").click();
      await workbench.command("IOChain: Export As…");
      await workbench.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    },
    exported: async (workbench) => {
      await workbench.choose("Terraform");
      await workbench.line('resource "nsxt_policy').waitFor();
    },
    trace: async (workbench) => {
      await workbench.openPolicy(policy);
      await workbench.line("policy").click();
      await workbench.command("IOChain: Trace Packet…");
      await workbench.page.waitForTimeout(500);
    },
    traced: async (workbench) => {
      await input(workbench).fill("tcp 203.0.113.7:51000 -> web-01:443 syn");
      await workbench.press("Enter");
      await workbench.chainView().locator(".slot .verdict", { hasText: "allow" }).first().waitFor();
    },
    import: async (workbench) => {
      await workbench.command("IOChain: Import…");
      await workbench.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    },
    imported: async (workbench) => {
      await workbench.choose("vsipioctl getrules");
      await workbench.choose("rules.txt");
      await workbench.page.locator(".notification-toast").first().waitFor();
    },
  },
};

installHost();
installChromium();
execFileSync(process.execPath, ["esbuild.mjs", "--production"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
const asked = process.argv.slice(2);
const chosenLooks = looks.filter(({ name }) => asked.includes(name));
const chosenJourneys = Object.entries(journeys).filter(([name]) => asked.includes(name));
const scratch = await mkdtemp(path.join(tmpdir(), "iochain-screens-"));
let problems = 0;
let server;
let browser;
try {
  server = await startServer({ extension: root });
  browser = await launchBrowser();
  for (const look of chosenLooks.length > 0 ? chosenLooks : looks)
    for (const [name, journey] of chosenJourneys.length > 0 ? chosenJourneys : Object.entries(journeys))
      await walk(look, name, journey);
} finally {
  await browser?.close();
  await server?.stop();
  await rm(scratch, { recursive: true, force: true });
}
if (problems > 0) process.exitCode = 1;
console.log(`${problems} problems`);

async function walk(look, name, journey) {
  const folder = path.join(output, "screens", look.name);
  await mkdir(folder, { recursive: true });
  const workbench = await open(look, name !== "empty");
  try {
    for (const [screen, have] of Object.entries(journey)) {
      await Promise.resolve(have(workbench)).catch((error) => tell(`${look.name} ${name} ${screen}`, String(error)));
      await workbench.page.waitForTimeout(700);
      await workbench.page.screenshot({ path: path.join(folder, `${name}-${screen}.png`) });
    }
  } finally {
    await workbench.page.context().close();
  }
}

async function open({ name, theme, width }, hasFolder) {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(12_000);
  const folder = path.join(await mkdtemp(path.join(scratch, `${name}-`)), "samples");
  await cp(samples, folder, { recursive: true });
  await mkdir(path.join(folder, ".vscode"));
  await writeFile(
    path.join(folder, ".vscode/settings.json"),
    JSON.stringify({ "workbench.colorTheme": theme, "files.exclude": { ".vscode": true } }),
  );
  await writeFile(path.join(folder, "rules.txt"), rules);
  await cp(path.join(samples, "spoofguard.iochain"), path.join(folder, "old.iochain"));
  const workbench = new Workbench(page, path.join(output, "screens"));
  await page.goto(workbenchUrl(server.url, hasFolder ? { folder } : {}), { timeout: 60_000 });
  await workbench.ready();
  if (!hasFolder) await workbench.command("Preferences: Color Theme").then(() => theming(workbench, theme));
  return workbench;
}

/** Without a folder there are no settings of its own. */
async function theming(workbench, theme) {
  await input(workbench).fill(theme.replace("Default ", ""));
  await workbench.page.waitForTimeout(500);
  await workbench.press("Enter");
}

async function axe(workbench, selector) {
  await workbench.page.waitForTimeout(600);
  for (const problem of await problemsOf(workbench.page, selector)) tell("axe", problem);
}

function tell(where, what) {
  problems++;
  console.log(`${where}: ${what.split("\n").slice(0, 3).join(" ")}`);
}
