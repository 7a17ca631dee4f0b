/** What is installed is what was looked at: every package of every lock file has a hash, and comes from the registry. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
interface Package {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
}

test.each(["package-lock.json", "test/workbench/host/package-lock.json", "bench/package-lock.json"])(
  "%s is complete",
  (file) => {
    const { packages } = JSON.parse(readFileSync(join(root, file), "utf8")) as { packages: Record<string, Package> };
    const installed = Object.entries(packages).filter(([folder, { inBundle }]) => folder !== "" && inBundle !== true);
    expect(installed.length).toBeGreaterThan(5);
    // Without an address of its own a package comes from the registry.
    const wrong = installed.filter(
      ([, { resolved = "https://registry.npmjs.org/", integrity = "" }]) =>
        !/^sha512-[\w+/]{86}==$/.test(integrity) || !resolved.startsWith("https://registry.npmjs.org/"),
    );
    expect(wrong.map(([folder]) => folder)).toEqual([]);
  },
);

test("every version is exact, and nothing is installed with the extension", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(dependencies ?? {}).toEqual({});
  for (const [name, version] of Object.entries(devDependencies)) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
});
