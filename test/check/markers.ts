/**
 * Markers in a policy that is a test: `//~ code code` says what is found on its line, `//~^ code` on the line above,
 * `//~~ only: code code*` limits what is looked at.
 */
export interface Marked {
  /** Line from 1 → codes. */
  readonly expected: ReadonlyMap<number, readonly string[]>;
  readonly inScope: (code: string) => boolean;
}

export function readMarkers(text: string): Marked {
  const expected = new Map<number, string[]>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const found = /\/\/~(\^*)(?!~)\s*(.*)$/.exec(line);
    if (found === null || line.startsWith("//~~")) continue;
    const at = index + 1 - (found[1] as string).length;
    expected.set(at, [...(expected.get(at) ?? []), ...(found[2] as string).trim().split(/\s+/)]);
  }
  const only = /^\/\/~~ only: (.*)$/m.exec(text)?.[1]?.trim().split(/\s+/);
  const patterns = only?.map((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`));
  return { expected, inScope: (code) => patterns?.some((pattern) => pattern.test(code)) ?? true };
}
