/** What an import or an export has to say of a line, as the language server answers it. */
export interface Note {
  readonly kind: "understood" | "inexpressible" | "wrong";
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column?: number;
  readonly message: string;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
