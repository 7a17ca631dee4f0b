/** What may be typed at a place in the debug console: fields, our words, names of the policy, functions. */
import type { Environment } from "./values.ts";

export interface Completion {
  readonly label: string;
  /** Replaces `start`..`start + length` of the text. */
  readonly start: number;
  readonly length: number;
  readonly kind: "field" | "word" | "members" | "function";
}

/** Completions at `offset` (UTF-16 units) of `text`, at most `limit`. */
export function complete(text: string, offset: number, environment: Environment, limit = 200): readonly Completion[] {
  const typed = /[A-Za-z_][\w.-]*$/.exec(text.slice(0, offset))?.[0] ?? "";
  const start = offset - typed.length;
  const before = text.slice(0, start);
  if (insideText(before)) return [];
  const wanted = typed.toLowerCase();
  const afterIn = /\bin\s*\{?[^}]*$/.test(before);
  return environment
    .names()
    .filter((n) => n.name.toLowerCase().startsWith(wanted))
    .filter((n) => !afterIn || n.kind === "members")
    .slice(0, limit)
    .map((n) => ({
      label: n.kind === "members" && !PLAIN.test(n.name) ? JSON.stringify(n.name) : n.name,
      start,
      length: typed.length,
      kind: n.kind,
    }));
}
const PLAIN = /^[A-Za-z_]\w*(?:-\w+)*(?:\.[A-Za-z_]\w*(?:-\w+)*)?$/;
const insideText = (before: string): boolean => (before.replace(/\\./g, "").match(/"/g)?.length ?? 0) % 2 === 1;
