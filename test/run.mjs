// npm test: everything, one part after another. Each part's counts are summed, and the last line is exactly
// `N passed, N failed, N skipped`.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { installChromium, installHost } from "./workbench/install.mjs";
import { root } from "./workbench/paths.mjs";

const conformance = path.join(root, "../shared/conformance/run.mjs");
const scratch = await mkdtemp(path.join(tmpdir(), "iochain-test-"));
const unitReport = path.join(scratch, "vitest.json");
const node = process.execPath;
const bin = (name) => path.join(root, "node_modules/.bin", name);

/** What runs, and how its counts are read: a check counts one, a suite says its own. */
const parts = [
  { name: "build", command: [node, "esbuild.mjs"], count: one },
  { name: "lint and format", command: [bin("biome"), "check", "--error-on-warnings"], count: one },
  { name: "types", command: ["npm", "run", "--silent", "typecheck"], count: one },
  { name: "import directions", command: ["npm", "run", "--silent", "check:imports"], count: one },
  {
    name: "unit tests",
    command: [bin("vitest"), "run", "--reporter=default", "--reporter=json", `--outputFile.json=${unitReport}`],
    count: fromVitest,
  },
  { name: "packages", command: [node, "test/packages.mjs"], count: fromLastLine },
  { name: "inside VS Code", command: [node, "test/workbench/run.mjs"], count: fromLastLine },
  { name: "as a person sees it", command: [node, "test/workbench/ui/run.mjs"], count: fromLastLine },
  ...(existsSync(conformance) ? [{ name: "conformance", command: [node, conformance], count: fromLastLine }] : []),
];

const total = { passed: 0, failed: 0, skipped: 0 };
try {
  installHost();
  installChromium();
  for (const part of parts) add(part.name, await run(part));
} catch (error) {
  console.error(String(error));
  total.failed++;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
if (total.failed > 0) process.exitCode = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);

/** Runs one part, its output as it comes; a part that ends badly has failed, whatever it counted. */
async function run({ name, command, count }) {
  console.log(`\n── ${name}`);
  const start = Date.now();
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  const exitCode = await new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("close", (code) => resolve(code ?? 1));
  });
  const counts = await count(exitCode, output);
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
  return { ...counts, seconds: (Date.now() - start) / 1000 };
}

function add(name, { passed, failed, skipped, seconds }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  console.log(`── ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds.toFixed(1)} s)`);
}

function one(exitCode) {
  return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
}

async function fromVitest() {
  const report = await readFile(unitReport, "utf8").then(JSON.parse, () => undefined);
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  // A file that does not load has no test that failed, and yet has failed.
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** A suite that does not say what it counted did not finish. */
function fromLastLine(_exitCode, output) {
  const lastLine = output.trimEnd().split("\n").at(-1) ?? "";
  const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(lastLine) ?? [];
  return passed === undefined
    ? { passed: 0, failed: 1, skipped: 0 }
    : { passed: Number(passed), failed: Number(failed), skipped: Number(skipped ?? 0) };
}
