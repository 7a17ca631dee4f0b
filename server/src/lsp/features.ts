/**
 * What the server can do: each request in one row, with the capability that declares it. Nothing is declared
 * elsewhere, so nothing can be declared that does not answer.
 */
import type { CancellationToken, ClientCapabilities, ServerCapabilities } from "vscode-languageserver-protocol";
import { hover } from "../ide/hover.ts";
import { type Session, validPosition } from "./session.ts";

/** The parameters of a request as they came over the wire: the protocol's types differ by method. */
// biome-ignore lint/suspicious/noExplicitAny: each row names its own.
type Params = any;

export interface Feature {
  readonly method: string;
  /** What it adds to the answer to `initialize`; undefined for requests that need no declaration. */
  readonly declare?: (client: ClientCapabilities) => ServerCapabilities;
  /** The answer, or a promise of it; undefined is sent as null. */
  readonly answer: (session: Session, params: Params, token: CancellationToken) => unknown;
}

export const FEATURES: readonly Feature[] = [
  {
    method: "textDocument/hover",
    declare: () => ({ hoverProvider: true }),
    answer: (session, params) => {
      const view = session.view(params);
      return view && hover(view, validPosition(params.position));
    },
  },
];

/** The answer to `initialize`: what every row declares, put together. */
export function capabilities(client: ClientCapabilities): ServerCapabilities {
  const out: ServerCapabilities = {};
  for (const { declare } of FEATURES)
    merge(out as Record<string, unknown>, (declare?.(client) ?? {}) as Record<string, unknown>);
  return out;
}

function merge(into: Record<string, unknown>, from: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(from)) {
    const known = into[key];
    if (isObject(known) && isObject(value)) merge(known, value);
    else into[key] = value;
  }
}
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
