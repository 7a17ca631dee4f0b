#!/usr/bin/env node
// A stand-in for the VS Code executable: takes the arguments that @vscode/test-electron gives one, runs the tests in
// the VS Code server with its workbench in headless Chromium, and ends with their exit code.
import path from "node:path";
import process from "node:process";
import { launchBrowser, remoteUri, startServer, workbenchUrl } from "./host.mjs";

const limitMilliseconds = 180_000;

/** The arguments as names and values; what is no option is the folder to open. */
const options = new Map(
  process.argv.slice(2).map((argument) => {
    const [, name, value] = /^--([^=]+)=?(.*)$/s.exec(argument) ?? [];
    return name ? [name, value] : ["folder", path.resolve(argument)];
  }),
);

/** Opens the workbench so that it starts the tests; answers with the exit code that VS Code gives them. */
async function runTests(server, browser) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const ended = new Promise((resolve, reject) => {
    page.exposeFunction("codeAutomationExit", resolve);
    page.exposeFunction("codeAutomationLog", () => {});
    page.on("crash", () => reject(new Error("The workbench's page crashed.")));
    browser.on("disconnected", () => reject(new Error("The browser went away.")));
    server.child.on("exit", (code) => reject(new Error(`The VS Code server ended with ${code}.`)));
    setTimeout(() => reject(new Error("The tests did not end in time.")), limitMilliseconds).unref();
  });
  const payload = ["extensionDevelopmentPath", "extensionTestsPath"].map((name) => [
    name,
    remoteUri(server.url, options.get(name)),
  ]);
  await page.goto(workbenchUrl(server.url, { folder: options.get("folder"), payload }), { timeout: 60_000 });
  return ended;
}

let browser;
let exitCode = 1;
const server = await startServer({ testDriver: true });
const stop = async () => {
  await browser?.close();
  await server.stop();
};
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop().finally(() => process.exit(130)));
try {
  browser = await launchBrowser();
  exitCode = await runTests(server, browser);
} catch (error) {
  console.error(String(error));
} finally {
  await stop();
}
process.exit(exitCode);
