/** Figures as tables, for the terminal and for the page: a row for what was measured at a size, a column a subject. */
import type { Figure } from "./figure.ts";
import { judged } from "./goals.ts";

export interface Table {
  readonly suite: string;
  /** The subjects, and what is aimed at. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly what: string; readonly cells: readonly string[] }[];
}

export function tablesOf(figures: readonly Figure[]): Table[] {
  return [...grouped(figures, ({ suite }) => suite)].map(([suite, ofSuite]) => {
    const subjects = [...new Set(ofSuite.map(({ subject }) => subject))];
    const rows = [...grouped(ofSuite, rowOf)].map(([what, ofRow]) => ({
      what,
      cells: [
        ...subjects.map((column) => shown(ofRow.find(({ subject }) => subject === column))),
        judged(ofRow)
          .map(({ goal, met }) => `${met === undefined ? "" : met ? "✓ " : "✗ "}${goal}`)
          .join("; "),
      ],
    }));
    return { suite, columns: [...subjects, "at most"], rows };
  });
}

/** `47 of 50 goals are met`, and which are not. */
export function missed(figures: readonly Figure[]): {
  readonly goals: number;
  readonly met: number;
  readonly not: string[];
} {
  const rows = [...grouped(figures, (figure) => `${figure.suite}: ${rowOf(figure)}`)];
  const all = rows.flatMap(([what, row]) => judged(row).map((one) => ({ ...one, what })));
  const not = all.filter(({ met }) => met === false).map(({ what, goal }) => `${what} (${goal})`);
  return { goals: all.length, met: all.filter(({ met }) => met).length, not };
}

const rowOf = ({ what, size }: Figure) => (size > 0 ? `${what}, ${size.toLocaleString("en")}` : what);

function shown(figure: Figure | undefined): string {
  if (figure === undefined) return "";
  const { value, p95, unit } = figure;
  return `${rounded(value)} ${unit}${p95 === undefined ? "" : ` (p95 ${rounded(p95)})`}`;
}

function rounded(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one)) ?? [];
    group.push(one);
    groups.set(keyOf(one), group);
  }
  return groups;
}
