// npm run screenshots: the pictures of the README (docs/images/) and of the walkthrough (media/walkthrough/), taken from
// the extension as it runs in a real VS Code. What they show is the samples, edited on the way.
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import sharp from "sharp";
import { launchBrowser, startServer, workbenchUrl } from "./host.mjs";
import { installChromium, installHost } from "./install.mjs";
import { output, root, samples } from "./paths.mjs";
import { Workbench } from "./ui/workbench.mjs";

const policy = "three-tier.iochain";
/** A whole window for a page; for the walkthrough an editor and hardly more, as its pictures are shown small. */
const windows = { page: { width: 1180, height: 740 }, walkthrough: { width: 680, height: 440 } };
/** From this size on the sixteen slots stand beside each other, and whole. */
const chainWindow = { width: 860, height: 620 };
const themes = { light: "Default Light Modern", dark: "Default Dark Modern" };
/** Octets. The walkthrough's are part of the extension, eight of them. */
const largest = { still: 150_000, animated: 500_000, walkthrough: 20_000 };
const images = path.join(root, "docs/images");
const walkthrough = path.join(root, "media/walkthrough");

/** What is done and photographed, each in a window of its own. */
const all = [
  ["page", { finding, testing }, ["light"]],
  ["page", { step, "why-not": whyNot, capture }, ["dark"]],
  ["walkthrough", { sample, finding, step, capture }, Object.keys(themes)],
].flatMap(([kind, pictures, looks]) =>
  Object.entries(pictures).flatMap(([title, take]) => looks.map((look) => [kind, title, take, look])),
);

