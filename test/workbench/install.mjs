// Installs the real VS Code (server and web workbench) from the npm registry, and Chromium from the distribution.
import { execFileSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { chromium, hostCode, hostFolder } from "./paths.mjs";

/** Runs npm in a folder; what it prints goes to standard error, and only if it is worth reading. */
export function npm(args, cwd) {
  execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    stdio: ["ignore", process.stderr, process.stderr],
    shell: process.platform === "win32",
  });
}

/**
 * VS Code itself. The package's own install script would compile native modules that the server can do without,
 * so its two steps are done here. A mark written at the end tells a finished install from one that was interrupted.
 */
export function installHost() {
  const finished = path.join(hostFolder, "node_modules/.finished");
  if (existsSync(finished)) return;
  console.error("Installing VS Code for the browser (once, about 40 s, 600 MB) …");
  rmSync(path.join(hostFolder, "node_modules"), { recursive: true, force: true });
  npm(["ci", "--ignore-scripts"], hostFolder);
  npm(["install", "--omit=dev", "--ignore-scripts", "--no-save"], hostCode);
  writeFileSync(finished, "");
}

/** The browser for the tests; a person who starts VS Code brings their own. */
export function installChromium() {
  if (existsSync(chromium)) return;
  console.error("Installing Chromium (once) …");
  const sudo = process.getuid?.() === 0 ? [] : ["sudo"];
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, "apt-get", ...args];
    execFileSync(command, rest, {
      stdio: ["ignore", "ignore", process.stderr],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  };
  apt("update");
  apt("install", "-y", "--no-install-recommends", "chromium");
}
