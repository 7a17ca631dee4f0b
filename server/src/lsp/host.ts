/** What the server needs of the machine that it runs on. */
import type { Frame } from "../capture/packet.ts";
import type { Unread } from "../policy/program.ts";
import type { Wanted } from "../policy/readable.ts";

/** A capture as the host opens it; `size` in octets, where it is known. */
export interface OpenCapture {
  readonly size?: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Folders of a workspace in which policies are looked for: it may be a whole disk. */
export const MOST_FOLDERS = 20_000;

export type FileText = { readonly text: string } | Unread;

/** Where text comes from that is not open in the editor. */
export interface Host {
  /** Where the documentation lies, as a URL that ends in a slash; undefined where that is not known. */
  readonly docs: string | undefined;
  /** Told the client's `initializationOptions`. */
  readonly initialize?: (options: { readonly readFile?: unknown; readonly docs?: unknown } | undefined) => void;
  /** A file's text, or why there is none. A promise where it takes time: `Workspace.onArrival` then tells. */
  readonly readFile: (uri: string, wanted: Wanted) => FileText | Promise<FileText>;
  /** The frames of a capture, or why there are none; absent where captures cannot be read. */
  readonly readCapture?: (uri: string, wanted: Wanted) => Iterable<Frame> | { readonly error: string };
  /** A capture that the person named, in chunks; they complain with an Error when it cannot be read. */
  readonly openCapture?: (uri: string) => OpenCapture;
  /** Everything that is open has been looked at: from now on there is little to do, and memory that others may need. */
  readonly atRest?: () => void;
  /** The client has said that the server is to go. */
  readonly exit?: () => void;
  /** The policy files of a workspace folder; of more than `most`, so many and one more. */
  readonly policyFiles: (folder: string, most: number) => readonly string[] | Promise<readonly string[]>;
}
