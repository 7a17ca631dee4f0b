// Starts the VS Code server, and a browser on its workbench.
import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { chromium, hostCode, hostNode } from "./paths.mjs";

/** Nothing between a newcomer and the policy: no trust question, no welcome, no chat, no telemetry. */
const quietSettings = {
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "chat.disableAIFeatures": true,
  "git.enabled": false,
};
/** Extensions that would only ask the network, or for a login. */
const unneededExtensions = [
  "GitHub.copilot-chat",
  "GitHub.copilot",
  "vscode.github",
  "vscode.github-authentication",
  "vscode.microsoft-authentication",
  "vscode.git",
  "vscode.git-base",
];

/**
 * Starts the server on 127.0.0.1. `extension` is a folder or a VSIX to have installed; `port` is a wish (0: any), and gives way
 * when it is taken; `testDriver` lets a page start extension tests, but hides notifications; `env` reaches the
 * extension host; `language` is that of the window; `log` receives what the server prints. Answers its address and how to stop it; complains when the
 * server ends before it listens.
 */
export async function startServer({
  extension,
  settings = {},
  port = 0,
  testDriver = false,
  env = {},
  language = "en",
  log = () => {},
}) {
  const data = await mkdtemp(path.join(tmpdir(), "iochain-vscode-"));
  const temporary = path.join(data, "tmp");
  const allSettings = JSON.stringify({ ...quietSettings, ...settings }, null, 2);
  for (const folder of ["data/Machine", "data/User"]) {
    await mkdir(path.join(data, folder), { recursive: true });
    await writeFile(path.join(data, folder, "settings.json"), allSettings);
  }
  await mkdir(temporary);
  if (language !== "en") await speak(language, path.join(data, "data"));
  if (extension?.endsWith(".vsix")) await install(extension, data);
  else if (extension) await link(extension, path.join(data, "extensions"));

  const child = spawn(
    hostNode,
    [
      path.join(hostCode, "out/server-main.js"),
      "--host=127.0.0.1",
      `--port=${await freePort(port)}`,
      "--without-connection-token",
      "--accept-server-license-terms",
      `--server-data-dir=${data}`,
      "--telemetry-level=off",
      "--disable-workspace-trust",
      `--locale=${language}`,
      ...(testDriver ? ["--enable-smoke-test-driver"] : []),
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, so that the extension host ends with it.
      detached: true,
      env: {
        ...process.env,
        TMPDIR: temporary,
        XDG_RUNTIME_DIR: temporary,
        EXTENSIONS_GALLERY: "{}",
        VSCODE_SKIP_BUILTIN_EXTENSIONS: unneededExtensions.join(","),
        ...env,
      },
    },
  );
  const stop = async () => {
    await endGroup(child.pid);
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const actualPort = await listening(child, log);
    return { url: `http://127.0.0.1:${actualPort}`, child, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Installs a package as a person does; complains with what VS Code says. */
async function install(vsix, data) {
  const program = path.join(hostCode, "out/server-main.js");
  await promisify(execFile)(hostNode, [program, `--server-data-dir=${data}`, "--install-extension", vsix]);
}

/** VS Code's own words stay English: what it has in other languages are extensions of its marketplace. Ours are ours. */
async function speak(language, folder) {
  const words = path.join(folder, "words.json");
  await writeFile(words, JSON.stringify({ version: "1.0.0", contents: {} }));
  const from = { extensionIdentifier: { id: `iochain.${language}` }, version: "1.0.0" };
  const pack = { hash: "0", label: language, extensions: [from], translations: { vscode: words } };
  await writeFile(path.join(folder, "languagepacks.json"), JSON.stringify({ [language]: pack }));
}

/** VS Code finds an unpacked extension in its extensions folder, also through a link. */
async function link(extension, folder) {
  const { publisher, name, version } = JSON.parse(await readFile(path.join(extension, "package.json"), "utf8"));
  await mkdir(folder);
  await symlink(extension, path.join(folder, `${publisher}.${name}-${version}`));
}

/** The wished port, or 0 (let the system choose) when something listens there. */
async function freePort(wish) {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(0));
    probe.listen(wish, "127.0.0.1", () => probe.close(() => resolve(wish)));
  });
}

function listening(child, log) {
  return new Promise((resolve, reject) => {
    let printed = "";
    const read = (chunk) => {
      log(String(chunk));
      printed += chunk;
      const found = /Extension host agent listening on (\d+)/.exec(printed);
      if (found) resolve(found[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`The VS Code server ended with ${code}:\n${printed}`)));
  });
}

async function endGroup(leader) {
  const signal = (name) => {
    try {
      process.kill(-leader, name);
      return true;
    } catch {
      return false; // nobody of the group is left
    }
  };
  for (const [name, milliseconds] of [
    ["SIGTERM", 5000],
    ["SIGKILL", 2000],
  ]) {
    signal(name);
    for (const end = Date.now() + milliseconds; Date.now() < end; ) {
      if (!signal(0)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The workbench's address with a folder open, or an empty window; `payload` are pairs of its own start options. */
export function workbenchUrl(server, { folder, payload = [] }) {
  const url = new URL(server);
  if (folder) url.searchParams.set("folder", folder);
  else url.searchParams.set("ew", "true");
  if (payload.length > 0) url.searchParams.set("payload", JSON.stringify(payload));
  return url.href;
}

/** A file of this machine as the workbench names it. */
export function remoteUri(server, file) {
  return `vscode-remote://${new URL(server).host}${file}`;
}

export async function launchBrowser() {
  // Not needed by `npm start`, which must not load it.
  const { chromium: playwright } = await import("playwright-core");
  return playwright.launch({
    executablePath: chromium,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
      // A worker's frame comes from another origin than the server on 127.0.0.1 that it loads the extension from.
      "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,LocalNetworkAccessChecksWebRTC",
    ],
  });
}
