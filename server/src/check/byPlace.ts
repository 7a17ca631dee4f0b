/**
 * Findings by the place that they are told at, in the order of the text, kept up while it is edited: what comes or goes
 * moves few others, however many there are. What is said twice of one place counts once.
 */
import type { SourceDocument } from "../syntax/document.ts";
import type { Chunk } from "../syntax/tree.ts";
import { CODES, type Severity } from "./codes.ts";
import type { Finding } from "./finding.ts";

const GRAVEST_FIRST: readonly Severity[] = ["error", "warning", "information", "hint"];

const chunkOf = ({ place }: Finding): Chunk => place.at.statement.chunk;

export class FindingsByPlace {
  readonly #lists = new Map<string, Map<Severity, Listed>>();
  /** By a chunk, those that point at it from elsewhere. */
  readonly #pointing = new Map<Chunk, Set<Finding>>();
  #unfollow: readonly (() => void)[] = [];

  /**
   * From now on what speaks of a chunk that an edit of these documents takes away is dropped, until
   * `stop`; it is stopped for others before.
   */
  follow(documents: readonly SourceDocument[]): this {
    this.stop();
    this.#unfollow = documents.map((document) =>
      document.follow(({ chunks }) => {
        for (const chunk of chunks.removed) this.#drop(document.uri, chunk);
      }),
    );
    return this;
  }
  stop(): void {
    for (const stop of this.#unfollow) stop();
    this.#unfollow = [];
  }

  /** A finding that is not there yet, of a chunk that is. */
  add(finding: Finding): void {
    const { uri } = finding.place.at;
    let lists = this.#lists.get(uri);
    if (lists === undefined) {
      lists = new Map();
      this.#lists.set(uri, lists);
    }
    const { severity } = CODES[finding.code];
    let list = lists.get(severity);
    if (list === undefined) {
      list = new Listed();
      lists.set(severity, list);
    }
    list.add(finding);
    for (const { at } of finding.related ?? []) {
      const { chunk } = at.statement;
      const known = this.#pointing.get(chunk);
      if (known) known.add(finding);
      else if (chunk !== chunkOf(finding)) this.#pointing.set(chunk, new Set([finding]));
    }
  }

  /** A finding that may have gone with its chunk. */
  delete(finding: Finding): void {
    this.#list(finding.place.at.uri, CODES[finding.code].severity)?.delete(finding);
    this.#unpoint(finding);
  }

  /** Drops what speaks of text that is gone, or of other documents than these. */
  keepOnly(uris: ReadonlySet<string>): void {
    const stands = ({ at: { uri, statement } }: Finding["place"]) => !statement.chunk.gone && uris.has(uri);
    for (const finding of [...this.all()])
      if (!stands(finding.place) || finding.related?.some((other) => !stands(other))) this.delete(finding);
  }

  #drop(uri: string, chunk: Chunk): void {
    for (const list of this.#lists.get(uri)?.values() ?? [])
      for (const finding of list.drop(chunk)) this.#unpoint(finding);
    const pointing = this.#pointing.get(chunk);
    this.#pointing.delete(chunk);
    for (const finding of pointing ?? []) this.delete(finding);
  }
  #unpoint(finding: Finding): void {
    for (const { at } of finding.related ?? []) {
      const { chunk } = at.statement;
      const known = this.#pointing.get(chunk);
      known?.delete(finding);
      if (known?.size === 0) this.#pointing.delete(chunk);
    }
  }
  #list(uri: string, severity: Severity): Listed | undefined {
    return this.#lists.get(uri)?.get(severity);
  }

  /** How many are told of a document. */
  count(uri: string): number {
    let count = 0;
    for (const list of this.#lists.get(uri)?.values() ?? []) count += list.count;
    return count;
  }
  /** The first of a severity in a document, at most so many. */
  first(uri: string, severity: Severity, most: number): readonly Finding[] {
    return this.#list(uri, severity)?.first(most) ?? [];
  }
  /** Those at the statements of some lines of a document. */
  *between(uri: string, firstLine: number, lastLine: number): Generator<Finding> {
    for (const list of this.#lists.get(uri)?.values() ?? []) yield* list.between(firstLine, lastLine);
  }
  *of(uri: string): Generator<Finding> {
    for (const list of this.#lists.get(uri)?.values() ?? []) yield* list.all();
  }
  *all(): Generator<Finding> {
    for (const uri of this.#lists.keys()) yield* this.of(uri);
  }
}

/** Of what several have found about a document the gravest, of those that are as grave the first; by place. */
export function gravest(found: readonly FindingsByPlace[], uri: string, most: number): readonly Finding[] {
  const grades: (readonly Finding[])[] = [];
  let left = most;
  for (const severity of GRAVEST_FIRST) {
    if (left === 0) break;
    const lists = found.map((one) => one.first(uri, severity, left));
    grades.push(inOrder(lists).slice(0, left));
    left -= grades.at(-1)?.length ?? 0;
  }
  return inOrder(grades);
}
/** Lists that are in order, as one; of those at the same place what stands in an earlier list comes first. */
const inOrder = (lists: readonly (readonly Finding[])[]): readonly Finding[] => lists.reduce(merged, []);
function merged(a: readonly Finding[], b: readonly Finding[]): readonly Finding[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const [few, many, ahead] = a.length < b.length ? [a, b, 0] : [b, a, 1];
  const out: Finding[] = [];
  let from = 0;
  for (const one of few) {
    const to = below(many, (other) => inText(other, one) < ahead, from);
    for (; from < to; from++) out.push(many[from] as Finding);
    out.push(one);
  }
  for (; from < many.length; from++) out.push(many[from] as Finding);
  return out;
}
const inText = (a: Finding, b: Finding): number => chunkOf(a).line - chunkOf(b).line || inChunk(a, b);
const inChunk = ({ place: { span: a } }: Finding, { place: { span: b } }: Finding): number => a.start - b.start;

/** One text for findings that say the same thing at the same place. */
export const identity = ({ code, place, message }: Finding): string =>
  `${code} ${place.at.uri} ${place.at.statement.chunk.line} ${place.span.start} ${place.span.end} ${message}`;

/** What is found at one chunk. */
interface Spot {
  readonly chunk: Chunk;
  readonly all: Finding[];
  /** Each once, by place; as of the last count. */
  told: readonly Finding[];
  run: Spot[];
}
const LONGEST_RUN = 512;

/** Findings of one severity in one document. */
class Listed {
  /** Spots in the order of the text, in runs that are short enough to be changed at once. */
  readonly #runs: Spot[][] = [];
  readonly #spots = new Map<Chunk, Spot>();
  /** Spots that are to be counted anew. */
  readonly #uncounted = new Set<Spot>();
  #count = 0;
  /** The first ones, as they were asked for last; undefined when some came or went since. */
  #first: readonly Finding[] | undefined;

  add(finding: Finding): void {
    const chunk = chunkOf(finding);
    let spot = this.#spots.get(chunk);
    if (spot === undefined) {
      spot = { chunk, all: [], told: [], run: [] };
      this.#spots.set(chunk, spot);
      this.#insert(spot);
    }
    spot.all.push(finding);
    this.#uncounted.add(spot);
    this.#first = undefined;
  }

  delete(finding: Finding): void {
    const spot = this.#spots.get(chunkOf(finding));
    const at = spot?.all.indexOf(finding) ?? -1;
    if (spot === undefined || at < 0) return;
    spot.all.splice(at, 1);
    this.#first = undefined;
    if (spot.all.length === 0) this.drop(spot.chunk);
    else this.#uncounted.add(spot);
  }

  /** What was at a chunk that is gone. */
  drop(chunk: Chunk): readonly Finding[] {
    const spot = this.#spots.get(chunk);
    if (spot === undefined) return [];
    this.#spots.delete(chunk);
    this.#uncounted.delete(spot);
    this.#first = undefined;
    this.#count -= spot.told.length;
    const { run } = spot;
    run.splice(run.indexOf(spot), 1);
    if (run.length === 0) this.#runs.splice(this.#runs.indexOf(run), 1);
    return spot.all;
  }

  #insert(spot: Spot): void {
    const { line } = spot.chunk;
    const at = Math.max(0, below(this.#runs, (run) => (run[0] as Spot).chunk.line <= line) - 1);
    const run = this.#runs[at];
    if (run === undefined) {
      spot.run = [spot];
      this.#runs.push(spot.run);
      return;
    }
    spot.run = run;
    run.splice(
      below(run, ({ chunk }) => chunk.line <= line),
      0,
      spot,
    );
    if (run.length <= LONGEST_RUN) return;
    // What comes in the order of the text fills each run but the last.
    const rest = run.splice(at === this.#runs.length - 1 ? LONGEST_RUN : LONGEST_RUN / 2);
    for (const moved of rest) moved.run = rest;
    this.#runs.splice(at + 1, 0, rest);
  }

  get count(): number {
    for (const spot of this.#uncounted) {
      this.#count -= spot.told.length;
      spot.told = onceEach(spot.all);
      this.#count += spot.told.length;
    }
    this.#uncounted.clear();
    return this.#count;
  }
  first(most: number): readonly Finding[] {
    // Counts.
    const wanted = Math.min(most, this.count);
    if (this.#first === undefined || this.#first.length < wanted) this.#first = this.#gather(wanted);
    return this.#first.length === wanted ? this.#first : this.#first.slice(0, wanted);
  }
  #gather(wanted: number): Finding[] {
    const out: Finding[] = [];
    for (const run of this.#runs)
      for (const { told } of run)
        for (const finding of told) {
          if (out.length === wanted) return out;
          out.push(finding);
        }
    return out;
  }
  *all(): Generator<Finding> {
    if (this.count > 0) for (const run of this.#runs) for (const { told } of run) yield* told;
  }
  *between(firstLine: number, lastLine: number): Generator<Finding> {
    if (this.count === 0) return;
    const from = Math.max(0, below(this.#runs, (run) => (run[0] as Spot).chunk.line <= firstLine) - 1);
    for (const run of this.#runs.slice(from))
      for (const { chunk, told } of run) {
        if (chunk.line > lastLine) return;
        if (chunk.line + chunk.lineCount > firstLine) yield* told;
      }
  }
}

/** How many at the beginning of a list are so, where none is behind the first that is not. */
function below<T>(list: readonly T[], isSo: (item: T) => boolean, from = 0): number {
  let low = from;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(list[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function onceEach(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length === 1) return [findings[0] as Finding];
  return [...new Map(findings.map((finding) => [identity(finding), finding])).values()].sort(inChunk);
}
