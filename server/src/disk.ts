/** Files of this machine, as both programs for Node read them: what is no file, too long, or not to be read is not opened. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Unread } from "./policy/program.ts";
import { mayRead, type Readable, type Wanted } from "./policy/readable.ts";
import { canonical } from "./policy/uri.ts";

/** The bytes of a file by its path or `file:` URI, or why there are none. */
export function readDisk(name: string, wanted: Wanted): Buffer | Unread {
  const found = findOnDisk(name, wanted);
  if (typeof found === "string") return found;
  try {
    return readFileSync(found.path);
  } catch {
    return "missing";
  }
}

/** Where a file is, behind every symbolic link, and its size in octets. */
export function findOnDisk(
  name: string,
  { readable, longest }: Wanted,
): { readonly path: string; readonly size: number } | Unread {
  if (readable !== undefined && !mayRead(readable, name)) return "outside";
  try {
    const path = realpathSync.native(name.startsWith("file:") ? fileURLToPath(name) : name);
    if (readable !== undefined && !mayRead(readable.map(behindLinks), path)) return "outside";
    const stat = statSync(path);
    // A pipe would be waited for, a device has no end.
    if (!stat.isFile()) return "missing";
    return stat.size > longest ? "too long" : { path, size: stat.size };
  } catch {
    return "missing";
  }
}

function behindLinks(place: Readable[number]): Readable[number] {
  try {
    return place.folder === "" ? place : { ...place, folder: canonical(realpathSync.native(place.folder)) };
  } catch {
    return place;
  }
}
