/** What the server needs of the machine that it runs on. */
import type { Frame } from "../capture/packet.ts";

/** A capture as the host opens it; `size` in octets, where it is known. */
export interface OpenCapture {
  readonly size?: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Where text comes from that is not open in the editor. */
export interface Host {
  /** Where the documentation lies, as a URL that ends in a slash; undefined where that is not known. */
  readonly docs: string | undefined;
  /** Told the client's `initializationOptions`. */
  readonly initialize?: (options: { readonly readFile?: unknown; readonly docs?: unknown } | undefined) => void;
  /** A file's text; undefined when there is none. A promise where it takes time: `Workspace.onArrival` then tells. */
  readonly readFile: (uri: string) => string | undefined | Promise<string | undefined>;
  /** The frames of a capture, or why there are none; absent where captures cannot be read. */
  readonly readCapture?: (uri: string) => Iterable<Frame> | { readonly error: string };
  /** A capture as it is on disk, in chunks; the chunks complain with an Error when it cannot be read. */
  readonly openCapture?: (uri: string) => OpenCapture;
  /** The policy files of a workspace folder. */
  readonly policyFiles: (folder: string) => readonly string[] | Promise<readonly string[]>;
}

/** Texts beyond this are not read from disk: nobody writes such a policy, and a server must not fall over one. */
export const LONGEST_FILE = 64 * 1024 * 1024;
