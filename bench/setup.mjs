// Before `npm run bench`: the project's own packages, the build as it is shipped, and the packages of the peers.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { installHost, npm } from "../test/workbench/install.mjs";
import { root } from "../test/workbench/paths.mjs";
import "../test/workbench/setup.mjs";

const bench = path.join(root, "bench");
if (!existsSync(path.join(bench, "node_modules"))) npm(["ci", "--ignore-scripts"], bench);
// VS Code's JSON server is a part of it.
if (process.platform === "linux" && process.arch === "x64") installHost();
const build = spawnSync("npm", ["run", "--silent", "build", "--", "--production"], { cwd: root, stdio: "inherit" });
process.exitCode = build.status ?? 1;
