/** Runs the tests in `data/` against the real server over the wire. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterEach, describe, expect, test } from "vitest";
import type {
  CallHierarchyItem,
  CodeAction,
  CodeLens,
  CompletionList,
  Diagnostic,
  InlayHint,
  Range,
  TextEdit,
} from "vscode-languageserver-types";
import type { Trace } from "../../server/src/chain/trace.ts";
import type { CoverageReport } from "../../server/src/check/coverage.ts";
import type { Explanation } from "../../server/src/check/explain.ts";
import type { PolicyError } from "../../server/src/check/leftOut.ts";
import type { Reach } from "../../server/src/check/reach.ts";
import { type Case, type Mark, ROOT, readCase, updateCase } from "./cases.ts";
import { type Client, EDITOR, startClient } from "./client.ts";
import * as render from "./render.ts";

const folder = join(import.meta.dirname, "data");

let client: Client | undefined;
afterEach(() => client?.stop());

describe("data", () => {
  for (const file of readdirSync(folder).sort()) {
    const path = join(folder, file);
    const found = readCase(path);
    test(`${file}: ${found.purpose}`, async () => {
      const answers = await run(found);
      if (process.env.UPDATE) updateCase(path, answers);
      else expect(answers).toEqual(found.requests.map(({ expected }) => expected));
    });
  }
});

async function run({ files, marks, requests }: Case): Promise<string[]> {
  const texts = new Map([...files].map(([uri, { text }]) => [uri, text]));
  const started = await startClient(texts, EDITOR, [ROOT]);
  client = started;
  for (const [uri, { text, open }] of files) if (open) await started.open(uri, text);
  const answers: string[] = [];
  for (const { name, words, expected } of requests) {
    const ask = REQUESTS[name];
    if (ask === undefined) throw new Error(`no such request in test data: ${name}`);
    let heard = started.refreshes();
    let answer = (await ask(started, words, marks, texts)).trim();
    // What is dear to find out comes later than the first answer where the machine is busy, and is announced.
    while (answer !== expected && !process.env.UPDATE && (await moreThan(heard, started))) {
      heard = started.refreshes();
      answer = (await ask(started, words, marks, texts)).trim();
    }
    answers.push(answer);
  }
  expect(started.log).toEqual([]);
  return answers;
}

/** Whether the server announces, within five seconds, that there is more to be pulled. */
async function moreThan(heard: number, { refreshes }: Client): Promise<boolean> {
  for (let waited = 0; waited < 5000 && refreshes() === heard; waited += 20)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return refreshes() > heard;
}

type Ask = (
  client: Client,
  words: readonly string[],
  marks: ReadonlyMap<string, Mark>,
  texts: Map<string, string>,
) => Promise<string>;

function markOf(marks: ReadonlyMap<string, Mark>, word = ""): Mark {
  const mark = marks.get(word);
  if (mark === undefined) throw new Error(`no mark <|${word}>`);
  return mark;
}
const at = (mark: Mark) => ({ textDocument: { uri: mark.uri }, position: mark.position });
const uriOf = (word: string) => `${ROOT}/${word}`;
const json = (value: unknown) => JSON.stringify(value, undefined, 1);

/** A request at a mark, and how its answer reads. */
const asked =
  <T>(method: string, show: (answer: T, texts: ReadonlyMap<string, string>) => string, more: object = {}): Ask =>
  async (c, [mark], marks, texts) =>
    show(await c.request<T>(method, { ...at(markOf(marks, mark)), ...more }), texts);
const textOf = (texts: ReadonlyMap<string, string>) => (uri: string) => texts.get(uri) ?? "";

async function findings(c: Client, uri: string): Promise<Diagnostic[]> {
  const report = await c.request<{ items: Diagnostic[] }>("textDocument/diagnostic", { textDocument: { uri } });
  return report.items;
}

