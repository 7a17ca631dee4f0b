/** A text with its placeholders, `{0}`, `{1}` …, filled in. */
export const filled = (text: string, values: readonly (string | number)[]): string =>
  text.replace(/\{(\d)\}/g, (_all, index) => String(values[Number(index)] ?? ""));
