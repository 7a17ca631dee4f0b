/** What a person is shown of an answer, written out. */
import { seen } from "../unseen.ts";

/** The properties of an answer that a person is shown; below `raw` ones nothing is touched. */
export interface Shown {
  readonly shown: ReadonlySet<string>;
  readonly raw: ReadonlySet<string>;
}

/** The same answer, with what a person is shown of it written out; the same object where that changes nothing. */
export function withSeen<Answer>(answer: Answer, which: Shown): Answer {
  if (typeof answer !== "object" || answer === null) return answer;
  if (Array.isArray(answer)) {
    let items: unknown[] | undefined;
    for (let i = 0; i < answer.length; i++) {
      const now = withSeen(answer[i], which);
      if (now === answer[i]) continue;
      items ??= [...answer];
      items[i] = now;
    }
    return (items as Answer | undefined) ?? answer;
  }
  let changed: Record<string, unknown> | undefined;
  // Answers are plain objects, and `Object.entries` would make as many arrays.
  for (const name in answer) {
    const value: unknown = answer[name];
    if (which.raw.has(name)) continue;
    const now = typeof value === "string" && which.shown.has(name) ? seen(value) : withSeen(value, which);
    if (now === value) continue;
    changed ??= { ...answer } as Record<string, unknown>;
    changed[name] = now;
  }
  return (changed as Answer | undefined) ?? answer;
}
