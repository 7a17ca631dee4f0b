/** What an import tells of its inputs: each note at the line that it is about, and refusals of inputs that cannot be read. */
import { type Bounds, STANDARD_BOUNDS } from "../policy/bounds.ts";

/** A place in an input; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/**
 * `understood`: became part of the policy. `inexpressible`: has no words in the language and is kept as a comment.
 * `wrong`: contradicts itself or points nowhere.
 */
export type NoteKind = "understood" | "inexpressible" | "wrong";

export interface Note extends Place {
  readonly kind: NoteKind;
  readonly message: string;
}

/** An input that is not what it is said to be: the import makes nothing of it. */
export class Refusal extends Error {
  readonly place: Place;
  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}

export class Report {
  readonly notes: Note[] = [];
  /** How much the inputs may ask for. */
  readonly bounds: Bounds;
  readonly #told = new Set<string>();

  constructor(bounds = STANDARD_BOUNDS) {
    this.bounds = bounds;
  }
  understood(place: Place, message: string): void {
    this.#note("understood", place, message);
  }
  inexpressible(place: Place, message: string): void {
    this.#note("inexpressible", place, message);
  }
  wrong(place: Place, message: string): void {
    this.#note("wrong", place, message);
  }
  #note(kind: NoteKind, { file, line, column }: Place, message: string): void {
    const key = `${kind} ${file}:${line}:${column ?? ""} ${message}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.notes.push({ kind, file, line, ...(column !== undefined && { column }), message });
  }
}

const WORDS: Readonly<Record<NoteKind, string>> = {
  understood: "understood",
  inexpressible: "not expressible",
  wrong: "looks wrong",
};

export const placeText = ({ file, line, column }: Place): string =>
  column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;

/** `dump.txt:12: looks wrong: …`, as compilers tell, so that editors make a link of it. */
export const noteText = (note: Note): string => `${placeText(note)}: ${WORDS[note.kind]}: ${note.message}`;

/** Why a thing has no words in a format: thrown and caught within an export. */
export class NoWords extends Error {}
