// Bundles everything that is shipped into dist/. `--watch` rebuilds on change, `--production` minifies.
import { mkdir, rm, writeFile } from "node:fs/promises";
import process from "node:process";
import * as esbuild from "esbuild";
import { oneScript } from "./portableParts.mjs";

const watch = process.argv.includes("--watch");
const production = process.argv.includes("--production");

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  minify: production,
  // A stack trace names our own files; production leaves the sources themselves out of the map.
  sourcemap: "linked",
  sourcesContent: !production,
  target: "es2023",
  logLevel: watch ? "info" : "warning",
  charset: "ascii",
  // The licences of what is bundled stand in a file of their own: `package.mjs`.
  legalComments: "none",
  metafile: true,
  // Its CommonJS form asks for its parts in a way that no bundler sees.
  alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
};
/** @type {esbuild.BuildOptions} */
const node = { ...common, platform: "node", target: "node22" };
/** @type {esbuild.BuildOptions} */
const modules = {
  ...node,
  outExtension: { ".js": ".mjs" },
  chunkNames: "shared-[hash]",
  format: "esm",
  splitting: true,
  // Packages that are CommonJS ask for Node's own modules with `require`.
  banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
};
/** @type {esbuild.BuildOptions} */
const browser = { ...common, platform: "browser", mainFields: ["browser", "module", "main"] };

/** @type {esbuild.Plugin} */
const portableParts = {
  name: "portable parts",
  setup(build) {
    build.onLoad({ filter: /\/portable\.ts$/ }, () => ({
      contents:
        'module.exports = require("./keptCode.ts").loadKept(require("node:path").join(__dirname, "web/server.js"));',
    }));
  },
};

/** @type {esbuild.Plugin} */
const languageClient = {
  name: "language client",
  setup(build) {
    build.onResolve({ filter: /\/languageClient\.ts$/ }, () => ({ path: "./language-client.js", external: true }));
  },
};

/** @type {esbuild.BuildOptions[]} */
const bundles = [
  // VS Code loads an extension as CommonJS, and waits for it: most of it is a file of its own, loaded afterwards.
  {
    ...node,
    entryPoints: ["client/src/extension.ts"],
    outfile: "dist/extension.js",
    format: "cjs",
    external: ["vscode"],
    plugins: [languageClient],
    // It is to be asked for as CommonJS is: VS Code gives `vscode` to nothing else.
    supported: { "dynamic-import": false },
  },
  {
    ...node,
    entryPoints: { "language-client": "client/src/languageClient.ts" },
    outdir: "dist",
    format: "cjs",
    external: ["vscode"],
  },
  // All that runs anywhere, once for every host: a worker runs it as it is, Node's two programs load its parts.
  {
    ...browser,
    entryPoints: ["server/src/portable.ts"],
    outdir: "dist/web",
    format: "esm",
    splitting: true,
    sourcemap: "external",
    write: false,
    plugins: [oneScript("dist/web/server.js", "entry.serve(self);")],
  },
  {
    ...node,
    entryPoints: { server: "server/src/lsp/node.ts", "debug-adapter": "server/src/dap/node.ts" },
    outdir: "dist",
    format: "cjs",
    // Node keeps what it has compiled for the next start, where it can; `keptCode.ts` does for the portable parts.
    banner: { js: '#!/usr/bin/env node\nrequire("node:module").enableCompileCache?.();' },
    plugins: [portableParts],
  },
  // The command is not part of the extension. Commands that few use are chunks of their own.
  { ...modules, entryPoints: { cli: "server/src/cli/main.ts" }, outdir: "dist/command" },
  {
    ...browser,
    entryPoints: ["client/src/web/extension.ts"],
    outfile: "dist/web/extension.js",
    format: "cjs",
    external: ["vscode"],
  },
  // Pages: loaded by both clients into webviews.
  ...["chain", "replay"].map((view) => ({
    ...browser,
    entryPoints: [`client/src/${view}View/page/page.ts`],
    outfile: `dist/${view}-view/page.js`,
    format: "iife",
  })),
];

// The command is started by name: the program behind it is the module of the same name.
await rm("dist/command", { recursive: true, force: true });
await mkdir("dist", { recursive: true });
await writeFile("dist/cli.js", '#!/usr/bin/env node\nimport("./command/cli.mjs");\n', { mode: 0o755 });

if (watch) {
  for (const bundle of bundles) await (await esbuild.context(bundle)).watch();
} else {
  // One broken bundle must not hide the errors of another; esbuild has printed them, those at its end excepted.
  const results = await Promise.allSettled(bundles.map((bundle) => esbuild.build(bundle)));
  if (results.some(({ status }) => status === "rejected")) process.exitCode = 1;
  for (const { text, pluginName } of results.flatMap(({ reason }) => reason?.errors ?? []))
    if (pluginName) console.error(`${pluginName}: ${text}`);
  const inputs = results.flatMap(({ value }) => Object.keys(value?.metafile.inputs ?? {}));
  await writeFile("dist/inputs.json", JSON.stringify([...new Set(inputs)].sort(), undefined, 1));
}
