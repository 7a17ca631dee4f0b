import type { SourceDocument } from "./document.ts";

/** The mistakes of a text, a line each: where, from 1, and what; `before` stands before what. */
export const errorLines = (document: SourceDocument, before = ""): string[] =>
  [...document.errors()].map(({ chunk, error }) => {
    const { line, character } = document.rangeOf(chunk, error).start;
    return `${document.uri}:${line + 1}:${character + 1}: ${before}${error.message}`;
  });
