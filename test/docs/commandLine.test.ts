/** The page of the command line names every command and every option that there is, and no other. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../..");
const page = readFileSync(path.join(root, "docs/command-line.md"), "utf8");
const help = (...words: string[]) =>
  execFileSync(process.execPath, ["dist/cli.js", "help", ...words], { cwd: root, encoding: "utf8" });

test("every command and every option of its help is on the page", () => {
  const commands = [...help().matchAll(/^ {2}([a-z]+) /gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "help");
  expect(commands).toContain("explain");
  const missing = commands.flatMap((command) => {
    const row = page.split("\n").find((line) => new RegExp(`^\\| .*\`${command}[ \`]`).test(line));
    if (row === undefined) return [command];
    const options = [...help(command).matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name = ""]) => name);
    return options
      .filter((name) => name !== "--help" && name !== "--output" && !row.includes(name))
      .map((name) => `${command} ${name}`);
  });
  expect(missing).toEqual([]);
});
