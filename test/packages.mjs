// Packs the extension and the command as a release does, and holds what is in them; installs the command into an empty
// folder, as a user does, and runs it. Ends in the line `N passed, N failed, N skipped`.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import manifest from "../package.json" with { type: "json" };

const root = path.dirname(import.meta.dirname);
const packed = path.join(root, "dist/packages");
const repository = "https://git.example/owner/iochain";
const scratch = await mkdtemp(path.join(tmpdir(), "iochain-packages-"));
execFileSync(process.execPath, ["package.mjs"], {
  cwd: root,
  stdio: ["ignore", "ignore", "inherit"],
  env: { ...process.env, REPOSITORY_URL: repository },
});
const vsix = await readFile(path.join(packed, `iochain-${manifest.version}.vsix`));
const tarball = path.join(packed, `iochain-${manifest.version}.tgz`);
const inTarball = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");

/** Pages are many; every other file has its name here, or a pattern. */
const inExtension = [
  "dist/THIRD-PARTY-NOTICES.txt",
  /^dist\/(extension|language-client|server|debug-adapter)\.js$/,
  /^dist\/web\/(extension|server)\.js$/,
  /^dist\/[a-z-]+\/page\.(js|css)$/,
  /^docs\/(findings\/[\w-]+|limits|security)\.md$/,
  "SECURITY.md",
  /^icons\/[a-z-]+\.(png|svg)$/,
  /^l10n\/bundle\.l10n(\.[a-z-]+)?\.json$/,
  /^media\/walkthrough\/[a-z-]+\.webp$/,
  /^package\.nls(\.[a-z-]+)?\.json$/,
  /^samples\/[a-z-]+\.(iochain|pcapng)$/,
  "snippets/iochain.json",
  "syntaxes/iochain.tmLanguage.json",
  "language-configuration.json",
  "package.json",
  "readme.md",
  "changelog.md",
  "LICENSE.txt",
];
const inCommand = [
  /^dist\/(cli|server|debug-adapter|web\/server)\.js$/,
  /^dist\/command\/[\w-]+\.mjs$/,
  /^docs\/(findings\/[\w-]+|limits|security)\.md$/,
  "SECURITY.md",
  "package.json",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
  "THIRD-PARTY-NOTICES.txt",
];

const tests = {
  "the VSIX is small, and has what the extension needs and nothing else": () => {
    assert.ok(vsix.length < 900_000, `${vsix.length} bytes`);
    const names = namesIn(vsix).filter((name) => name.startsWith("extension/"));
    assertExactly(
      names.map((name) => name.slice("extension/".length)),
      inExtension.filter((name) => !/l10n|nls/.test(String(name))),
      inExtension,
    );
  },
  "its manifest says where the repository is, and nothing of how it is built": async () => {
    const its = JSON.parse(await readFile(path.join(root, "dist/extension/package.json"), "utf8"));
    assert.equal(its.repository.url, `${repository}.git`);
    assert.equal(its.bugs.url, `${repository}/issues`);
    assert.deepEqual([its.scripts, its.devDependencies, its.bin, its.private], Array(4).fill(undefined));
  },
  "what its manifest names is there": () => {
    const names = new Set(namesIn(vsix));
    const named = [
      ...JSON.stringify(manifest.contributes).matchAll(/"\.?\/?((?:media|icons|syntaxes|snippets)\/[^"]+)"/g),
    ];
    assert.ok(named.length > 5);
    for (const [, name] of named) assert.ok(names.has(`extension/${name}`), name);
  },
  "no link in a packed page leads out of the package": async () => {
    const names = new Set(inTarball.map((name) => name.slice("package/".length)));
    for (const name of names) {
      if (!/^docs\/.*\.md$/.test(name)) continue;
      const text = await readFile(path.join(root, name), "utf8");
      for (const [, link] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
        const target = path.posix.join(path.posix.dirname(name), link);
        assert.ok(names.has(target), `${name}: ${link}`);
      }
    }
  },
  "the tarball has what the command needs and nothing else": () => {
    assertExactly(
      inTarball.map((name) => name.slice("package/".length)),
      inCommand,
      inCommand,
    );
  },
  "the command is installed into an empty folder, and needs no other package": async () => {
    execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", tarball], {
      cwd: scratch,
    });
    await cp(path.join(root, "samples"), path.join(scratch, "policies"), { recursive: true });
    const { packages } = JSON.parse(await readFile(path.join(scratch, "package-lock.json"), "utf8"));
    assert.deepEqual(Object.keys(packages), ["", "node_modules/iochain"]);
  },
  "it tells its version": () => assert.equal(run("--version"), `${manifest.version}\n`),
  "it checks": () => run("check", "policies"),
  "it tests": () => assert.match(run("test", "policies"), /✓ A customer buys/),
  "it traces": () =>
    assert.match(
      run("trace", "policies/three-tier.iochain", "--packet", "tcp 203.0.113.7:51000 -> web-01:443 syn"),
      /delivered/,
    ),
  "its language server answers": () => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"capabilities":{}}}';
    const server = spawnSync("npx", ["--no-install", "iochain", "lsp", "--stdio"], {
      cwd: scratch,
      input: `Content-Length: ${body.length}\r\n\r\n${body}`,
      encoding: "utf8",
    });
    assert.match(server.stdout, /"hoverProvider"/);
  },
  "it replays the sample's capture": () =>
    assert.match(
      run("replay", "policies/three-tier.iochain", "policies/three-tier.pcapng", "--at", "web-01.eth0", "--summary"),
      /delivered/,
    ),
};

const counts = { passed: 0, failed: 0 };
for (const [title, test] of Object.entries(tests)) {
  try {
    await test();
    counts.passed++;
    console.log(`ok  ${title}`);
  } catch (error) {
    counts.failed++;
    console.log(`not ok  ${title}\n${error instanceof Error ? error.stack : error}`);
  }
}
await rm(scratch, { recursive: true, force: true });
if (counts.failed > 0) process.exitCode = 1;
console.log(`${counts.passed} passed, ${counts.failed} failed, 0 skipped`);

/** Runs the installed command as `npx` does, and answers what it prints. */
function run(...args) {
  const { status, stdout, stderr } = spawnSync("npx", ["--no-install", "iochain", ...args], {
    cwd: scratch,
    encoding: "utf8",
  });
  assert.equal(status, 0, `${stderr}${stdout}`);
  return stdout;
}

/** Every name is expected, and every expectation that must have one has a name. */
function assertExactly(names, required, allowed) {
  const fits = (name) => (rule) => (typeof rule === "string" ? rule === name : rule.test(name));
  assert.deepEqual(
    names.filter((name) => !allowed.some(fits(name))),
    [],
  );
  assert.deepEqual(required.filter((rule) => !names.some((name) => fits(name)(rule))).map(String), []);
}

/** The names in a ZIP archive's central directory (APPNOTE 4.3.12). */
function namesIn(zip) {
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const length = zip.readUInt16LE(at + 28);
    const name = zip.toString("utf8", at + 46, at + 46 + length);
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    return name;
  });
}
