/** What the page says, looked at before it is done: a page shows what strangers sent, and is not believed for being ours. */
import type { FromPage } from "./replay.ts";

/** Undefined for what is no message of the page's. */
export function readMessage(said: unknown): FromPage | undefined {
  if (typeof said !== "object" || said === null) return undefined;
  const { type, flow } = said as Readonly<Record<string, unknown>>;
  switch (type) {
    case "ready":
    case "again":
    case "coverage":
      return { type };
    case "debug":
    case "scenario":
    case "open":
      return Number.isSafeInteger(flow) && (flow as number) >= 0 ? { type, flow: flow as number } : undefined;
    default:
      return undefined;
  }
}
