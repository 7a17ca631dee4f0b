/** Work-done progress (LSP 3.17) of requests that brought a token. */
import type { Session } from "./session.ts";

/** Progress is told at most this often, in milliseconds. */
const NEWS = 200;

export interface WorkDone {
  /** `percentage`: undefined where nobody knows how much there is to do. */
  tell(message: string, percentage?: number): void;
  end(): void;
}

/** Undefined for clients that gave no token. */
export function workDone(session: Session, token: unknown, title: string, percentage?: number): WorkDone | undefined {
  if (typeof token !== "string" && typeof token !== "number") return undefined;
  const known = (value: number | undefined) => value !== undefined && { percentage: value };
  session.progress(token, { kind: "begin", title, cancellable: true, ...known(percentage) });
  let told = performance.now();
  return {
    tell(message, value) {
      if (performance.now() - told < NEWS) return;
      told = performance.now();
      session.progress(token, { kind: "report", message, ...known(value) });
    },
    end: () => session.progress(token, { kind: "end" }),
  };
}
