/** A quick fix: what it says and what it writes. Every fix leaves a valid file with one finding fewer. */
import type { Finding } from "../../check/finding.ts";
import type { Statement } from "../../syntax/tree.ts";
import type { FileEdit } from "../edits.ts";
import type { View } from "../view.ts";

export interface Fix {
  readonly title: string;
  readonly edits: readonly FileEdit[];
  /** The one that is meant without asking: what "fix all" takes. */
  readonly preferred?: boolean;
}
/** The ids that the rules of a block have, and those that fixes which are made together give them. */
export type IdsInUse = Map<Statement, Set<number>>;
/** The fixes of one code's finding: none when the text does not allow any. */
export type Fixer = (view: View, finding: Finding, together?: IdsInUse) => readonly Fix[];

/** A field of a finding's data, when it is of the type that is wanted. */
export function dataOf<T>(finding: Finding, field: string, is: (value: unknown) => value is T): T | undefined {
  const { data } = finding;
  if (typeof data !== "object" || data === null || !(field in data)) return undefined;
  const value = (data as Record<string, unknown>)[field];
  return is(value) ? value : undefined;
}
export const isString = (value: unknown): value is string => typeof value === "string";
export const isNumber = (value: unknown): value is number => typeof value === "number";
export const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
export const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(isNumber);
