/** What VS Code calls in its extension host: runs Mocha over the files beside this one, and writes what came of it. */
import { readdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import Mocha from "mocha";

interface TestReport {
  readonly title: string;
  readonly milliseconds?: number | undefined;
  readonly error?: string | undefined;
}

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", timeout: 30_000, failZero: true, reporter: Mocha.reporters.Base });
  for (const file of readdirSync(__dirname)) {
    if (file.endsWith(".test.js")) mocha.addFile(path.join(__dirname, file));
  }
  const tests: TestReport[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run((failed) => {
      const { passes = 0, pending = 0 } = runner.stats ?? {};
      const result = { passed: passes, failed, skipped: pending, tests };
      if (process.env.IOCHAIN_TEST_RESULT) writeFileSync(process.env.IOCHAIN_TEST_RESULT, JSON.stringify(result));
      resolve(failed);
    });
    runner.on("pass", (test) => tests.push({ title: test.fullTitle(), milliseconds: test.duration }));
    runner.on("fail", (test, error) => tests.push({ title: test.fullTitle(), error: error.stack ?? String(error) }));
  });
  if (failures > 0) throw new Error(`${failures} failed`);
}
