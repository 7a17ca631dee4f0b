/** Files by the names that the client uses for them: paths or URIs, whichever it speaks. */

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]+:/;

/** One spelling for a file, however it was named: for comparing only. */
export function canonical(name: string): string {
  const path = name.startsWith("file:") ? pathOf(name) : SCHEME.test(name) ? decoded(name) : name;
  const slashes = path.replaceAll("\\", "/");
  // Windows spells a drive in either case.
  return slashes.replace(/^\/?([A-Za-z]:\/)/, (_, drive: string) => drive.toLowerCase());
}

/** The path of a `file:` URI. */
export const pathOf = (uri: string): string => decoded(uri.replace(/^file:\/\/(?:localhost)?/, ""));

/** Percent forms read; text in which one is broken stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
export const uriOf = (path: string): string =>
  SCHEME.test(path)
    ? path
    : `file://${path.startsWith("/") ? "" : "/"}${path
        .replaceAll("\\", "/")
        .split("/")
        .map(encodeURIComponent)
        .join("/")
        .replace(/^([A-Za-z])%3A/, "$1:")}`;

export const baseName = (name: string): string => {
  const last = name.split(/[\\/]/).findLast((step) => step !== "") ?? name;
  return SCHEME.test(name) ? decoded(last) : last;
};

/** What the client said in `initialize`: lines and columns from 0 or 1, files as paths or URIs. */
export class Style {
  private readonly lineBase: number;
  private readonly columnBase: number;
  private readonly uris: boolean;

  constructor(args: { linesStartAt1?: boolean; columnsStartAt1?: boolean; pathFormat?: string } = {}) {
    this.lineBase = args.linesStartAt1 === false ? 1 : 0;
    this.columnBase = args.columnsStartAt1 === false ? 1 : 0;
    this.uris = args.pathFormat === "uri";
  }
  /** Ours count from 1. */
  line(ours: number): number {
    return ours - this.lineBase;
  }
  column(ours: number): number {
    return ours - this.columnBase;
  }
  ourLine(line: number): number {
    return line + this.lineBase;
  }
  ourColumn(column: number): number {
    return column + this.columnBase;
  }
  /** A file's name for the client. */
  path(name: string): string {
    if (this.uris) return uriOf(name);
    return name.startsWith("file:") ? pathOf(name) : name;
  }
}
