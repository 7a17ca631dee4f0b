// npm start: builds the extension and opens a sample in a VS Code that has it: F5 is the next key. A desktop VS Code where
// there is one; else the whole of VS Code in the browser.
import { spawnSync } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { remoteUri, startServer, workbenchUrl } from "./host.mjs";
import { installHost } from "./install.mjs";
import { root, samples } from "./paths.mjs";

const build = spawnSync(process.execPath, ["esbuild.mjs"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
if (build.status !== 0) process.exit(1);

const sample = path.join(samples, "three-tier.iochain");
const shell = process.platform === "win32";
const hasDesktop = spawnSync("code", ["--version"], { stdio: "ignore", shell }).status === 0;
if (hasDesktop) {
  spawnSync("code", [`--extensionDevelopmentPath=${root}`, samples, sample], { stdio: "inherit", shell });
  console.log("VS Code opens with samples/three-tier.iochain: press F5.");
} else if (process.platform !== "linux" || process.arch !== "x64") {
  console.error("Put VS Code's command `code` on the PATH (in VS Code: “Shell Command: Install 'code' command”).");
  process.exitCode = 1;
} else {
  installHost();
  const server = await startServer({ extension: root, port: Number(process.env.PORT ?? 8765) });
  const url = workbenchUrl(server.url, { folder: samples, payload: [["openFile", remoteUri(server.url, sample)]] });
  console.log(`\n  VS Code with IOChain:  ${url}\n`);
  console.log("  It opens with samples/three-tier.iochain: press F5 there. Ctrl+C here stops it.\n");
  const stop = async () => {
    await server.stop();
    process.exit(0);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}
