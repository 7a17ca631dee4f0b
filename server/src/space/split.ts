/**
 * What a list of rules does with packets, all of it: which rule takes which part of a set. Where `find.ts` looks for
 * one packet and stops, this goes on until nothing is left, rule by rule in the order in which they are tried.
 */

import type { Steps } from "../syntax/steps.ts";
import { type Box, intersectBoxes, subtractBox, weight } from "./box.ts";
import type { Budget } from "./find.ts";
import type { RuleList } from "./ruleList.ts";

/** Packets that one rule takes, or that none does. */
export interface Share {
  /** Index in the list; undefined: no rule takes them. */
  readonly taker: number | undefined;
  /** Disjoint. */
  readonly boxes: readonly Box[];
  /** Rules that acted on them on the way (`mark`, `jump-to-application`), in order. */
  readonly marks: readonly number[];
}

/** Pieces of work between two places to pause. */
const PAUSE = 20_000;

/** The shares of each rule before `limit`, in their order, then of none; undefined when the budget does not last. */
export function* split(
  list: RuleList,
  boxes: readonly Box[],
  left: Budget,
  limit = list.rules.length,
): Steps<readonly Share[] | undefined> {
  const shares = new Map<string, { taker: number | undefined; boxes: Box[]; marks: readonly number[] }>();
  const give = (taker: number | undefined, { box, marks }: Piece) => {
    const key = `${taker} ${marks}`;
    const share = shares.get(key);
    if (share === undefined) shares.set(key, { taker, boxes: [box], marks });
    else share.boxes.push(box);
  };
  let sincePause = 0;
  for (const box of boxes) {
    const parts: { readonly rule: number; readonly shared: Box }[] = [];
    for (const part of list.near(box, limit)) {
      parts.push(part);
      left.work -= 8;
      if (left.work < 0) return undefined;
      sincePause += 8;
      if (sincePause > PAUSE) {
        sincePause = 0;
        yield;
      }
    }
    parts.push(...list.passing(box, limit));
    parts.sort((a, b) => a.rule - b.rule);
    let pieces: Piece[] = [{ box, marks: [], from: 0 }];
    for (const { rule, shared } of parts) {
      if (pieces.length === 0) break;
      const effect = list.rules[rule]?.effect;
      const next: Piece[] = [];
      for (const piece of pieces) {
        const both = rule < piece.from ? undefined : intersectBoxes(piece.box, shared);
        const cost = weight(piece.box) + 4;
        left.work -= cost;
        sincePause += cost;
        if (both === undefined || (effect === "passes" && piece.marks.at(-1) === rule)) {
          next.push(piece);
          continue;
        }
        for (const rest of subtractBox(piece.box, both)) next.push({ ...piece, box: rest });
        const met = { ...piece, box: both };
        if (effect === "passes") next.push({ ...met, marks: [...piece.marks, rule] });
        else if (effect === "jumps" && limit >= list.jumpTarget && piece.from < list.jumpTarget)
          next.push({ ...met, marks: [...piece.marks, rule], from: Math.max(list.jumpTarget, rule + 1) });
        else give(rule, met);
      }
      pieces = next;
      if (left.work < 0) return undefined;
      if (sincePause > PAUSE) {
        sincePause = 0;
        yield;
      }
    }
    for (const piece of pieces) give(undefined, piece);
  }
  const order = ({ taker }: Share) => taker ?? list.rules.length;
  return [...shares.values()].sort((a, b) => order(a) - order(b));
}

interface Piece {
  readonly box: Box;
  readonly marks: readonly number[];
  /** Rules before this one are passed over: the packets have jumped. */
  readonly from: number;
}
