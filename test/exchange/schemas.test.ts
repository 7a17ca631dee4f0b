/**
 * What is written is what NSX and its Terraform provider take: every key, kind, word and bound, as `schemas/` has them
 * from their public descriptions. Over the policies of the round trip, the samples, and generated ones.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { exportPolicy } from "../../server/src/exchange/export.ts";
import { readXml, type XmlNode } from "../../server/src/exchange/xml.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { Dice, policyText } from "../space/policies.ts";
import { samples } from "../syntax/policies.ts";
import { policyOf } from "./policies.ts";
import { hclMistakes } from "./schemas/hcl.ts";

const HERE = import.meta.dirname;
const DATA = join(HERE, "data/export");
const read = (file: string) => readFileSync(join(HERE, file), "utf8");
const written = readdirSync(DATA)
  .filter((name) => name.endsWith(".iochain"))
  .map((name) => read(`data/export/${name}`));
const generated = Array.from({ length: 60 }, (_, seed) => policyText(new Dice(seed)));

describe.each([
  ["the policies of the round trip", written],
  ["the samples", samples],
  ["generated policies", generated],
])("%s", (_, texts) => {
  test("are hierarchical JSON as the Policy API describes it", () => {
    const validate = new Ajv2020({ strict: false, discriminator: true }).compile(
      JSON.parse(read("schemas/nsxPolicy.json")),
    );
    for (const text of texts) {
      const json = JSON.parse(finish(exportPolicy("nsx-policy", policyOf(text), "a.iochain")).text);
      validate(json);
      expect(
        validate.errors?.map(({ instancePath, message, params }) => ({ instancePath, message, params })) ?? [],
      ).toEqual([]);
    }
  });
  test("are resources, blocks and arguments of the provider vmware/nsxt", () => {
    const resources = JSON.parse(read("schemas/terraform.json"));
    for (const text of texts)
      expect(hclMistakes(finish(exportPolicy("terraform", policyOf(text), "a.iochain")).text, resources)).toEqual([]);
  });
  test("are elements, attributes and words of the API of NSX for vSphere", () => {
    const table: Readonly<Record<string, string>> = JSON.parse(read("schemas/nsxv.json"));
    for (const text of texts) {
      const xml = finish(exportPolicy("nsxv-xml", policyOf(text), "a.iochain")).text;
      expect(xmlMistakes(finish(readXml({ name: "a.xml", text: xml }, 200)), table)).toEqual([]);
    }
  });
});

test("what is not as described is found", () => {
  const text = written[0] as string;
  const json = finish(exportPolicy("nsx-policy", policyOf(text), "a.iochain")).text;
  const schema = new Ajv2020({ strict: false, discriminator: true }).compile(
    JSON.parse(read("schemas/nsxPolicy.json")),
  );
  expect(schema(JSON.parse(json.replace('"action": "DROP"', '"action": "DENY"')))).toBe(false);
  const resources = JSON.parse(read("schemas/terraform.json"));
  const hcl = finish(exportPolicy("terraform", policyOf(text), "a.iochain")).text;
  expect(hclMistakes(hcl.replace("source_groups", "sources"), resources)).toHaveLength(1);
  expect(hclMistakes(hcl.replace('"DROP"', '"DENY"'), resources)).toHaveLength(1);
  const table = JSON.parse(read("schemas/nsxv.json"));
  const xml = finish(exportPolicy("nsxv-xml", policyOf(text), "a.iochain")).text.replace(
    "<action>deny<",
    "<action>block<",
  );
  expect(xmlMistakes(finish(readXml({ name: "a.xml", text: xml }, 200)), table)).toHaveLength(1);
});

/** Elements that the table does not have inside of others, and words that a leaf does not take. */
function xmlMistakes(node: XmlNode, table: Readonly<Record<string, string>>): string[] {
  const described = table[node.name];
  const inner = node.all();
  const at = `line ${node.at().line}: <${node.name}>`;
  if (described === undefined || described.startsWith("=")) {
    if (inner.length > 0) return [`${at} holds ${inner[0]?.name}`];
    const words = described?.slice(1).split(" ");
    return words === undefined || words.includes(node.content ?? "") ? [] : [`${at} is ${node.content}`];
  }
  const known = described.split(" ");
  return inner.flatMap((one) => (known.includes(one.name) ? xmlMistakes(one, table) : [`${at} holds <${one.name}>`]));
}
