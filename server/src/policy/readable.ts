/**
 * What a policy may have read. It names its imports and captures, and may be a stranger's: they are read from where the
 * person has opened something, and from nowhere else.
 */
import { canonical } from "./uri.ts";

/** A place in whose folders may be read: everything, or only what is a policy or a capture by its name. */
interface Place {
  /** As `canonical` writes it; empty for every disk of this machine. */
  readonly folder: string;
  readonly byName: boolean;
}
export type Readable = readonly Place[];

/** What a file must be to be read: in reach, behind its symbolic links too, and not longer. */
export interface Wanted {
  /** Left out for what the person has named. */
  readonly readable?: Readable;
  /** In octets. */
  readonly longest: number;
}

const BY_NAME = /\.(?:iochain|(?:pcap|pcapng|cap|ntar|dmp)(?:\.gz)?)$/i;

/** What was opened, by paths or URIs. */
export interface Opened {
  /** Whatever lies in them may be read. */
  readonly folders: readonly string[];
  /** Policies that may lie elsewhere: beside them, policies and captures may be read; from everywhere without a folder. */
  readonly policies: readonly string[];
  /** Where no folder is open, the one that the program was started in: policies in it go no further. */
  readonly startedIn?: string;
  /** The person allows more: whatever is on the same disk, or in the same place of another kind. */
  readonly outside: boolean;
}

export function readableFrom({ folders, policies, startedIn, outside }: Opened): Readable {
  return readableIn(
    folders,
    policies.map((policy) => besideOf(policy, folders, startedIn)),
    outside,
  );
}

/** The same where it is known already what lies beside the policies (`besideOf`). */
export function readableIn(
  folders: readonly string[],
  besides: Iterable<string | undefined>,
  outside: boolean,
): Readable {
  const places = folders.map((folder) => ({ folder: canonical(folder), byName: false }));
  for (const folder of new Set(besides)) if (folder !== undefined) places.push({ folder, byName: true });
  if (outside) places.push(...places.map(({ folder }) => ({ folder: rootOf(`${folder}/`), byName: false })));
  return places;
}

/** The folder that a policy opens up, as `canonical` writes it; undefined where it lies in one of the folders, or nowhere. */
export function besideOf(name: string, folders: readonly string[], startedIn?: string): string | undefined {
  const policy = canonical(name);
  // One that is nowhere yet (`untitled:`) has nothing beside it.
  if (!isLocal(policy) && !policy.includes("/")) return undefined;
  if (folders.length === 0) {
    const around = startedIn === undefined ? undefined : canonical(startedIn);
    return around !== undefined && contains(around, policy) ? around : rootOf(policy);
  }
  return folders.some((folder) => contains(canonical(folder), policy)) ? undefined : folderOf(policy);
}

/** May a file, by its path or URI, be read? Symbolic links are for whoever reads to follow, and to ask again. */
export function mayRead(readable: Readable, file: string): boolean {
  const name = canonical(file);
  return readable.some(({ folder, byName }) => contains(folder, name) && (!byName || BY_NAME.test(name)));
}

const isLocal = (file: string): boolean => !/^(?:\/\/|[a-z][a-z0-9+.-]+:)/i.test(file);
const contains = (folder: string, file: string): boolean =>
  folder === "" ? isLocal(file) : file.startsWith(`${folder}/`);

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf("/")));

/** The disks of this machine, another machine's (`//server`), or the authority of a URI. */
function rootOf(file: string): string {
  if (isLocal(file)) return "";
  return /^(?:[a-z][a-z0-9+.-]+:)?\/\/[^/]*/i.exec(file)?.[0] ?? folderOf(file);
}
