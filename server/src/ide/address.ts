/**
 * Addresses of read-only documents: `SCHEME:/NAME?QUERY`, where NAME is for the editor's tab and QUERY the JSON of what
 * is wanted, percent-encoded. Editors decode and encode addresses anew; JSON in one piece survives that.
 */
import { percentForm } from "../policy/uri.ts";

/** Trips (`traceDocument.ts`), and policies in another format. */
export const TRACE_SCHEME = "iochain-trace";
export const EXPORT_SCHEME = "iochain-export";

export const address = (scheme: string, name: string, wanted: object): string =>
  `${scheme}:/${percentForm(name.replaceAll("/", " "))}?${percentForm(JSON.stringify(wanted))}`;

/** What an address of the scheme asks for; undefined when it is another's, or none. */
export function readAddress(scheme: string, text: string): Readonly<Record<string, unknown>> | undefined {
  const query = text.indexOf("?");
  if (!text.startsWith(`${scheme}:`) || query < 0) return undefined;
  try {
    const read: unknown = JSON.parse(decodeURIComponent(text.slice(query + 1).split("#", 1)[0] as string));
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
