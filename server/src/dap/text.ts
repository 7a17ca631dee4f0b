/** Quantities as a person reads them. */

/** Milliseconds as the language writes a duration, in the largest units that fit: `1h 30m`, `2s 500ms`, `0s`. */
export function duration(milliseconds: number): string {
  if (milliseconds === 0) return "0s";
  if (milliseconds < 0) return `-${duration(-milliseconds)}`;
  const parts: string[] = [];
  let rest = Math.round(milliseconds);
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  return parts.join(" ");
}
const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];
