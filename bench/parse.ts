/** A whole file, lexed and parsed, in processor time; cold is the first run of a process of its own. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseFile } from "../server/src/syntax/document.ts";
import { cpu, type Figure } from "./figure.ts";
import { parse as parseByHand } from "./peers/handParser.mjs";
import { makePolicy, nsxShape, policyJson, policyText } from "./policies.ts";

export async function parse(sizes: readonly number[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const size of sizes) {
    const policy = makePolicy(nsxShape(size));
    const text = policyText(policy);
    const json = policyJson(policy);
    const times = size > 20_000 ? 7 : 15;
    const add = (subject: string, what: string, value: number) =>
      figures.push({ suite: "parse", what, subject, size, value, unit: "ms" });
    add("IOChain", "whole file, cold", cold(size));
    add(
      "IOChain",
      "whole file",
      cpu(times, () => parseFile("bench", text).tree),
    );
    add(
      "by hand, the limit",
      "whole file",
      cpu(times, () => parseByHand(text)),
    );
    add(
      "JSON.parse, as NSX JSON",
      "whole file",
      cpu(times, () => JSON.parse(json)),
    );
    if (existsSync(join(import.meta.dirname, "node_modules/jsonc-parser"))) {
      const { parseTree } = await import("./peers/jsonc.mjs");
      add(
        "jsonc-parser, as NSX JSON",
        "whole file",
        cpu(times, () => parseTree(json)),
      );
    }
  }
  return figures;
}

/** Without whatever this process has learned of the code. */
function cold(size: number): number {
  const flags = ["--experimental-transform-types", "--no-warnings"];
  return Number(execFileSync(process.execPath, [...flags, import.meta.filename, String(size)], { encoding: "utf8" }));
}

if (process.argv[1] === import.meta.filename) {
  const text = policyText(makePolicy(nsxShape(Number(process.argv[2]))));
  console.log(cpu(1, () => parseFile("bench", text).tree));
}
