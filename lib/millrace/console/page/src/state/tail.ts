// What a live tail has brought: bounded, counted, and sampled where more comes than can be drawn.
import type { Line } from "../parts/lines.tsx";

/** Lines that are kept at most, of those shown and of those that wait each. */
export const MOST_ROWS = 5_000;
/** Lines a second that are kept at most: above that each is one of several. */
export const MOST_PER_S = 1_500;

export interface Tally {
  /** Lines that came, since the tail began. */
  readonly received: number;
  /** Lines that came since the rows were last shown. */
  readonly fresh: number;
  /** Lines that came and were left out, as more came than can be drawn. */
  readonly sampled: number;
  /** Lines that match and were not sent: of a batch 500 are. */
  readonly unsent: number;
  /** Lines a second, of the last whole second. */
  readonly perS: number;
}

/** Takes lines as they come, and gives them out when there is time to draw. */
export class Tail {
  rows: readonly Line[] = [];
  private waiting: Line[] = [];
  private received = 0;
  private fresh = 0;
  private sampled = 0;
  private unsent = 0;
  private second = 0;
  private inSecond = 0;
  private perS = 0;

  /** A line came, at that time in milliseconds. */
  push(line: Line, now: number): void {
    this.turn(now);
    this.received += 1;
    this.fresh += 1;
    this.inSecond += 1;
    const stride = Math.max(1, Math.ceil(this.perS / MOST_PER_S));
    if (this.inSecond % stride || this.inSecond / stride > MOST_PER_S) {
      this.sampled += 1;
      return;
    }
    this.waiting.push(line);
    // Dropped in pieces: each alone would move all others.
    if (this.waiting.length >= 2 * MOST_ROWS) this.waiting = this.waiting.slice(-MOST_ROWS);
  }

  /** Lines matched that were not sent. */
  skip(lines: number): void {
    this.unsent += lines;
  }

  /** Shows what waits: the newest first. Whether there was anything. */
  show(): boolean {
    if (!this.waiting.length) return false;
    const newest = this.waiting.slice(-MOST_ROWS).reverse();
    this.rows = [...newest, ...this.rows].slice(0, MOST_ROWS);
    this.waiting = [];
    this.fresh = 0;
    return true;
  }

  /** Forgets the rows; the counts go on. */
  clear(): void {
    this.rows = [];
    this.waiting = [];
    this.fresh = 0;
  }

  tally(now: number): Tally {
    this.turn(now);
    const { received, fresh, sampled, unsent, perS } = this;
    return { received, fresh, sampled, unsent, perS };
  }

  private turn(now: number): void {
    const second = Math.floor(now / 1000);
    if (second === this.second) return;
    this.perS = second === this.second + 1 ? this.inSecond : 0;
    this.second = second;
    this.inSecond = 0;
  }
}
