/** What the page says, looked at before it is done: a page shows what strangers wrote, and is not believed for being ours. */
import type { FromPage } from "./chain.ts";

/** Commands of the buttons that a page without a picture has; it can have no other run. */
export const OFFERED = ["iochain.newPolicy", "iochain.openSample"] as const;

/** Undefined for what is no message of the page's. */
export function readMessage(said: unknown): FromPage | undefined {
  if (typeof said !== "object" || said === null) return undefined;
  const { type, lane, slot, index, name, command } = said as Readonly<Record<string, unknown>>;
  switch (type) {
    case "ready":
    case "close":
      return { type };
    case "runTo":
    case "open":
      return isCount(lane) && isCount(slot) && slot < 16 ? { type, lane, slot } : undefined;
    case "step":
      return isCount(index) ? { type, index } : undefined;
    case "chain":
      return typeof name === "string" ? { type, name } : undefined;
    case "offer": {
      const offered = OFFERED.find((each) => each === command);
      return offered && { type, command: offered };
    }
    default:
      return undefined;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
