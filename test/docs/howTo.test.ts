/** The how-to from dumps to a scenario, followed word by word: what it shows is what comes. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../..");
const page = readFileSync(path.join(root, "docs/how-to/dumps-to-scenario.md"), "utf8");
/** Its policies: what comes of the dumps, the machine's address, the question, the answer. */
const [imported = "", machine = "", question = "", answer = ""] = [
  ...page.matchAll(/^```iochain\n([\s\S]*?)^```/gm),
].map(([, code = ""]) => code);

const dumps = {
  "dvfilter.txt": `world 2101 vmm0:shop-web vcUuid:'50 11 22 33 44 55 66 77-88 99 aa bb cc dd ee 01'
 port 50331700 shop-web.eth0
  vNic slot 2
   name: nic-2101-eth0-vmware-sfw.2
   agentName: vmware-sfw
   state: IOChain Attached
   vmState: Detached
   failurePolicy: failClosed
   slowPathID: none
   filter source: Dynamic Filter Creation
`,
  "rules.txt": `ruleset domain-c7 {
  # Filter rules
  rule 1005 at 1 inout protocol tcp from any to addrset dst1005 port 443 accept;
  rule 1001 at 2 inout protocol any from any to any drop with log;
}
`,
  "sets.txt": `addrset dst1005 {
ip 10.0.1.11,
}
`,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "iochain-how-to-"));
  for (const [name, text] of Object.entries(dumps)) writeFileSync(path.join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the page's lines that begin as told, without their comments; answers what they print. */
const follow = (start: string) =>
  [...page.matchAll(/^iochain (.*)$/gm)]
    .map(([, line = ""]) => line)
    .filter((line) => line.startsWith(start))
    .map((line) => {
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
      return execFileSync(process.execPath, [path.join(root, "dist/cli.js"), ...words], {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    })
    .join("");

test("the dumps make the policy that is shown", () => {
  follow("import dvfilter");
  const text = readFileSync(path.join(folder, "host.iochain"), "utf8");
  expect(text.slice(text.indexOf("vm "))).toBe(imported);
});

test("with the machine's address, each question has its answer", () => {
  const file = path.join(folder, "host.iochain");
  const text = readFileSync(file, "utf8").replace(/^vm .*\n/m, machine);
  writeFileSync(file, text + question + answer);
  expect(follow("trace")).toMatch(/by rule 1005 /);
  expect(follow("explain")).toMatch(/^dropped\n[\s\S]*by rule 1001 /);
  const results = execFileSync(process.execPath, [path.join(root, "dist/cli.js"), "test", file], { encoding: "utf8" });
  expect(results).toMatch(/✓ the shop is reachable/);
});

test("the commands for CI find nothing wrong with the samples", () => {
  const ci = readFileSync(path.join(root, "docs/how-to/check-in-ci.md"), "utf8");
  cpSync(path.join(root, "samples"), path.join(folder, "policies"), { recursive: true });
  const block = /## The commands[\s\S]*?```sh\n([\s\S]*?)```/.exec(ci)?.[1] ?? "";
  const commands = [...block.matchAll(/^npx iochain (.*?)(?: +>.*| +#.*)?$/gm)].map(([, words = ""]) => words);
  expect(commands).toHaveLength(4);
  for (const words of commands)
    execFileSync(process.execPath, [path.join(root, "dist/cli.js"), ...words.trim().split(/\s+/)], {
      cwd: folder,
      stdio: "ignore",
    });
});
