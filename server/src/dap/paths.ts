/** Files by the names that the client uses for them: paths or URIs, whichever it speaks. */
import { decoded, pathOf, SCHEME } from "../policy/uri.ts";

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