const REQUESTS: Readonly<Record<string, Ask>> = {
  hover: asked<{ contents: { value: string } } | null>(
    "textDocument/hover",
    (answer) => answer?.contents.value ?? "nothing",
  ),
  definition: asked("textDocument/definition", render.locations),
  declaration: asked("textDocument/declaration", render.locations),
  typeDefinition: asked("textDocument/typeDefinition", render.locations),
  implementation: asked("textDocument/implementation", render.locations),
  references: asked("textDocument/references", render.locations, { context: { includeDeclaration: true } }),
  uses: asked("textDocument/references", render.locations, { context: { includeDeclaration: false } }),
  highlight: asked<{ range: never; kind: number }[]>("textDocument/documentHighlight", (list) =>
    list.map(({ range, kind }) => `${render.span(range)} ${kind === 3 ? "write" : "read"}`).join("\n"),
  ),
  prepareRename: async (c, [mark], marks) => {
    const answer = await c.request("textDocument/prepareRename", at(markOf(marks, mark))).catch(refused);
    return typeof answer === "string" ? answer : json(answer);
  },
  rename: async (c, [mark, ...name], marks, texts) => {
    const params = { ...at(markOf(marks, mark)), newName: name.join(" ") };
    const answer = await c.request("textDocument/rename", params).catch(refused);
    return typeof answer === "string" ? answer : render.workspaceEdit(answer as never, textOf(texts));
  },
  completion: asked<CompletionList>(
    "textDocument/completion",
    ({ items, isIncomplete }) => `${render.completions(items)}${isIncomplete ? "\n…" : ""}`,
  ),
  signature: asked("textDocument/signatureHelp", render.signature),
  selection: async (c, [mark], marks) => {
    const { uri, position } = markOf(marks, mark);
    const params = { textDocument: { uri }, positions: [position] };
    return render.selection((await c.request<never[]>("textDocument/selectionRange", params))[0]);
  },
  symbols: async (c, [file = ""]) =>
    render.symbols(await c.request("textDocument/documentSymbol", { textDocument: { uri: uriOf(file) } })),
  search: async (c, [query = ""]) =>
    (await c.request<{ name: string; location: never; containerName?: string }[]>("workspace/symbol", { query }))
      .map(
        ({ name, location, containerName }) =>
          `${name}${containerName ? ` in ${containerName}` : ""} ${render.locations([location])}`,
      )
      .join("\n") || "nothing",
  folding: async (c, [file = ""]) =>
    render.foldings(await c.request("textDocument/foldingRange", { textDocument: { uri: uriOf(file) } })),
  links: async (c, [file = ""]) =>
    (
      await c.request<{ range: never; target: string }[]>("textDocument/documentLink", {
        textDocument: { uri: uriOf(file) },
      })
    )
      .map(({ range, target }) => `${render.span(range)} ${render.shortUri(target)}`)
      .join("\n") || "nothing",
  findings: async (c, [file = ""]) => render.diagnostics(await findings(c, uriOf(file))),
  fixes: async (c, [mark, ...only], marks, texts) => {
    const { uri, position } = markOf(marks, mark);
    await findings(c, uri);
    const context = { diagnostics: [], ...(only.length > 0 && { only }) };
    const range = { start: position, end: position };
    const actions = await c.request<CodeAction[]>("textDocument/codeAction", { textDocument: { uri }, range, context });
    return render.actions(actions, textOf(texts));
  },
  format: async (c, [file = ""], _marks, texts) => {
    const uri = uriOf(file);
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await c.request<TextEdit[]>("textDocument/formatting", { textDocument: { uri }, options });
    return render.apply(texts.get(uri) ?? "", edits);
  },
  formatLine: async (c, [mark], marks, texts) => {
    const { uri, position } = markOf(marks, mark);
    const range = { start: { ...position, character: 0 }, end: position };
    const params = { textDocument: { uri }, range, options: { tabSize: 2, insertSpaces: true } };
    const edits = await c.request<TextEdit[]>("textDocument/rangeFormatting", params);
    const text = texts.get(uri) ?? "";
    return render.difference(text, render.apply(text, edits));
  },
  typed: async (c, [mark, ch = ""], marks, texts) => {
    const found = markOf(marks, mark);
    const params = { ...at(found), ch: ch === "enter" ? "\n" : ch, options: { tabSize: 2, insertSpaces: true } };
    const edits = await c.request<TextEdit[]>("textDocument/onTypeFormatting", params);
    const text = texts.get(found.uri) ?? "";
    return render.difference(text, render.apply(text, edits));
  },
  renameFile: async (c, [from = "", to = ""], _marks, texts) => {
    const files = [{ oldUri: uriOf(from), newUri: uriOf(to) }];
    return render.workspaceEdit(await c.request("workspace/willRenameFiles", { files }), textOf(texts));
  },
  lenses: async (c, [file = ""]) => {
    const textDocument = { uri: uriOf(file) };
    const lenses = await c.request<CodeLens[]>("textDocument/codeLens", { textDocument });
    const resolved = await Promise.all(lenses.map((lens) => c.request<CodeLens>("codeLens/resolve", lens)));
    return resolved
      .map(
        ({ range, command }) =>
          `${render.span(range)} ${command?.title} ${command?.command} ${JSON.stringify(command?.arguments ?? [])}`,
      )
      .join("\n");
  },
  hints: async (c, [file = ""], _marks, texts) => {
    const uri = uriOf(file);
    const end = { line: (texts.get(uri) ?? "").split("\n").length, character: 0 };
    const range = { start: { line: 0, character: 0 }, end };
    const hints = await c.request<InlayHint[]>("textDocument/inlayHint", { textDocument: { uri }, range });
    const resolved = await Promise.all(hints.map((hint) => c.request<InlayHint>("inlayHint/resolve", hint)));
    return resolved
      .map(({ position, label, tooltip }) => {
        const text = typeof tooltip === "string" ? tooltip : (tooltip?.value ?? "");
        return `${render.place(position)} ${label} · ${text.replaceAll("\n", " ")}`;
      })
      .join("\n");
  },
  linked: asked<{ ranges: Range[]; wordPattern: string } | null>("textDocument/linkedEditingRange", (answer) =>
    answer === null ? "nothing" : `${answer.ranges.map(render.span).join("\n")}\n${answer.wordPattern}`,
  ),
  /** What is shown beside the lines of a file while the debugger stands at a mark. */
  inlineValues: async (c, [mark], marks) => {
    const { uri, position } = markOf(marks, mark);
    const values = await c.request<{ range: Range; expression: string }[]>("textDocument/inlineValue", {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } },
      context: { frameId: 1, stoppedLocation: { start: position, end: position } },
    });
    return values.map(({ range, expression }) => `${render.span(range)} ${expression}`).join("\n") || "nothing";
  },
  /** Opens the document of a scenario's trips, or of a packet's: its text, and what can be done in it. */
  content: async (c, [file = "", kind = "", ...words], _marks, texts) => {
    const argument = { uri: uriOf(file), [kind]: words.join(" ") };
    const command = { command: "iochain.showTrips", arguments: [argument] };
    const { uri } = await c.request<{ uri: string }>("workspace/executeCommand", command);
    const { text } = await c.request<{ text: string }>("workspace/textDocumentContent", { uri });
    const start = { line: 0, character: 0 };
    const context = { diagnostics: [] };
    const range = { start, end: start };
    const actions = await c.request<CodeAction[]>("textDocument/codeAction", { textDocument: { uri }, range, context });
    return `${uri}\n${text}${render.actions(actions, textOf(texts))}`;
  },
  /** Replays a capture that is written as a frame a line, in hex digits. */
  replay: async (c, [file = "", capture = "", at = ""]) => {
    const params = { uri: uriOf(file), capture, at };
    const answer = await c
      .request<{ frames: number; outcomes: object } | string>("iochain/replay", params)
      .catch(refused);
    return typeof answer === "string" ? answer : `${answer.frames} frames: ${JSON.stringify(answer.outcomes)}`;
  },
  calls: async (c, [mark], marks) => calls(c, markOf(marks, mark), "callHierarchy/outgoingCalls"),
  callers: async (c, [mark], marks) => calls(c, markOf(marks, mark), "callHierarchy/incomingCalls"),
  tokens: async (c, [file = ""], _marks, texts) => {
    const uri = uriOf(file);
    const legend = c.initialized.capabilities.semanticTokensProvider?.legend;
    const { data } = await c.request<{ data: number[] }>("textDocument/semanticTokens/full", { textDocument: { uri } });
    return render.tokens(data, legend?.tokenTypes ?? [], legend?.tokenModifiers ?? [], texts.get(uri) ?? "");
  },
  tests: async (c, [file = ""]) =>
    (
      await c.request<{ tests: { name: string; kind: string; range: never }[] }>("iochain/tests", { uri: uriOf(file) })
    ).tests
      .map(({ name, kind, range }) => `${kind} ${name} ${render.span(range)}`)
      .join("\n"),
  runTests: async (c, [file = ""]) => json(await c.request("iochain/runTests", { uri: uriOf(file) })),
  chain: async (c, [file = "", chain]) => {
    const answer = await c.request<{
      vnic: string;
      chain: string;
      slots: { slot: number; module: string; block?: string }[];
    }>("iochain/chain", { uri: uriOf(file), chain });
    const slots = answer.slots.map(({ slot, module, block }) => `${slot} ${module}${block ? ` ${block}` : ""}`);
    return [`${answer.chain} at ${answer.vnic}`, ...slots].join("\n");
  },
  trace: async (c, [file = "", ...packet]) => {
    const answer = await c
      .request<Trace>("iochain/trace", { uri: uriOf(file), packet: packet.join(" ") })
      .catch(refused);
    if (typeof answer === "string") return answer;
    return [
      answer.outcome,
      ...answer.walks.map(
        ({ vnic, direction, slots }) =>
          `${direction} ${vnic}: ${slots.map(({ slot, verdict }) => `${slot} ${verdict}`).join(", ")}`,
      ),
    ].join("\n");
  },
  way: async (c, [file = "", ...scenario]) => {
    const params = { uri: uriOf(file), scenario: scenario.join(" ") };
    const answer = await c
      .request<{ steps: { line: number; trace: Trace; failure?: { expected: string } }[] }>("iochain/way", params)
      .catch(refused);
    if (typeof answer === "string") return answer;
    return answer.steps
      .map(({ line, trace, failure }) => {
        const expected = failure ? `, expected ${failure.expected}` : "";
        return `line ${line}: ${trace.packet}: ${trace.outcome}${expected}`;
      })
      .join("\n");
  },
  /** `explain FILE, FROM, TO, SERVICE`; a part may be empty. */
  explain: async (c, words) => {
    const [file = "", from, to, service] = words
      .join(" ")
      .split(",")
      .map((part) => part.trim() || undefined);
    const answer = await c
      .request<Explanation & { readonly errors: readonly PolicyError[] }>("iochain/explain", {
        uri: uriOf(file),
        from,
        to,
        service,
      })
      .catch(refused);
    if (typeof answer === "string") return answer;
    const classes = answer.classes.map(
      (each) =>
        `${each.outcome}: ${each.from} -> ${each.to} ${each.service}: ${each.rules.map(({ direction, kind, id, verdict }) => `${direction} ${verdict} ${id ?? kind}`).join(", ")}`,
    );
    const leftOut = answer.errors.map(({ line, message }) => `left out: line ${line}: ${message}`);
    return [answer.verdict, ...(answer.note === undefined ? [] : [answer.note]), ...classes, ...leftOut].join("\n");
  },
  /** `diff OLD NEW`; `diff FILE allowing`: the file, and a text of it that allows what its first drop does not. */
  diff: async (c, [old = "", now = ""], _marks, texts) => {
    const side = (file: string) => ({ uri: uriOf(file) });
    const saved = { uri: uriOf(old), files: { [uriOf(old)]: `${texts.get(uriOf(old))}`.replace("drop", "allow") } };
    const params = now === "allowing" ? { old: side(old), new: saved } : { old: side(old), new: side(now) };
    const answer = await c.request<{ text: string }>("iochain/diff", params).catch(refused);
    return typeof answer === "string" ? answer : answer.text.replaceAll(uriOf(""), "");
  },
  coverage: async (c, [file = ""]) => {
    const answer = await c.request<CoverageReport & { text: string }>("iochain/coverage", { uri: uriOf(file) });
    const items = answer.items.map(({ line, kind, id, name, hits }) => `${line} ${kind} ${id ?? name ?? ""}: ${hits}`);
    return [answer.text, ...items].join("\n");
  },
  scenarioFor: async (c, [file = "", line]) => {
    const answer = await c
      .request<Reach>("iochain/scenarioFor", { uri: uriOf(file), line: Number(line) })
      .catch(refused);
    if (typeof answer === "string") return answer;
    return "none" in answer ? `none: ${answer.none}` : answer.scenario;
  },
  /** Types text at a mark; later requests see the text with it. */
  type: async (c, [mark, ...words], marks, texts) => {
    const { uri, position } = markOf(marks, mark);
    const text = words.join(" ");
    const range = { start: position, end: position };
    texts.set(uri, render.apply(texts.get(uri) ?? "", [{ range, newText: text }]));
    await c.notify("textDocument/didChange", {
      textDocument: { uri, version: Date.now() },
      contentChanges: [{ range, text }],
    });
    return "";
  },
};

async function calls(c: Client, mark: Mark, method: string): Promise<string> {
  const items = await c.request<CallHierarchyItem[]>("textDocument/prepareCallHierarchy", at(mark));
  const found = await Promise.all(
    items.map((item) =>
      c.request<{ to?: CallHierarchyItem; from?: CallHierarchyItem; fromRanges: Range[] }[]>(method, { item }),
    ),
  );
  return (
    found
      .flat()
      .map(
        ({ to, from, fromRanges }) =>
          `${(to ?? from)?.detail} ${(to ?? from)?.name} at ${fromRanges.map(render.span).join(", ")}`,
      )
      .join("\n") || "nothing"
  );
}

const refused = (error: unknown): string => `refused: ${error instanceof Error ? error.message : String(error)}`;
