/**
 * Which folder may import which. Arrows point down only:
 * syntax <- policy <- space <- chain <- check <- ide <- lsp,  check <- dap,  everything <- cli.
 * The language server hosts debug sessions for clients that can start no process: lsp -> dap.
 * `capture` (frames) and `wire` (messages) stand alone; `exchange` (other people's formats) knows the language, its meaning and frames.
 */
const mayImport = {
  syntax: [],
  policy: ["syntax"],
  space: ["policy", "syntax"],
  capture: [],
  wire: [],
  chain: ["space", "policy", "syntax", "capture"],
  exchange: ["syntax", "policy", "capture"],
  check: ["chain", "space", "policy", "syntax", "capture"],
  ide: ["check", "chain", "space", "policy", "syntax", "capture"],
  lsp: ["ide", "check", "chain", "space", "policy", "syntax", "capture", "exchange", "wire", "dap"],
  dap: ["check", "chain", "space", "policy", "syntax", "capture", "wire"],
};
/** What a stranger's text may hold and nobody sees: whoever shows a text asks it, the pages, too. It imports nothing. */
const ANYWHERE = "unseen\\.ts$";
/** Run in a browser worker as well: no editor, no transport, no Node. */
const pure = "^server/src/(syntax|policy|space|capture|chain|exchange|check|ide)/";
const transports =
  "(^|/)node_modules/(vscode-languageserver(?!-types|-textdocument)[^/]*|vscode-languageclient|vscode-jsonrpc|@vscode/debugadapter[^/]*)/";

module.exports = {
  forbidden: [
    ...Object.entries(mayImport).map(([folder, allowed]) => ({
      name: `${folder}-imports-downwards-only`,
      severity: "error",
      comment: `server/src/${folder} may import: ${allowed.join(", ") || "nothing of ours"}.`,
      // The programs for Node are shells around the engine, which holds their rooms.
      from: { path: `^server/src/${folder}/`, pathNot: "^server/src/(lsp|dap)/node\\.ts$" },
      to: {
        path: "^(server|client)/src/",
        pathNot: `^server/src/(${[...[folder, ...allowed].map((room) => `${room}/`), ANYWHERE].join("|")})`,
      },
    })),
    {
      name: "server-knows-no-client",
      severity: "error",
      comment: "The server serves any editor.",
      from: { path: "^server/src/" },
      to: { path: "(^client/src/|^vscode$)" },
    },
    {
      name: "client-knows-no-server",
      severity: "error",
      comment:
        "The client speaks to the server over the wire; it may share the shape of a trace, as a type, and what nobody sees in a text. Where no process can be started, one file runs the debug adapter's session inline.",
      from: { path: "^client/src/", pathNot: "^client/src/debugging/inline\\.ts$" },
      to: { path: "^server/src/", pathNot: `^server/src/${ANYWHERE}`, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "pure-below-the-wire",
      severity: "error",
      comment: "What is below lsp/, dap/ and cli/ reads no file and speaks no protocol.",
      from: { path: pure },
      to: { path: transports },
    },
    {
      name: "no-node-below-the-wire",
      severity: "error",
      comment: "What is below lsp/, dap/ and cli/ also runs in a browser worker.",
      from: { path: pure },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-cycles",
      severity: "error",
      comment: "A cycle of values cannot be understood one file at a time; types may refer to each other.",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^vscode$" },
    },
  ],
  options: {
    // TypeScript 7 has no JavaScript API to parse with; swc has, and sees type-only imports too.
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".mjs", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "browser", "default", "types"],
    },
  },
};
