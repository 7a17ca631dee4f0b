// Bundles everything that is shipped into dist/. `--watch` rebuilds on change, `--production` minifies.
// The Node bundles are CommonJS, as VS Code's extension host and every Node since 22 load them without ado.
import process from "node:process";
import * as esbuild from "esbuild";

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
  legalComments: "none",
};
/** @type {esbuild.BuildOptions} */
const node = {
  ...common,
  platform: "node",
  target: "node22",
  format: "cjs",
  // CommonJS has no import.meta; these two have their old names.
  define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
};
/** @type {esbuild.BuildOptions} */
const browser = { ...common, platform: "browser", mainFields: ["browser", "module", "main"] };

/** @type {esbuild.BuildOptions[]} */
const bundles = [
  { ...node, entryPoints: ["client/src/extension.ts"], outfile: "dist/extension.js", external: ["vscode"] },
  { ...node, entryPoints: ["server/src/lsp/node.ts"], outfile: "dist/server.js" },
  { ...node, entryPoints: ["server/src/dap/node.ts"], outfile: "dist/debug-adapter.js" },
  {
    ...node,
    entryPoints: ["server/src/cli/main.ts"],
    outfile: "dist/cli.js",
    banner: { js: "#!/usr/bin/env node" },
  },
  {
    ...browser,
    entryPoints: ["client/src/web/extension.ts"],
    outfile: "dist/web/extension.js",
    format: "cjs",
    external: ["vscode"],
  },
  { ...browser, entryPoints: ["server/src/lsp/browser.ts"], outfile: "dist/web/server.js", format: "iife" },
  // The chain view's page: loaded by both clients into a webview.
  {
    ...browser,
    entryPoints: ["client/src/chainView/page/page.ts"],
    outfile: "dist/chain-view/page.js",
    format: "iife",
  },
];

if (watch) {
  for (const bundle of bundles) await (await esbuild.context(bundle)).watch();
} else {
  // One broken bundle must not hide the errors of another; esbuild has printed them.
  const results = await Promise.allSettled(bundles.map((bundle) => esbuild.build(bundle)));
  if (results.some(({ status }) => status === "rejected")) process.exitCode = 1;
}
