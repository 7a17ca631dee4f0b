/** Coverage in the terminal: what nothing has exercised, a line each, and how much of what there is. */
import { type CoverageReport, coverageText } from "../check/coverage.ts";
import { print, say } from "./terminal.ts";

export function printUncovered({ items }: CoverageReport): void {
  for (const { file, line, kind, block, id, name, hits } of items) {
    if (hits > 0) continue;
    const which = [kind, id, name && (kind === "rule" ? `"${name}"` : name)].filter((part) => part !== undefined);
    print(`${file}:${line}: not covered: ${which.join(" ")} of ${block}`);
  }
}

export function sayCovered(coverage: CoverageReport): void {
  say(`covered: ${coverageText(coverage)}`);
  for (const { file, line } of coverage.undecided)
    say(`${file}:${line}: the assert is too large to say what it covers`);
}
