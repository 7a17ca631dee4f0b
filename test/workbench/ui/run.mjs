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
let folders = 0;

const counts = { passed: 0, failed: 0, skipped: 0 };
let server;
let browser;
try {
  execFileSync(process.execPath, ["package.mjs"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const extension = path.join(root, `dist/packages/iochain-${manifest.version}.vsix`);
  server = await startServer({ extension });
  browser = await launchBrowser();
  await walk(walkthrough, { isFolderOpen: false });
  await walk(newcomer);
  await walk(debugging);
  await walk(lenses, { theme: "Default Light Modern" });
  await walk(exchanging, { theme: "Default Dark Modern" });
  await walk([...replaying(), ...actingOnFlows]);
  const dump = path.join(scratch, "host-dump.txt");
  await writeFile(dump, DUMP);
  await walk(inTheBrowser(dump), { isFolderOpen: false, isWebOnly: true });
  for (const look of looks) {
    await walk(chainLooks(look), look);
    await walk(replaying(`, ${look.name}`), look);
  }
  await server.stop();
  server = await startServer({ extension, language: "de" });
  await walk(german);
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

/**
 * Walks a journey. On a busy machine a key or a click may be lost, as a person's may, who then does it again: a journey
 * that ended early is walked once more from its start, and what befell the first is told and not counted.
 */
async function walk(journey, look) {
  let walked = await tryToWalk(journey, look);
  if (walked.failed > 0) {
    console.log("Walked once more, in a window and a folder of its own:");
    walked = await tryToWalk(journey, look);
  }
  for (const [name, count] of Object.entries(walked)) counts[name] += count;
}

/** Each step stands on the one before, so a step that fails ends the journey. */
async function tryToWalk(journey, { isFolderOpen = true, isWebOnly = false, theme, width = 1280 } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  if (isWebOnly) await makeWebOnly(context, server.url, root);
  const page = await context.newPage();
  const workbench = new Workbench(page, screenshots);
  const steps = [["VS Code opens", () => open(workbench, isFolderOpen, theme)], ...journey];
  let passed = 0;
  for (const [title, step] of steps) {
    const start = Date.now();
    try {
      await step(workbench);
      passed++;
      console.log(`ok  ${title} (${Date.now() - start} ms)`);
    } catch (error) {
      console.log(`not ok  ${title}\n${error instanceof Error ? error.stack : error}`);
      await workbench.screenshot("failed");
      break;
    }
  }
  await context.close();
  return { passed, failed: passed < steps.length ? 1 : 0, skipped: Math.max(0, steps.length - passed - 1) };
}

/** VS Code with the samples open, or nothing. */
async function open(workbench, isFolderOpen, theme) {
  const folder = isFolderOpen ? await samplesOfOnesOwn(theme) : undefined;
  // The first load of the whole workbench, on a machine that may be busy.
  await workbench.page.goto(workbenchUrl(server.url, { folder }), { timeout: 60_000 });
  await workbench.ready();
}

/** The samples in a folder that nobody has written to: the web workbench saves by itself what is typed. */
async function samplesOfOnesOwn(theme) {
  const own = path.join(scratch, String(++folders), "samples");
  await cp(samples, own, { recursive: true });
  if (theme) {
    await mkdir(path.join(own, ".vscode"), { recursive: true });
    await writeFile(path.join(own, ".vscode/settings.json"), JSON.stringify({ "workbench.colorTheme": theme }));
  }
  return own;
}