installHost();
installChromium();
execFileSync(process.execPath, ["esbuild.mjs", "--production"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
const scratch = await mkdtemp(path.join(tmpdir(), "iochain-pictures-"));
const only = process.argv.slice(2);
let server;
let browser;
try {
  await mkdir(images, { recursive: true });
  server = await startServer({ extension: root });
  browser = await launchBrowser();
  for (const [kind, title, take, look] of all)
    if (only.length === 0 || only.includes(title)) await picture(kind, title, take, look);
} finally {
  await browser?.close();
  await server?.stop();
  await rm(scratch, { recursive: true, force: true });
}

async function picture(kind, title, take, look) {
  const viewport = kind === "walkthrough" && take === step ? chainWindow : windows[kind];
  const workbench = await open(kind, themes[look], viewport);
  const shot = () => workbench.page.screenshot({ caret: "hide" });
  try {
    const frames = await take(workbench, kind);
    await settled(workbench);
    if (kind === "walkthrough")
      await write(path.join(walkthrough, `${title}-${look}.webp`), await small(await shot()), largest.walkthrough);
    else await write(path.join(images, `${title}-${look}.png`), palette(await shot()), largest.still);
    if (frames) await write(path.join(images, `${title}.gif`), animation(frames), largest.animated);
  } catch (error) {
    await mkdir(output, { recursive: true });
    await workbench.page.screenshot({ path: path.join(output, "picture-failed.png") });
    throw new Error(`${kind} ${title} ${look}`, { cause: error });
  } finally {
    await workbench.page.context().close();
  }
}

/** A window on a copy of the samples, so that what is typed is kept nowhere. */
async function open(kind, theme, viewport) {
  const folder = path.join(await mkdtemp(path.join(scratch, "window-")), "samples");
  await cp(samples, folder, { recursive: true });
  await mkdir(path.join(folder, ".vscode"));
  const settings = {
    "workbench.colorTheme": theme,
    "editor.minimap.enabled": false,
    "editor.stickyScroll.enabled": false,
    "editor.scrollbar.horizontal": "hidden",
    "window.commandCenter": false,
    "window.title": "${rootName}",
    "breadcrumbs.enabled": false,
    "debug.toolBarLocation": kind === "page" ? "docked" : "hidden",
    "testing.automaticallyOpenTestResults": "neverOpen",
    "testing.automaticallyOpenPeekView": "never",
    "files.exclude": { ".vscode": true },
    ...(kind === "walkthrough" && {
      "workbench.activityBar.location": "hidden",
      "workbench.statusBar.visible": false,
      "workbench.layoutControl.enabled": false,
      "workbench.editor.showTabs": "none",
      "editor.fontSize": 13,
    }),
  };
  await writeFile(path.join(folder, ".vscode/settings.json"), JSON.stringify(settings));
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const workbench = new Workbench(page, output);
  await page.goto(workbenchUrl(server.url, { folder }), { timeout: 60_000 });
  await workbench.ready();
  await workbench.openFile(policy);
  if (kind === "walkthrough") await workbench.command("View: Toggle Primary Side Bar Visibility");
  // Lenses, hints and the results of scenarios are there.
  await find(workbench, 'scenario "A customer buys"');
  await page.getByText("✓").first().waitFor();
  return workbench;
}

/** Scrolls to the first place of a text, and puts the cursor at the begin of its line. */
async function find(workbench, text) {
  await workbench.find(text);
  await workbench.press("Home");
}

async function replace(workbench, line, word, by) {
  await workbench.line(line).getByText(word, { exact: true }).first().dblclick();
  await workbench.page.keyboard.type(by);
  await workbench.press("Escape");
}

/** A sample, and a hover that says what a slot is. */
async function sample(workbench) {
  await find(workbench, "dfw   east-west");
  await insist(workbench, ".monaco-hover", async () => {
    await workbench.page.mouse.move(400, 20);
    await workbench.line("slot 2 dfw").getByText("2", { exact: true }).hover();
  });
}

/** A slot that is reserved: the mistake underlined, and the fix. */
async function finding(workbench, kind) {
  await find(workbench, "dfw   east-west");
  await replace(workbench, "slot 2 dfw", "2", "3");
  await workbench.squiggle().waitFor();
  if (kind === "page") {
    await workbench.command("Problems: Focus on Problems View");
    await workbench.page.locator(".markers-panel .monaco-list-row", { hasText: "reserved" }).first().waitFor();
  }
  await insist(workbench, ".action-widget", async () => {
    await workbench.line("slot 3 dfw").getByText("3", { exact: true }).click();
    await workbench.press("Control+.");
  });
}

/** A packet followed to the rule that decides, and back; answers the moving pictures of it. */
async function step(workbench, kind) {
  await debug(workbench);
  await workbench.command("IOChain: Show Chain View");
  await workbench.chainView().locator("button.slot").nth(15).waitFor();
  const frames = [];
  const frame = async (milliseconds) => {
    if (kind === "walkthrough") return;
    await settled(workbench);
    frames.push({ png: await workbench.page.screenshot({ caret: "hide" }), milliseconds });
  };
  const steps = async (count, move) => {
    for (let done = 0; done < count; done++) {
      await move();
      await frame(1000);
    }
  };
  await frame(1800);
  await until(workbench, /^rule 1001/, () => frame(1000));
  if (kind === "walkthrough") {
    await steps(3, () => workbench.step("F10"));
    await workbench.command("View: Toggle Primary Side Bar Visibility");
    await workbench.chainView().locator("button.slot[aria-current]").scrollIntoViewIfNeeded();
    return undefined;
  }
  await steps(4, () => workbench.step("F10"));
  await frame(1500);
  await steps(4, () => workbench.moved(() => workbench.page.locator(".codicon-debug-step-back").first().click()));
  await steps(3, () => workbench.step("F10"));
  return frames;
}

/** Why a rule does not match: beside it, and under the mouse. */
async function whyNot(workbench) {
  await debug(workbench);
  await until(workbench, /^rule 1004/);
  await workbench.line("rule 1002").getByText("1002", { exact: true }).hover();
  await workbench.page.locator(".debug-hover-widget:visible").getByText("does not match").first().waitFor();
}

/** The Testing view, with an assert that does not hold any more. */
async function testing(workbench) {
  await find(workbench, '"No lateral"');
  await replace(workbench, '"No lateral"', "reject", "allow");
  await workbench.page.locator(".activitybar [aria-label^='Testing']").first().click();
  await workbench.seeTestsFail(policy);
  await workbench.line("default drop log").click();
  await find(workbench, 'assert "no lateral movement"');
}

/** A capture of a VM's traffic, and what became of its flows. */
async function capture(workbench) {
  await workbench.command("IOChain: Replay Capture…");
  await workbench.choose("three-tier.pcapng");
  await workbench.choose("web-01.eth0");
  await workbench.replayView().locator(".body .row").first().waitFor();
}

/** Does what makes something appear, again where it has gone: what arrives late moves the lines under it. */
async function insist(workbench, what, act) {
  const appeared = workbench.page.locator(`${what}:visible`).first();
  for (let attempt = 0; attempt < 5 && !(await appeared.isVisible()); attempt++) {
    await settled(workbench);
    await act();
    await appeared.waitFor({ timeout: 4000 }).catch(() => {});
    await settled(workbench);
  }
  await appeared.waitFor({ timeout: 1000 });
}

async function debug(workbench) {
  await workbench.command("IOChain: Debug Scenario");
  await workbench.choose("An intruder on web-01 looks around");
  await workbench.stoppedAt().waitFor();
  await workbench.press("Control+Shift+d");
}

/** Steps in until the innermost frame is the one. */
async function until(workbench, frame, each = () => {}) {
  while (!frame.test((await workbench.callStack())[0])) {
    await workbench.step("F11");
    await each();
  }
}

/** Pictures as one that moves, of few colours. */
function animation(frames) {
  const stills = frames.map(({ png }) => png);
  const delay = frames.map(({ milliseconds }) => milliseconds);
  return sharp(stills, { join: { animated: true } }).gif({ delay, loop: 0, colours: 48, dither: 0, effort: 10 });
}

/** Lossless but for the number of colours. */
async function small(png) {
  const few = await sharp(png).png({ palette: true, colours: 16, dither: 0 }).toBuffer();
  return sharp(few).webp({ lossless: true, effort: 6 });
}

function palette(png) {
  return sharp(png).png({ palette: true, colours: 128, dither: 0, effort: 10, compressionLevel: 9 });
}

async function write(file, picture, most) {
  await picture.toFile(file);
  const { size: octets } = await stat(file);
  console.log(`${path.relative(root, file)}: ${octets} bytes`);
  if (octets > most) {
    console.error(`${path.relative(root, file)} is larger than ${most} bytes.`);
    process.exitCode = 1;
  }
}

/** Nothing blinks, fades or arrives any more: two pictures in a row are the same. */
async function settled(workbench) {
  let before = Buffer.alloc(0);
  for (const end = Date.now() + 8000; Date.now() < end; await workbench.page.waitForTimeout(250)) {
    const now = await workbench.page.screenshot({ caret: "hide" });
    if (now.equals(before)) return;
    before = now;
  }
}
