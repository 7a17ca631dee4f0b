/** A finding: something in a policy that its author should know, at a place. */
import type { Source } from "../policy/policy.ts";
import type { Span } from "../syntax/tree.ts";
import type { Code } from "./codes.ts";

/** A place: a statement of a file, and the span in its chunk. */
export interface Place {
  readonly at: Source;
  readonly span: Span;
}
export interface Finding {
  readonly code: Code;
  readonly place: Place;
  readonly message: string;
  readonly related?: readonly (Place & { readonly message: string })[];
  /** What quick fixes need to know, besides the place. */
  readonly data?: unknown;
}
