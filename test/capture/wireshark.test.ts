/** What tshark reads in other projects' captures, where they are at hand: they are not part of this repository. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { fieldsOf } from "../../server/src/capture/fields.ts";
import { readCapture } from "../../server/src/capture/reader.ts";

const folder = join(import.meta.dirname, "../../../shared/captures");
const isThere = existsSync(join(folder, "truth"));
const files = isThere ? readdirSync(join(folder, "files")) : ["(none at hand)"];

/**
 * Known differences, as `file frame field`. They come from looking deeper than headers: HTTP's body.
 */
const KNOWN: ReadonlySet<string> = new Set([
  "ordinary__gop__pcap__test_loopback.pcap 3 frame.protocols",
  "ordinary__gop__pcap__test_loopback.pcap 9 _ws.malformed",
  "ordinary__suri__firewall__tcp-session-equivalence__input.pcap 4 frame.protocols",
]);

describe("the fields are those that tshark prints", () => {
  test.skipIf(!isThere).each(files)("%s", (name) => {
    const [header = "", ...lines] = readFileSync(join(folder, "truth", `${name}.tsv`), "utf8")
      .trimEnd()
      .split("\n");
    const columns = header.split("\t");
    const { frames } = readCapture(readFileSync(join(folder, "files", name)));
    const found = [...frames].map((frame) => ({
      number: frame.number,
      fields: fieldsOf(frame, decodeFrame(frame.data, frame.linkType, frame.originalLength)),
    }));
    expect(found.map(({ number }) => String(number))).toEqual(lines.map((line) => line.split("\t")[0]));
    const differences = lines.flatMap((line, i) =>
      line.split("\t").flatMap((cell, column) => {
        const field = columns[column] ?? "";
        const expected = cell.split("|")[0] ?? "";
        const actual = String(found[i]?.fields[field] ?? "");
        const place = `${name} ${found[i]?.number} ${field}`;
        return expected === actual || KNOWN.has(place) ? [] : [`${place}: ${actual}, not ${expected}`];
      }),
    );
    expect(differences).toEqual([]);
  });
});
