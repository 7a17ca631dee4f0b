/** The limits are one table: the page and the settings say what the programs do. UPDATE=1 writes both. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DEEPEST } from "../../server/src/capture/decode.ts";
import { LONGEST_FRAME } from "../../server/src/capture/pcap.ts";
import { MOST_FLOWS } from "../../server/src/chain/replayFlows.ts";
import { LONGEST_NAMED } from "../../server/src/dap/files.ts";
import { MOST_FOLDERS } from "../../server/src/lsp/host.ts";
import { BOUNDS, type Bound, boundsOf, STANDARD_BOUNDS } from "../../server/src/policy/bounds.ts";
import { LONGEST_MESSAGE } from "../../server/src/wire/framing.ts";

const root = join(import.meta.dirname, "../..");
const page = join(root, "docs/limits.md");
const manifest = join(root, "package.json");
const words = join(root, "package.nls.json");
const grouped = (value: number) => value.toLocaleString("en");

const settings = Object.fromEntries(
  Object.entries<Bound>(BOUNDS).map(([name, { standard, most }]) => [
    `iochain.limits.${name}`,
    {
      type: "integer",
      default: standard,
      minimum: 1,
      ...(most !== undefined && { maximum: most }),
      scope: "window",
      markdownDescription: `%setting.limits.${name}%`,
    },
  ]),
);
const descriptions = Object.fromEntries(
  Object.entries(BOUNDS).map(([name, { what, beyond }]) => [`setting.limits.${name}`, `${what} Beyond: ${beyond}`]),
);
const table = [
  "| name | standard | what | beyond |",
  "|---|---|---|---|",
  ...Object.entries(BOUNDS).map(
    ([name, { standard, what, beyond }]) => `| \`${name}\` | ${grouped(standard)} | ${what} | ${beyond} |`,
  ),
].join("\n");
const withTable = (text: string) =>
  text.replace(/(<!-- bounds -->\n)[\s\S]*?(<!-- \/bounds -->)/, (_, open, close) => `${open}${table}\n${close}`);

if (process.env.UPDATE === "1") {
  writeFileSync(page, withTable(readFileSync(page, "utf8")));
  const written = JSON.parse(readFileSync(manifest, "utf8"));
  Object.assign(written.contributes.configuration.properties, settings);
  const { untrustedWorkspaces } = written.capabilities;
  untrustedWorkspaces.restrictedConfigurations = ["iochain.imports.outsideWorkspace", ...Object.keys(settings)];
  writeFileSync(manifest, `${JSON.stringify(written, undefined, 2)}\n`);
  const said = { ...JSON.parse(readFileSync(words, "utf8")), ...descriptions };
  writeFileSync(words, `${JSON.stringify(said, undefined, 2)}\n`);
}

describe("limits", () => {
  it("the page has the table", () => {
    const text = readFileSync(page, "utf8");
    expect(text).toBe(withTable(text));
  });
  it("the page has the constants", () => {
    const text = readFileSync(page, "utf8");
    const rows: readonly [what: string, most: number][] = [
      ["Octets of a message", LONGEST_MESSAGE],
      ["Octets of a frame", LONGEST_FRAME],
      ["Octets of a file that a debug session", LONGEST_NAMED],
      ["Folders of a workspace", MOST_FOLDERS],
      ["Flows that a replay", MOST_FLOWS],
      ["Headers of tunnels", DEEPEST],
    ];
    for (const [what, most] of rows) expect(text).toMatch(new RegExp(`\\| ${what}[^|]* \\| ${grouped(most)} \\|`));
  });
  it("each is a setting, that an untrusted workspace cannot change", () => {
    const { contributes, capabilities } = JSON.parse(readFileSync(manifest, "utf8"));
    expect(contributes.configuration.properties).toMatchObject(settings);
    expect(JSON.parse(readFileSync(words, "utf8"))).toMatchObject(descriptions);
    expect(capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(
      expect.arrayContaining(["iochain.imports.outsideWorkspace", ...Object.keys(settings)]),
    );
  });
});

it("what is no whole number from 1 leaves a limit as it is", () => {
  expect(boundsOf({ imports: 7, findings: 0, walks: "9", receivers: 1.5, nothing: 3 })).toEqual({
    ...STANDARD_BOUNDS,
    imports: 7,
  });
  for (const given of [undefined, null, 5, "x", []]) expect(boundsOf(given)).toEqual(STANDARD_BOUNDS);
});
