/**
 * The tree of a long XML text, in steps: configurations of a manager have megabytes, and the library parses in one go.
 * Elements that are short are parsed each by itself, and what is around them with an empty element in each one's place.
 */
import { parseXml, type XmlElement, XmlError } from "@rgrove/parse-xml";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import { isTooMany, tooDeepFor, tooManyFor } from "./input.ts";

export interface XmlTree {
  readonly root: XmlElement | null;
  /** By where in the text around them they are left out; these places, in order. */
  readonly pieces: ReadonlyMap<number, Piece>;
  readonly places: readonly number[];
}
export interface Piece {
  readonly root: XmlElement;
  /** Where it begins in the whole text. */
  readonly from: number;
  /** Where what is behind it is in the whole text, less where it is in the text around the pieces. */
  readonly shift: number;
}

/** In the whole text, of a place in the text around the pieces. */
export function wholePlace({ pieces, places }: XmlTree, place: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] as number) < place) low = middle + 1;
    else high = middle;
  }
  return place + (pieces.get(places[low - 1] ?? -1)?.shift ?? 0);
}

const LEFT_OUT = "<_/>";

/** In UTF-16 units. A shorter text is parsed at once, in some milliseconds. */
const PIECE = 2 ** 16;
/** Each is a document of its own here; an export has some ten thousand of these. */
const MOST_SHORT = 1_000_000;

/** By the elements that are short. Undefined where they are not needed or wrong: then the library says what is wrong. */
export function* xmlTree(text: string, short: readonly Stretch[]): Steps<XmlTree | undefined> {
  if (text.length <= PIECE) return undefined;
  const pieces = new Map<number, Piece>();
  let around = "";
  let end = 0;
  let done = 0;
  try {
    for (const { from, to } of short) {
      if (done > PIECE) {
        yield;
        done = 0;
      }
      done += to - from;
      const { root } = parseXml(text.slice(from, to), { includeOffsets: true });
      if (root === null) return undefined;
      around += text.slice(end, from);
      const at = around.length;
      around += LEFT_OUT;
      pieces.set(at, { root, from, shift: to - around.length });
      end = to;
    }
    yield;
    return {
      root: parseXml(around + text.slice(end), { includeOffsets: true }).root,
      pieces,
      places: [...pieces.keys()],
    };
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}
interface Elements {
  /** The longest elements that are no longer than a piece, in order. */
  readonly short: readonly Stretch[];
  /**
   * What must not reach a parser: an element that is nested too deep, or a document type, whatever it says: nothing of
   * NSX has one, and entities are a way to harm.
   */
  readonly harm?: { readonly at: number; readonly why: string };
}

export function* elements(text: string, deepest: number): Steps<Elements> {
  const short: Stretch[] = [];
  const open: number[] = [];
  let count = 0;
  for (const { kind, at, end } of tags(text)) {
    if (++count % STRIDE === 0) yield;
    if (isTooMany(count)) return { short, harm: { at, why: tooManyFor("tags") } };
    if (kind === "document type")
      return { short, harm: { at, why: "a document type (DOCTYPE) is refused: nothing that NSX writes has one" } };
    if (kind === "start") {
      open.push(at);
      if (open.length > deepest) return { short, harm: { at, why: tooDeepFor(deepest) } };
      continue;
    }
    const from = kind === "end" ? open.pop() : at;
    if (from === undefined || end - from > PIECE) continue;
    // Those inside it go with it.
    while ((short.at(-1)?.from ?? -1) > from) short.pop();
    if (short.push({ from, to: end }) > MOST_SHORT)
      return {
        short,
        harm: { at: from, why: `more than ${MOST_SHORT} elements beside one another: too many to import` },
      };
  }
  return { short };
}

export interface Tag {
  readonly kind: "start" | "end" | "empty" | "document type";
  readonly at: number;
  /** Where what is behind it begins. */
  readonly end: number;
}

/** The tags of a text that may be XML. Comments, character data and instructions are passed over. */
export function* tags(text: string): Generator<Tag, undefined> {
  for (let i = text.indexOf("<"); i >= 0; i = text.indexOf("<", i)) {
    const at = i;
    const behind = (mark: string) => {
      const found = text.indexOf(mark, at);
      return found < 0 ? text.length : found + mark.length;
    };
    if (text.startsWith("<!--", at)) i = behind("-->");
    else if (text.startsWith("<![CDATA[", at)) i = behind("]]>");
    else if (text.startsWith("<?", at)) i = behind("?>");
    else if (/^<!DOCTYPE/i.test(text.slice(at, at + 9))) {
      i = at + 9;
      yield { kind: "document type", at, end: i };
    } else if (text[at + 1] === "/") {
      i = behind(">");
      yield { kind: "end", at, end: i };
    } else {
      let j = at + 1;
      for (let quote = ""; j < text.length && (quote !== "" || text[j] !== ">"); j++) {
        const c = text[j] as string;
        if (quote === "" ? c === '"' || c === "'" : c === quote) quote = quote === "" ? c : "";
      }
      i = j + 1;
      yield { kind: text[j - 1] === "/" ? "empty" : "start", at, end: i };
    }
  }
}
