/**
 * What a session answers after edits is what it answers of the same text opened anew: outline, folds, links, lenses,
 * hints, findings and colours; and the differences between colours, put together, are the colours.
 */
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { SourceDocument } from "../../server/src/syntax/document.ts";
import { change, mutated, near } from "../syntax/policies.ts";
import { type Client, startClient } from "./client.ts";

interface Tokens {
  readonly resultId: string;
  readonly data: number[];
}
interface Delta {
  readonly resultId: string;
  readonly edits?: readonly { readonly start: number; readonly deleteCount: number; readonly data?: number[] }[];
  readonly data?: number[];
}

interface Report {
  readonly kind: "full" | "unchanged";
  readonly resultId: string;
  readonly items: unknown;
}
const told = new Map<string, Report>();

let client: Client;
afterEach(() => client.stop());

const WHOLE = ["documentSymbol", "foldingRange", "documentLink", "codeLens", "inlayHint"];
const range = { start: { line: 0, character: 0 }, end: { line: 100_000, character: 0 } };

const edited = "file:///policies/edited.iochain";
const anew = "file:///policies/anew.iochain";

/** All that is asked of a whole document; its name does not matter. */
async function answers(uri: string): Promise<string> {
  const textDocument = { uri };
  const all: unknown[] = [];
  for (const method of WHOLE) all.push(await client.request(`textDocument/${method}`, { textDocument, range }));
  // All that is known, the dear findings too.
  await client.request("workspace/diagnostic", { previousResultIds: [] });
  // As a client asks that knows what it was told last.
  const last = told.get(uri);
  const report = await client.request<Report>("textDocument/diagnostic", {
    textDocument,
    previousResultId: last?.resultId,
  });
  const { items } = report.kind === "unchanged" ? (last as Report) : report;
  told.set(uri, { ...report, items });
  all.push(items);
  return JSON.stringify(all).replaceAll(uri, "URI");
}
const coloursOf = (uri: string) =>
  client.request<Tokens>("textDocument/semanticTokens/full", { textDocument: { uri } });

test("an edited document is answered about as one opened anew", { timeout: 120_000 }, async () => {
  client = await startClient();
  let version = 1_000_000;
  await fc.assert(
    fc.asyncProperty(
      mutated,
      fc.array(fc.oneof(near, change), { minLength: 1, maxLength: 5 }),
      async (text, changes) => {
        const mirror = new SourceDocument(edited, text);
        await client.open(edited, text);
        let { resultId, data } = await coloursOf(edited);
        for (const one of changes) {
          version += 1;
          mirror.edit([one], version);
          const textDocument = { uri: edited, version };
          await client.notify("textDocument/didChange", { textDocument, contentChanges: [one] });
          const delta = await client.request<Delta>("textDocument/semanticTokens/full/delta", {
            textDocument: { uri: edited },
            previousResultId: resultId,
          });
          const coloured = [...data];
          for (const { start, deleteCount, data: put } of [...(delta.edits ?? [])].reverse())
            coloured.splice(start, deleteCount, ...(put ?? []));
          data = delta.data ?? coloured;
          resultId = delta.resultId;
          await client.open(anew, mirror.text);
          expect(data).toEqual((await coloursOf(anew)).data);
          expect(await answers(edited)).toBe(await answers(anew));
          await client.notify("textDocument/didClose", { textDocument: { uri: anew } });
        }
        await client.notify("textDocument/didClose", { textDocument: { uri: edited } });
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 40) },
  );
  expect(client.log).toEqual([]);
});
