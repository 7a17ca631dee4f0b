/** A bar on standard error, for a person who waits longer than a second. */
import { writeSync } from "node:fs";

const PATIENCE = 1000;
const PAUSE = 100;
const WIDTH = 24;

export class Progress {
  /** Octets read so far. */
  read = 0;
  private readonly size: number | undefined;
  private readonly shows: boolean;
  private readonly begun = performance.now();
  private told = 0;

  /** `size` in octets, where it is known. Shows nothing where standard error is no terminal. */
  constructor(size: number | undefined, shows: boolean) {
    this.size = size;
    this.shows = shows && process.stderr.isTTY === true;
  }

  tell(frames: number): void {
    const now = performance.now();
    if (!this.shows || now - this.begun < PATIENCE || now - this.told < PAUSE) return;
    this.told = now;
    const part = this.size ? Math.min(1, this.read / this.size) : undefined;
    const bar =
      part === undefined
        ? ""
        : `${"█".repeat(Math.round(part * WIDTH)).padEnd(WIDTH, "░")} ${Math.floor(part * 100)} %  `;
    writeSync(2, `\r\u001b[K${bar}${frames} frames`);
  }

  /** Leaves no trace of the bar. */
  end(): void {
    if (this.told > 0) writeSync(2, "\r\u001b[K");
  }
}
