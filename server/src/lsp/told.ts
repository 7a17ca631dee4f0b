/**
 * What a client was told last of each document. What it is told next is nearly all the same: it is put together of the
 * bytes of before, and where nothing has come, gone or moved it is the same answer.
 */
import type { Diagnostic } from "vscode-languageserver";
import type { Finding } from "../check/finding.ts";
import { joined } from "../wire/framing.ts";

export interface Told {
  /** Equal ids, equal answers. */
  readonly resultId: string;
  /** The diagnostics behind this one, by place. */
  readonly more: Diagnostic | undefined;
  readonly findings: readonly Finding[];
  /** Of each finding; undefined where its place is in no document that is known. */
  readonly diagnostics: readonly (Diagnostic | undefined)[];
  /** How often lines had come or gone when it was made. */
  readonly shifts: number;
}

/** The diagnostics of one as JSON, each behind a comma, and where each of them ends. */
interface Written {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

const encoder = new TextEncoder();

export class LastTold {
  readonly #told = new Map<string, Told>();
  readonly #written = new WeakMap<Told, Written>();
  /** What was written of a document before it was told anew. */
  readonly #before = new WeakMap<Told, Told>();
  #count = 0;

  /** `sitting` tells this server's answers from those of the one before it. */
  constructor(private readonly sitting: string) {}

  forget(uri: string): void {
    this.#told.delete(uri);
  }

  /** `make` is asked only for what was not told before, or may have moved since. */
  next(
    uri: string,
    findings: readonly Finding[],
    more: Diagnostic | undefined,
    shifts: number,
    make: (finding: Finding) => Diagnostic | undefined,
  ): Told {
    const last = this.#told.get(uri);
    const still = last !== undefined && last.shifts === shifts;
    if (still && sameList(last.findings, findings) && last.more?.message === more?.message) return last;
    const known = last === undefined || !still ? undefined : placesIn(last.findings, findings);
    const diagnostics = findings.map((finding, i) => {
      const at = known?.[i] ?? -1;
      return at < 0 ? make(finding) : last?.diagnostics[at];
    });
    this.#count += 1;
    const resultId = `${this.sitting}-${this.#count}`;
    const told: Told = { resultId, more, findings, diagnostics, shifts };
    this.#told.set(uri, told);
    if (last !== undefined && this.#written.has(last)) this.#before.set(told, last);
    return told;
  }

  /** The list of its diagnostics as the bytes of its JSON. */
  write(told: Told): readonly Uint8Array[] {
    let written = this.#written.get(told);
    if (written === undefined) {
      const last = this.#before.get(told);
      this.#before.delete(told);
      written = writeAll(told.diagnostics, last?.diagnostics ?? [], last && this.#written.get(last));
      if (last !== undefined) this.#written.delete(last);
      this.#written.set(told, written);
    }
    const { bytes } = written;
    return told.more === undefined
      ? [encoder.encode("["), bytes.subarray(1), encoder.encode("]")]
      : [encoder.encode(`[${JSON.stringify(told.more)}`), bytes, encoder.encode("]")];
  }
}

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a === b || (a.length === b.length && a.every((one, i) => one === b[i]));

/** Where each of some things stands in a list that holds most of them, in nearly the same order; -1 for what is new. */
function placesIn(list: readonly unknown[], some: readonly unknown[]): Int32Array {
  const places = new Int32Array(some.length);
  let at = 0;
  let rest: Map<unknown, number> | undefined;
  for (let i = 0; i < some.length; i++) {
    if (at >= list.length || list[at] !== some[i]) {
      if (rest === undefined) {
        rest = new Map();
        for (let j = at; j < list.length; j++) rest.set(list[j], j);
      }
      const found = rest.get(some[i]);
      if (found === undefined) {
        places[i] = -1;
        continue;
      }
      at = found;
    }
    places[i] = at;
    at += 1;
  }
  return places;
}

function writeAll(
  diagnostics: readonly (Diagnostic | undefined)[],
  before: readonly (Diagnostic | undefined)[],
  written: Written | undefined,
): Written {
  const places = written && placesIn(before, diagnostics);
  const begin = (at: number): number => (at === 0 ? 0 : (written?.ends[at - 1] as number));
  const ends = new Uint32Array(diagnostics.length);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let i = 0; i < diagnostics.length; ) {
    const from = places?.[i] ?? -1;
    if (written === undefined || from < 0) {
      const diagnostic = diagnostics[i];
      const piece = encoder.encode(diagnostic === undefined ? "" : `,${JSON.stringify(diagnostic)}`);
      pieces.push(piece);
      length += piece.length;
      ends[i] = length;
      i += 1;
      continue;
    }
    // As many as follow one another as they did before.
    const base = length - begin(from);
    let to = from;
    for (; i < diagnostics.length && places?.[i] === to; i++, to++) ends[i] = base + (written.ends[to] as number);
    pieces.push(written.bytes.subarray(begin(from), begin(to)));
    length = base + begin(to);
  }
  return { bytes: joined(pieces), ends };
}
