/** The statements of the language by the names of their grammar rules. */
export const statements: readonly string[];
