/** Numbers, times and fates in words. */
import { filled } from "../../pages/filled.ts";
import type { Tally, Texts, Word } from "../replay.ts";

let words: Texts;
export const say = (name: Word, ...values: readonly (string | number)[]): string => filled(words[name], values);
export function speak(texts: Texts): void {
  words = texts;
}

export const count = (n: number): string => n.toLocaleString();

/** `12:00:01.250`, in the time of the person's place. */
export const clock = (seconds: number | undefined): string => {
  if (seconds === undefined) return "";
  const date = new Date(seconds * 1000);
  const time = date.toLocaleTimeString(undefined, { hour12: false });
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
};

export const duration = (seconds: number): string =>
  seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(seconds < 100 ? 1 : 0)} s`;

/** `30 delivered, 2 dropped` */
export const tallied = (outcomes: Tally): string =>
  Object.entries(outcomes)
    .map(([outcome, n]) => `${count(n)} ${outcome}`)
    .join(", ");

/** The order of fates wherever they are listed, and what is drawn from the bottom. */
const ORDER = ["delivered", "flooded", "answered", "blackholed", "rejected", "dropped", "unplaced"];
export const ordered = (outcomes: Tally): [string, number][] =>
  Object.entries(outcomes).sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
