// npm run fuzz -- [--seconds N] [--seed N] [TARGET …]: each target for a minute, or as long as one likes.
import { spawnSync } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

const root = path.resolve(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string" } },
  allowPositionals: true,
});
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);
const only = positionals.length > 0 ? ["-t", `^(${positionals.join("|")})[ :]`] : [];
const { status } = spawnSync(path.join(root, "node_modules/.bin/vitest"), ["run", "test/fuzz", ...only], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, FUZZ_SECONDS: values.seconds, FUZZ_SEED: seed },
});
process.exitCode = status ?? 1;
