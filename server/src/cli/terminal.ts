/** What the commands share of the terminal: where to write, colour, and how to end. */
import { writeSync } from "node:fs";
import { seen, seenInJson } from "../unseen.ts";

/** Exit codes, as every command promises. */
export const OK = 0;
/** Findings of severity error, failed tests, unformatted files, a difference. */
export const FOUND = 1;
/** Wrong usage; unreadable or unparsable input. */
export const UNUSABLE = 2;

/** The input cannot be used: told on stderr as it is, exit code 2. */
export class Unusable extends Error {}

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "cyan";
const CODES: Record<Style, number> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 };

/** Stands for the escape character of our own colours until they are written; nobody can know it beforehand. */
const MARK = `\u{f0000}${Math.random()}`;

/** Colours `text` where standard output is a terminal and NO_COLOR (no-color.org) is not set. */
export function style(text: string, ...styles: Style[]): string {
  if (!process.stdout.isTTY || process.env.NO_COLOR) return text;
  return styles.reduce((inner, s) => `${MARK}[${CODES[s]}m${inner}${MARK}[0m`, text);
}

/** Results go to standard output. Synchronous, so that nothing is lost when the process ends right after. */
export function print(text: string): void {
  writeAll(1, `${text}\n`);
}

/** Results in large numbers: gathered, and written at `flush`. `put` takes a part of a line. */
export class Lines {
  private text = "";
  /** Nobody sees the results come: they go to a file or a pipe. */
  readonly isHidden = !process.stdout.isTTY;

  add(line: string): void {
    this.put(`${line}\n`);
  }
  put(text: string): void {
    this.text += text;
    if (this.text.length > 0x10000) this.flush();
  }
  flush(): void {
    if (this.text !== "") writeAll(1, this.text);
    this.text = "";
  }
}

/** A result as it is: octets, or a text that a program is to read. */
export function writeOut(result: Uint8Array | string): void {
  writeAll(1, typeof result === "string" ? Buffer.from(result) : result);
}

/** Everything that is not a result. */
export function say(text: string): void {
  writeAll(2, `${text}\n`);
}

/** The text with what a terminal would obey written out, but for our own colours. Names and titles may be a stranger's. */
const visible = (text: string): string => seen(text).replaceAll(MARK, "\u001b");

/** A result for a program to read: what nobody sees is written as JSON writes it, and so is still what it was. */
export const json = (value: unknown, indent?: number): string => seenInJson(JSON.stringify(value, undefined, indent));

const UNWRITABLE: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EISDIR: "it is a folder",
  ENOENT: "there is no such folder",
  ENOSPC: "no space is left",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
};
/** That something cannot be written, in words. */
export const unwritable = (what: string, error: unknown): Unusable => {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Unusable(`${what}: cannot be written: ${UNWRITABLE[code ?? ""] ?? message}`);
};

function writeAll(fd: 1 | 2, content: string | Uint8Array): void {
  let bytes: Uint8Array = typeof content === "string" ? Buffer.from(visible(content)) : content;
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A reader that has gone away (`| head`) ends the command quietly, as SIGPIPE would.
      if (code === "EPIPE") process.exit(OK);
      if (code !== "EAGAIN") {
        // Nobody can be told that nobody can be told anything.
        if (fd === 2) return;
        throw unwritable("standard output", error);
      }
      // A slow reader of a pipe that does not block: no reason to spin.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** The text with the place marked under it. */
export const pointAt = (text: string, start: number, end: number) =>
  `  ${text}\n  ${" ".repeat(start)}${"^".repeat(Math.max(1, end - start))}`;
