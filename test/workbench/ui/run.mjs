// Packs the extension, installs it, drives VS Code's window as a person would, and takes pictures on the way. Ends in the line
// `N passed, N failed, N skipped`. The pictures are in .vscode-test/screenshots/.
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import manifest from "../../../package.json" with { type: "json" };
import { launchBrowser, startServer, workbenchUrl } from "../host.mjs";
import { installChromium, installHost } from "../install.mjs";
import { output, root, samples } from "../paths.mjs";
import { DUMP, inTheBrowser } from "./browser.mjs";
import { chainLooks, looks } from "./chainLooks.mjs";
import { debugging } from "./debugger.mjs";
import { exchanging } from "./exchanging.mjs";
import { german } from "./german.mjs";
import { lenses } from "./lenses.mjs";
import { newcomer } from "./newcomer.mjs";
import { actingOnFlows, replaying } from "./replaying.mjs";
import { walkthrough } from "./walkthrough.mjs";
import { makeWebOnly } from "./webOnly.mjs";
import { Workbench } from "./workbench.mjs";

installHost();
installChromium();
const screenshots = path.join(output, "screenshots");
await rm(screenshots, { recursive: true, force: true });
await mkdir(screenshots, { recursive: true });
const scratch = await mkdtemp(path.join(tmpdir(), "iochain-ui-"));
// The web workbench saves by itself what is typed.
const folder = path.join(scratch, "samples");
await cp(samples, folder, { recursive: true });

const counts = { passed: 0, failed: 0, skipped: 0 };
let server;
let browser;
try {
  execFileSync(process.execPath, ["package.mjs"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const extension = path.join(root, `dist/packages/iochain-${manifest.version}.vsix`);
  server = await startServer({ extension });
  browser = await launchBrowser();
  await walk(await open({}), walkthrough);
  await walk(await open({ folder }), newcomer);
  await walk(await open({ folder }), debugging);
  await walk(await open({ folder: await themed({ name: "lenses", theme: "Default Light Modern" }) }), lenses);
  await walk(await open({ folder: await themed({ name: "exchange", theme: "Default Dark Modern" }) }), exchanging);
  await walk(await open({ folder }), [...replaying(), ...actingOnFlows]);
  const dump = path.join(scratch, "host-dump.txt");
  await writeFile(dump, DUMP);
  await walk(await open({ webOnly: true }), inTheBrowser(dump));
  for (const look of looks) {
    const own = await themed(look);
    await walk(await open({ folder: own, width: look.width }), chainLooks(look));
    await walk(await open({ folder: own, width: look.width }), replaying(`, ${look.name}`));
  }
  await server.stop();
  server = await startServer({ extension, language: "de" });
  await walk(await open({ folder }), german);
} catch (error) {
  console.error(error);
  counts.failed++;
} finally {
  await browser?.close();
  await server?.stop();
  await rm(scratch, { recursive: true, force: true });
}
if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);

/** A window of its own, with a folder open or none. */
async function open({ folder, webOnly = false, width = 1280 }) {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  if (webOnly) await makeWebOnly(context, server.url, root);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const workbench = new Workbench(page, screenshots);
  // The first load of the whole workbench, on a machine that may be busy.
  await page.goto(workbenchUrl(server.url, { folder }), { timeout: 60_000 });
  await workbench.ready();
  return workbench;
}

/** The samples in a folder whose settings have a theme. */
async function themed({ name, theme }) {
  const own = path.join(scratch, name);
  await cp(samples, own, { recursive: true });
  await mkdir(path.join(own, ".vscode"), { recursive: true });
  await writeFile(path.join(own, ".vscode/settings.json"), JSON.stringify({ "workbench.colorTheme": theme }));
  return own;
}

/** Each step stands on the one before, so a step that fails ends the journey. */
async function walk(workbench, journey) {
  for (const [index, [title, step]] of journey.entries()) {
    const start = Date.now();
    try {
      await step(workbench);
      counts.passed++;
      console.log(`ok  ${title} (${Date.now() - start} ms)`);
    } catch (error) {
      counts.failed++;
      counts.skipped += journey.length - index - 1;
      console.log(`not ok  ${title}\n${error instanceof Error ? error.stack : error}`);
      await workbench.screenshot("failed");
      return;
    }
  }
}
