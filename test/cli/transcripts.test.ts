/**
 * The command as a person meets it. A file of `data/`: a sentence of purpose, files (`--- NAME`), then commands
 * (`$ iochain …`) with what they print: standard output as it is, standard error behind "! ", the exit code last.
 * UPDATE=1 rewrites what they print.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import { writePcap, writePcapng } from "../../server/src/capture/write.ts";
import { makePacket } from "../../server/src/chain/packet.ts";
import { World } from "../../server/src/chain/world.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import { parsePacket } from "../../server/src/syntax/packetText.ts";

const DATA = join(import.meta.dirname, "data");
const CLI = join(import.meta.dirname, "../../dist/cli.js");
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe.each(readdirSync(DATA).filter((name) => name.endsWith(".txt")))("%s", (name) => {
  const text = readFileSync(join(DATA, name), "utf8");
  test(text.split("\n")[0] ?? name, { timeout: 60_000 }, () => {
    const actual = replayed(text);
    if (process.env.UPDATE) writeFileSync(join(DATA, name), actual);
    else expect(actual).toBe(text);
  });
});

/** The same text, with what the commands print now. */
function replayed(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "iochain-cli-"));
  folders.push(folder);
  const [head, ...commands] = text.split(/^(?=\$ )/m);
  for (const part of (head ?? "").split(/^--- /m).slice(1)) {
    const end = part.indexOf("\n");
    writeInput(join(folder, part.slice(0, end)), part.slice(end + 1));
  }
  return (head ?? "") + commands.map((command) => run(folder, command.slice(0, command.indexOf("\n")))).join("\n");
}

/** `*.pcap` and `*.pcapng` are written from packets in the language's notation, a second apart; `cut` drops the last octets. */
function writeInput(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  if (!/\.pcap(ng)?$/.test(file)) {
    writeFileSync(file, `${text.trimEnd()}\n`);
    return;
  }
  const world = World.start(compilePolicy(loadProgram("none", (uri) => parseFile(uri, ""))));
  const lines = text.trim().split("\n");
  const frames = lines
    .filter((line) => line !== "cut")
    .map((line, index) => {
      const { packet, errors } = parsePacket(line);
      const made = packet && makePacket(world, packet);
      if (!made || "error" in made) throw new Error(`${line}: ${errors[0]?.message ?? JSON.stringify(made)}`);
      const data = encodeFrame(made.packet);
      return { data, linkType: 1, time: BigInt(1_700_000_000 + index) * 1_000_000_000n, originalLength: data.length };
    });
  const bytes = file.endsWith("ng") ? writePcapng(frames) : writePcap(frames);
  writeFileSync(file, lines.includes("cut") ? bytes.subarray(0, bytes.length - 10) : bytes);
}

function run(folder: string, command: string): string {
  const [, ...args] = (command.slice(2).match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'|'$/g, ""));
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  const lines = [...stdout.split("\n"), ...stderr.split("\n").map((line) => line && `! ${line}`)].filter(
    (line) => line !== "",
  );
  return [command, ...lines, `[${status}]`, ""].join("\n");
}
