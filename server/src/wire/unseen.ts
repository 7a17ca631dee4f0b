/**
 * What a stranger's text may hold and nobody sees: control characters, those that turn letters around ("Trojan Source",
 * CVE-2021-42574), and those without a width. An editor shows a message, a label or a hover as it comes, so we write
 * them out, `<U+202E>`. The two that join letters are let be: Persian and many an emoji are not written without.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

export const seen = (text: string): string =>
  text.replace(UNSEEN, (char) => `<U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}>`);

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
