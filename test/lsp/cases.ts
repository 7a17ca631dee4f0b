/**
 * Tests as data. A file begins with a sentence that says what it is for; then come the sources, marks in them, and
 * requests with what must be answered:
 *
 *     Hover on a slot says whose it is.
 *
 *     --- shop.iochain
 *     chain c { slot <|a>2 dfw fw }
 *
 *     >>> hover a
 *     …what the server answers, for people to read…
 *
 * A mark is `<|name>`, or `<|>` for one without a name. `--- closed/lib.iochain` is on disk only; every other file is
 * open. UPDATE=1 writes down what is answered now; people then read the difference.
 */
import { readFileSync, writeFileSync } from "node:fs";

export interface Mark {
  readonly uri: string;
  readonly position: { readonly line: number; readonly character: number };
}
export interface Request {
  readonly name: string;
  readonly words: readonly string[];
  readonly expected: string;
}
export interface Case {
  readonly purpose: string;
  readonly files: ReadonlyMap<string, { readonly text: string; readonly open: boolean }>;
  readonly marks: ReadonlyMap<string, Mark>;
  readonly requests: readonly Request[];
}

export const ROOT = "file:///policies";

export function readCase(path: string): Case {
  const [head = "", ...blocks] = readFileSync(path, "utf8").split(/^(?=--- |>>> )/m);
  const files = new Map<string, { text: string; open: boolean }>();
  const marks = new Map<string, Mark>();
  const requests: Request[] = [];
  for (const block of blocks) {
    const end = block.indexOf("\n");
    const line = block.slice(4, end < 0 ? undefined : end).trim();
    const body = end < 0 ? "" : block.slice(end + 1);
    if (block.startsWith("--- ")) {
      const closed = line.startsWith("closed/");
      const uri = `${ROOT}/${line}`;
      files.set(uri, { text: takeMarks(uri, body.replace(/\n+$/, "\n"), marks), open: !closed });
    } else {
      const [name = "", ...words] = line.split(/\s+/);
      requests.push({ name, words, expected: body.replace(/^\n+|\s+$/g, "") });
    }
  }
  return { purpose: head.trim(), files, marks, requests };
}

function takeMarks(uri: string, text: string, marks: Map<string, Mark>): string {
  let out = "";
  let rest = text;
  for (;;) {
    const found = /<\|([\w-]*)>/.exec(rest);
    if (found === null) return out + rest;
    out += rest.slice(0, found.index);
    rest = rest.slice(found.index + found[0].length);
    const lines = out.split("\n");
    marks.set(found[1] ?? "", {
      uri,
      position: { line: lines.length - 1, character: (lines.at(-1) as string).length },
    });
  }
}

/** Writes the answers into the file, in the order of its requests. */
export function updateCase(path: string, answers: readonly string[]): void {
  const blocks = readFileSync(path, "utf8").split(/^(?=--- |>>> )/m);
  let next = 0;
  const written = blocks.map((block) => {
    if (!block.startsWith(">>> ")) return block;
    const line = block.slice(0, block.indexOf("\n") < 0 ? undefined : block.indexOf("\n"));
    const answer = answers[next] as string;
    next += 1;
    return `${line.trimEnd()}\n${answer}\n${next < answers.length ? "\n" : ""}`;
  });
  writeFileSync(path, written.join(""));
}
