/**
 * The files that a launch reads. A machine with a disk answers at once; a browser answers later, and does not say
 * beforehand what will be asked for: what was missing is waited for, and the launch is tried again.
 */
export interface FileSource {
  /** The bytes of a file, by path or URI; undefined when there is none to read. */
  readFile(path: string): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Changes when the file does. */
  stamp?(path: string): number | undefined;
}
/** Files that are at hand, or not there. */
export interface Files extends FileSource {
  readFile(path: string): Uint8Array | undefined;
}

/** What `attempt` makes of the files. Whatever it throws while files are still on their way is not meant yet. */
export function withFiles<T>(source: FileSource, attempt: (files: Files) => T): T | Promise<T> {
  const found = new Map<string, Uint8Array | undefined>();
  let awaited: Promise<void>[] = [];
  const files: Files = {
    readFile: (path) => {
      if (found.has(path)) return found.get(path);
      const answer = source.readFile(path);
      const keep = (bytes: Uint8Array | undefined): void => void found.set(path, bytes);
      if (answer instanceof Promise) awaited.push(answer.then(keep, () => keep(undefined)));
      else keep(answer);
      return found.get(path);
    },
    stamp: (path) => source.stamp?.(path),
  };
  const arrived = async (): Promise<T> => {
    await Promise.all(awaited);
    return again();
  };
  const again = (): T | Promise<T> => {
    awaited = [];
    let made: T;
    try {
      made = attempt(files);
    } catch (error) {
      if (awaited.length === 0) throw error;
      return arrived();
    }
    return awaited.length === 0 ? made : arrived();
  };
  return again();
}
