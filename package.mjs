// npm run package: the VSIX (extension), the npm package (command line), and what is bundled in both, as a list of
// licences and as a bill of materials. Everything goes to dist/packages/.
import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { createVSIX, listFiles, PackageManager } from "@vscode/vsce";

const root = import.meta.dirname;
const packages = path.join(root, "dist/packages");
/** The marketplaces show an extension's size; a large one is installed with a second thought. */
const largestVsix = 900_000;
/** Licences, by their SPDX identifiers, of what may be bundled. */
const PERMITTED = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "BlueOak-1.0.0"]);
/** What the command starts, and what those load. */
const PROGRAMS = ["dist/cli.js", "dist/server.js", "dist/debug-adapter.js", "dist/web/server.js"];
/** Findings link to their pages, and these to others. */
const PAGES = ["docs/findings", "docs/limits.md", "docs/security.md", "SECURITY.md"];
const manifest = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
/** Where the repository is, such as `https://github.com/OWNER/NAME`: a release knows, and nothing else has to. */
const repository = process.env.REPOSITORY_URL;

execFileSync(process.execPath, ["esbuild.mjs", "--production"], { cwd: root, stdio: "inherit" });
await rm(packages, { recursive: true, force: true });
await mkdir(packages, { recursive: true });
const bundled = await bundledPackages();
await writeFile(path.join(root, "dist/THIRD-PARTY-NOTICES.txt"), notices(bundled));
await writeFile(path.join(packages, "sbom.cdx.json"), `${JSON.stringify(billOfMaterials(bundled), undefined, 2)}\n`);
const vsix = await packageExtension();
const command = await packageCommand();
for (const file of [vsix, command]) console.log(`${path.relative(root, file)}: ${(await stat(file)).size} bytes`);
if ((await stat(vsix)).size > largestVsix) {
  console.error(`The VSIX is larger than ${largestVsix} bytes.`);
  process.exitCode = 1;
}

/** The npm packages that the bundles hold, by name: `{ name, version, license, text, integrity }`. */
async function bundledPackages() {
  const inputs = JSON.parse(await readFile(path.join(root, "dist/inputs.json"), "utf8"));
  const lock = JSON.parse(await readFile(path.join(root, "package-lock.json"), "utf8")).packages;
  const folders = new Set(inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]));
  folders.delete(undefined);
  const found = await Promise.all(
    [...folders].map(async (folder) => {
      const { name, version, license } = JSON.parse(await readFile(path.join(root, folder, "package.json"), "utf8"));
      if (!PERMITTED.has(license)) throw new Error(`${name} has the licence ${license ?? "that it does not say"}`);
      const { integrity } = lock[folder] ?? {};
      if (!integrity) throw new Error(`the lock file has no hash of ${name}`);
      const file = (await readdir(path.join(root, folder))).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
      const text = file && (await readFile(path.join(root, folder, file), "utf8")).trim();
      return { name, version, license, text, integrity };
    }),
  );
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function notices(found) {
  const rule = "-".repeat(80);
  const parts = found.map(({ name, version, license, text }) =>
    [rule, `${name} ${version} (${license})`, "", text ?? `Licensed under ${license}.`, ""].join("\n"),
  );
  return [`${manifest.displayName} contains the following packages.`, "", ...parts].join("\n");
}

/** CycloneDX 1.6 (ECMA-424). */
function billOfMaterials(found) {
  const { name, version, license } = manifest;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", name, version, licenses: [{ license: { id: license } }] } },
    components: found.map((component) => ({
      type: "library",
      name: component.name,
      version: component.version,
      purl: `pkg:npm/${component.name.replace("@", "%40")}@${component.version}`,
      licenses: [{ license: { id: component.license } }],
      hashes: [hashOf(component.integrity)],
    })),
  };
}

/** A lock file's `sha512-…` in base 64, as CycloneDX writes it. */
function hashOf(integrity) {
  const [algorithm, digest] = integrity.split("-");
  return { alg: algorithm.replace("sha", "SHA-"), content: Buffer.from(digest, "base64").toString("hex") };
}

/**
 * What .vscodeignore lets in, with a manifest that says nothing of how the extension is built. Links and pictures of the
 * README are relative to the repository.
 */
async function packageExtension() {
  const folder = path.join(root, "dist/extension");
  await rm(folder, { recursive: true, force: true });
  for (const file of await listFiles({ cwd: root, packageManager: PackageManager.None }))
    await cp(path.join(root, file), path.join(folder, file));
  const { private: _private, scripts: _scripts, devDependencies: _dev, bin: _bin, ...shipped } = manifest;
  const its = {
    ...shipped,
    ...(repository && {
      repository: { type: "git", url: `${repository}.git` },
      homepage: `${repository}#readme`,
      bugs: { url: `${repository}/issues` },
    }),
  };
  await writeFile(path.join(folder, "package.json"), `${JSON.stringify(its, undefined, 2)}\n`);
  const packagePath = path.join(packages, `iochain-${manifest.version}.vsix`);
  await createVSIX({
    cwd: folder,
    packagePath,
    dependencies: false,
    ...(repository
      ? { baseContentUrl: `${repository}/blob/HEAD`, baseImagesUrl: `${repository}/raw/HEAD` }
      : { rewriteRelativeLinks: false, allowMissingRepository: true }),
  });
  return packagePath;
}

/** `npx iochain`: the command and the two servers that it starts. */
async function packageCommand() {
  const folder = path.join(root, "dist/npm");
  await rm(folder, { recursive: true, force: true });
  for (const file of [...PROGRAMS, ...PAGES, "LICENSE", "README.md", "CHANGELOG.md"])
    await cp(path.join(root, file), path.join(folder, file), { recursive: true });
  await cp(path.join(root, "dist/THIRD-PARTY-NOTICES.txt"), path.join(folder, "THIRD-PARTY-NOTICES.txt"));
  await cp(path.join(root, "dist/command"), path.join(folder, "dist/command"), {
    recursive: true,
    filter: (file) => !file.endsWith(".map"),
  });
  const { name, version, license, keywords, bin, engines } = manifest;
  const { description } = JSON.parse(await readFile(path.join(root, "package.nls.json"), "utf8"));
  const its = {
    ...{ name, version, description, license, keywords, bin, engines: { node: engines.node } },
    // npm publishes with provenance only what says where it was built from.
    ...(repository && { repository: { type: "git", url: `git+${repository}.git` }, homepage: `${repository}#readme` }),
  };
  await writeFile(path.join(folder, "package.json"), `${JSON.stringify(its, undefined, 2)}\n`);
  const [{ filename }] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--pack-destination", packages], { cwd: folder, encoding: "utf8" }),
  );
  return path.join(packages, filename);
}
