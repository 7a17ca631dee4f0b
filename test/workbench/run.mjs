// Runs the suite inside a real VS Code's extension host, through @vscode/test-electron. Ends in the line
// `N passed, N failed, N skipped`.
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { runTests } from "@vscode/test-electron";
import * as esbuild from "esbuild";
import { installChromium, installHost } from "./install.mjs";
import { output, root, samples } from "./paths.mjs";

const suite = path.join(import.meta.dirname, "suite");
const bundled = path.join(output, "suite");
await rm(bundled, { recursive: true, force: true });
await esbuild.build({
  entryPoints: (await readdir(suite)).map((file) => path.join(suite, file)),
  outdir: bundled,
  bundle: true,
  platform: "node",
  format: "cjs",
  external: ["vscode", "mocha"],
  sourcemap: "inline",
});

// Where this VS Code cannot run, the package downloads a desktop one, as it does by default.
const isHostSupported = process.platform === "linux" && process.arch === "x64";
if (isHostSupported) {
  installHost();
  installChromium();
}

let result = await runSuite();
if (!result || result.failed > 0) {
  report(result);
  // VS Code is itself a program with faults of timing, on a machine that may be busy; what befell the first run is told.
  console.log("Run once more, in a VS Code and a folder of its own:");
  result = await runSuite();
}
report(result);
const { passed, failed, skipped } = result ?? { passed: 0, failed: 1, skipped: 0 };
if (failed > 0 || passed === 0) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);

/**
 * Runs all tests; answers what Mocha wrote at its end. When the extension host dies, VS Code reports success all the
 * same, and there is no answer.
 */
async function runSuite() {
  const scratch = await mkdtemp(path.join(tmpdir(), "iochain-suite-"));
  // The tests type into the policies.
  const workspace = path.join(scratch, "samples");
  await cp(samples, workspace, { recursive: true });
  const resultFile = path.join(scratch, "result.json");
  try {
    await runTests({
      ...(isHostSupported ? { vscodeExecutablePath: path.join(import.meta.dirname, "code.mjs") } : {}),
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(bundled, "index.js"),
      extensionTestsEnv: { IOCHAIN_TEST_RESULT: resultFile },
      launchArgs: [workspace],
    }).catch((error) => console.error(String(error)));
    return await readFile(resultFile, "utf8").then(JSON.parse, () => undefined);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function report(result) {
  for (const { title, error, milliseconds } of result?.tests ?? []) {
    console.log(error ? `not ok  ${title}\n${error}` : `ok  ${title} (${milliseconds} ms)`);
  }
  if (!result) console.error("The suite did not finish: did the extension host die?");
}
