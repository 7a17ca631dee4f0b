// Before `npm start` and `npm test`: installs what this checkout lacks. Runs on any Node and needs no package itself.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { npm } from "./install.mjs";
import { root } from "./paths.mjs";

// npm writes this file at the end of an install: it is missing, or older than the lock, if the install is not ours.
const installed = path.join(root, "node_modules/.package-lock.json");
if (!existsSync(installed) || isStale()) {
  console.log("Installing the project's packages …");
  npm(["ci", "--ignore-scripts"], root);
}

/** Whether a package of the lock file is missing from what is installed, or there in another version. */
function isStale() {
  const wanted = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).some(
    ([name, { version, optional }]) => name !== "" && !optional && present[name]?.version !== version,
  );
}
