/** What strangers hand us: captures, dumps and exports, expressions. Errors are values, and come in time. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import { fieldsOf } from "../../server/src/capture/fields.ts";
import { readCapture } from "../../server/src/capture/reader.ts";
import { writePcap, writePcapng } from "../../server/src/capture/write.ts";
import { parseLine } from "../../server/src/dap/expression/parser.ts";
import { ExpressionError } from "../../server/src/dap/expression/tree.ts";
import { IMPORT_FORMATS, type ImportFormat } from "../../server/src/exchange/formats.ts";
import { importInputs } from "../../server/src/exchange/import.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import { packets } from "../capture/packets.ts";
import { damaged, fuzz, LONGEST, within } from "./fuzz.ts";

const LINK_TYPES = [0, 1, 9, 12, 50, 101, 104, 108, 113, 228, 229, 242, 258, 276];
const captures = fc
  .tuple(fc.array(packets, { minLength: 1, maxLength: 5 }), fc.constantFrom(...LINK_TYPES, 1, 1, 1), fc.boolean())
  .map(([some, linkType, isNg]) => {
    const frames = some.map((packet) => ({ data: encodeFrame(packet), linkType, time: 1_700_000_000_123_456_789n }));
    return isNg ? writePcapng(frames, ["a comment"]) : writePcap(frames);
  });
fuzz(
  "captures",
  damaged(captures),
  (bytes) =>
    within(LONGEST, `a capture of ${bytes.length} octets`, () => {
      for (const frame of readCapture(bytes).frames)
        fieldsOf(frame, decodeFrame(frame.data, frame.linkType, frame.originalLength, true));
    }),
  (bytes) => bytes,
);

/** Whole inputs of each format: those of the tests. */
const dumps: readonly (readonly [ImportFormat, Uint8Array])[] = inputsOfTests();
fuzz(
  "imports",
  fc
    .constantFrom(...dumps)
    .chain(([format, bytes]) => damaged(fc.constant(bytes)).map((octets) => [format, octets] as const)),
  ([format, octets]) =>
    within(LONGEST, `${format} of ${octets.length} octets`, () => {
      const text = new TextDecoder().decode(octets);
      for (const read of [format, ...IMPORT_FORMATS]) {
        const imported = importInputs(read, [{ name: "input", text }]);
        if (!("text" in imported)) continue;
        const [mistake] = [...parseFile("imported", imported.text).errors()];
        if (mistake) throw new Error(`what ${read} writes does not parse: ${mistake.error.message}\n${imported.text}`);
      }
    }),
);

const WORDS =
  "ip.src tcp.dstport == != in { } ( ) and or not 80 10.0.0.1 fd00::1 \" web-01 rule matches ' , .. [ ] / - ~ é";
const soup = fc.array(fc.constantFrom(...WORDS.split(" ")), { maxLength: 40 }).map((words) => words.join(" "));
fuzz("expressions", fc.oneof(soup, fc.string({ unit: "binary" }), fc.string()), (text) =>
  within(LONGEST, `an expression of ${text.length} characters`, () => {
    try {
      parseLine(text);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
    }
  }),
);

/** A test's data are a purpose, `import FORMAT`, then inputs after `--- NAME`, then what must come of them. */
function inputsOfTests(): (readonly [ImportFormat, Uint8Array])[] {
  const folder = join(import.meta.dirname, "../exchange/data/import");
  return readdirSync(folder).flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const format = IMPORT_FORMATS.find((known) => text.includes(`\nimport ${known}`));
    if (format === undefined) throw new Error(`${name} does not say its format`);
    const inputs = text.split(/^--- .*\n/m).slice(1);
    return inputs.map((input) => [format, new TextEncoder().encode(input.split(/^=== /m)[0] ?? "")] as const);
  });
}
