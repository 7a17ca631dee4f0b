/**
 * What a person reads can be said in their language: strings of package.json are keys of package.nls.json, those of the
 * client are in l10n/bundle.l10n.json, and a translation leaves none out. UPDATE=1 writes the bundle.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (name: string) => JSON.parse(readFileSync(join(root, name), "utf8"));
const manifest = read("package.json");
const words: Record<string, string> = read("package.nls.json");

/** Members of package.json's contributions that a person reads, whatever they stand in. */
const SHOWN = new Set(["title", "description", "markdownDescription", "label", "displayName", "contents", "altText"]);
/** Names stay what they are in every language. */
const NAMES = new Set(["IOChain"]);
/** Told to language models, not to people. */
const isForModels = (path: readonly string[]) => path.includes("inputSchema") || path.at(-1) === "modelDescription";

function* shown(value: unknown, path: readonly string[] = []): Generator<[path: string, text: string]> {
  if (typeof value !== "object" || value === null || isForModels(path)) return;
  for (const [name, inner] of Object.entries(value)) {
    const isView = path[0] === "views" && name === "name";
    if (typeof inner === "string" && (SHOWN.has(name) || isView)) yield [[...path, name].join("."), inner];
    else yield* shown(inner, [...path, name]);
  }
}
const keyed = [...shown(manifest.contributes), ...shown(manifest.capabilities), ["description", manifest.description]];

describe("package.json", () => {
  test("has a key for every string that is shown", () => {
    expect(keyed.filter(([, text]) => !NAMES.has(text) && !/^%[\w.-]+%$/.test(text))).toEqual([]);
  });
  test("and package.nls.json an entry for every key, and no other", () => {
    const keys = [...JSON.stringify(manifest).matchAll(/"%([\w.-]+)%"/g)].map(([, key = ""]) => key);
    expect(Object.keys(words).sort()).toEqual([...new Set(keys)].sort());
    expect(Object.values(words).filter((text) => text.trim() === "")).toEqual([]);
  });
});

const client = join(root, "client/src");
const sources = readdirSync(client, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const texts = sources.map((name) => [name, readFileSync(join(client, name), "utf8")] as const);
/** A message of `l10n.t`, as the source has it. */
const MESSAGE = /\bl10n\.t\(\s*("(?:[^"\\\n]|\\.)*")/g;
const messages = texts.flatMap(([, text]) =>
  [...text.matchAll(MESSAGE)].map(([, literal = '""']) => JSON.parse(literal)),
);
const own = Object.fromEntries([...new Set<string>(messages)].sort().map((message) => [message, message]));
const BUNDLE = "l10n/bundle.l10n.json";
if (process.env.UPDATE) writeFileSync(join(root, BUNDLE), `${JSON.stringify(own, undefined, 2)}\n`);

describe("the client", () => {
  test("has its messages in the bundle", () => {
    expect(read(BUNDLE)).toEqual(own);
  });
  test("gives l10n.t nothing but literals, which a bundle can have", () => {
    const strange = texts.filter(
      ([, text]) => [...text.matchAll(/\bl10n\.t\(/g)].length !== [...text.matchAll(MESSAGE)].length,
    );
    expect(strange.map(([name]) => name)).toEqual([]);
  });
  test("shows no message that is not one of them", () => {
    const bare =
      /show(?:Error|Warning|Information)Message\(\s*["`]|\b(?:title|placeHolder|prompt|openLabel):\s*["`][A-Z]/;
    expect(texts.filter(([, text]) => bare.test(text)).map(([name]) => name)).toEqual([]);
  });
});

const holes = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([hole]) => hole).sort();
const commands = (text: string) => [...text.matchAll(/\]\(command:[\w.]+\)|`[^`]*`/g)].map(([link]) => link).sort();

describe.each(["de"])("the translation %s", (language) => {
  test.each([
    ["package.json", words, `package.nls.${language}.json`],
    ["the client", own, `l10n/bundle.l10n.${language}.json`],
  ])("of %s has every message, with its holes, its commands and its code", (_, original, file) => {
    const translated: Record<string, string> = read(file);
    expect(Object.keys(translated).sort()).toEqual(Object.keys(original).sort());
    for (const [key, text] of Object.entries(original)) {
      expect([key, ...holes(translated[key] ?? "")]).toEqual([key, ...holes(text)]);
      expect([key, ...commands(translated[key] ?? "")]).toEqual([key, ...commands(text)]);
    }
  });
});
