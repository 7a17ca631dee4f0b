/** Test results in the formats that CI systems read: JUnit's XML, and TAP 14. */
import { seen } from "../unseen.ts";
import { json } from "./terminal.ts";
import type { TestRow } from "./test.ts";

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;" };
/** XML 1.0 has no place for control characters: they are written out. */
const xml = (text: string) => seen(text).replace(/[&<>"\n]/g, (char) => ESCAPES[char] ?? char);

export function junit(tests: readonly TestRow[]): string {
  const suites = [...new Set(tests.map(({ file }) => file))].map((file) => {
    const rows = tests.filter((row) => row.file === file);
    const failed = rows.filter(({ outcome }) => outcome === "failed").length;
    const cases = rows.map(({ name, line, failures, kind }) => {
      const head = `    <testcase classname="${xml(file)}" name="${xml(name)}" file="${xml(file)}" line="${line}"`;
      if (failures.length === 0) return `${head}/>`;
      const told = failures.map(
        (f) =>
          `      <failure type="${kind}" message="${xml(`expected ${f.expected}, but: ${f.actual}`)}">${xml(file)}:${f.line}</failure>`,
      );
      return [`${head}>`, ...told, "    </testcase>"].join("\n");
    });
    return [
      `  <testsuite name="${xml(file)}" tests="${rows.length}" failures="${failed}">`,
      ...cases,
      "  </testsuite>",
    ].join("\n");
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>"].join("\n");
}

export function tap(tests: readonly TestRow[]): string {
  const lines = tests.flatMap(({ name, file, line, outcome, failures }, index) => {
    const head = `${outcome === "passed" ? "ok" : "not ok"} ${index + 1} - ${name.replace(/[#\\]/g, "\\$&").replace(/\s+/g, " ")}`;
    if (failures.length === 0) return [head];
    const told = failures.map(
      (f) => `    - ${json({ at: `${file}:${f.line}`, expected: f.expected, actual: f.actual })}`,
    );
    return [head, "  ---", `  at: ${json(`${file}:${line}`)}`, "  failures:", ...told, "  ..."];
  });
  return ["TAP version 14", `1..${tests.length}`, ...lines].join("\n");
}
