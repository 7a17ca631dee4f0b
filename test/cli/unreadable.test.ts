/** Files that are no text, or cannot be opened, are told in words; what a Windows console wrote is read. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { writePcap } from "../../server/src/capture/write.ts";

const CLI = join(import.meta.dirname, "../../dist/cli.js");
const folder = mkdtempSync(join(tmpdir(), "iochain-unreadable-"));
afterAll(() => rmSync(folder, { recursive: true }));

const latin1 = Buffer.from('group "Büro" = 10.0.0.1\n', "latin1");
const utf16 = Buffer.from(
  "\uFEFFruleset domain-c1 {\n  rule 1 at 1 inout protocol any from any to any accept;\n}\n",
  "utf16le",
);
const files: Readonly<Record<string, string | Uint8Array>> = {
  "latin1.iochain": latin1,
  "utf16.iochain": utf16,
  "main.iochain": 'import "latin1.iochain"\n',
  "rules.txt": utf16,
  "head.pcap.gz": gzipSync("nothing").subarray(0, 5),
  // 64 MB of records without an octet, all of the first second of 1970.
  "millions.pcap.gz": gzipSync(
    Buffer.concat([
      writePcap([]),
      Buffer.alloc(2 ** 26, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    ]),
  ),
  "millions.iochain":
    'vm a { vnic eth0 { ip 10.0.0.1 } }\nscenario "millions" { replay "millions.pcap.gz" at a.eth0 }\n',
};
for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
mkdirSync(join(folder, "folder.pcap"));
symlinkSync("itself.pcap", join(folder, "itself.pcap"));

const run = (command: string, ...node: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, CLI, ...command.split(" ")], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, said: `${stdout}${stderr}`.trim() };
};

test.each([
  ["check latin1.iochain", "iochain: latin1.iochain: is not UTF-8 text"],
  ["fmt utf16.iochain", "iochain: utf16.iochain: is UTF-16: it is to be saved as UTF-8"],
  ["decode head.pcap.gz", "iochain: head.pcap.gz: the gzip data are damaged or end early"],
  ["decode folder.pcap", "iochain: folder.pcap: is a folder"],
  ["decode itself.pcap", "iochain: itself.pcap: is a link that leads to itself"],
  ["decode main.iochain/x", "iochain: main.iochain/x: no such file or folder"],
  [`check ${"x".repeat(300)}`, `iochain: ${"x".repeat(300)}: no such file or folder: the name is too long`],
])("%s", (command, said) => expect(run(command)).toEqual({ status: 2, said }));

test("an import that is no text is an error where it is imported", () => {
  expect(run("check main.iochain").said).toContain('main.iochain:1:8: error: "latin1.iochain" is no UTF-8 text');
});

test("a dump in UTF-16 is imported", () => {
  const { status, said } = run("import getrules rules.txt");
  expect(status).toBe(0);
  expect(said).toMatch(/^ +rule 1 allow$/m);
});

test("of a small capture that unpacks to millions of frames so many are held as are replayed", () => {
  const { status, said } = run("test millions.iochain", "--max-old-space-size=100");
  expect(said).toContain("the capture has more than 100000 frames (iochain.limits.replayedFrames)");
  expect(status).toBe(1);
});
