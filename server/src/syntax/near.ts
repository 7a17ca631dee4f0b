/** "Did you mean": the candidate nearest to a word, or none when nothing is near enough (Damerau–Levenshtein). */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let below = tooFar(word);
  for (const candidate of candidates) {
    const d = nearness(word, candidate, below);
    if (d === undefined) continue;
    below = d;
    best = candidate;
  }
  return best;
}

/** The same where candidates come and go, in no order: of several that are as near it is the one that stands before. */
export class Nearest {
  best: string | undefined;
  /** Whether another is, or was, as near as the best. */
  isTied = false;
  #below: number;
  constructor(private readonly word: string) {
    this.#below = tooFar(word);
  }
  /** Whether it is the nearest one now, and was not. */
  offer(candidate: string, standsBefore: (one: string, other: string) => boolean): boolean {
    if (candidate === this.best) return false;
    const d = nearness(this.word, candidate, this.best === undefined ? this.#below : this.#below + 1);
    if (d === undefined) return false;
    const isAsNear = this.best !== undefined && d === this.#below;
    this.isTied = isAsNear;
    if (isAsNear && !standsBefore(candidate, this.best as string)) return false;
    this.#below = d;
    this.best = candidate;
    return true;
  }
}

const tooFar = (word: string): number => Math.max(1, Math.floor(word.length / 3)) + 1;

/** Undefined where it is not below a number. */
function nearness(word: string, candidate: string, below: number): number | undefined {
  if (candidate === word || Math.abs(candidate.length - word.length) >= below) return undefined;
  const d = distance(word.toLowerCase(), candidate.toLowerCase());
  // Two words that share no letter are not near, however short they are.
  return d < below && d < Math.max(word.length, candidate.length) ? d : undefined;
}

function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let d = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        d = Math.min(d, (before[j - 2] as number) + 1);
      row.push(d);
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}
