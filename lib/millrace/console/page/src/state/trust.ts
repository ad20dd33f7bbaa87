// How far what is shown can be trusted, in one word and the facts behind it.
import type { Schemas } from "../api/client.ts";
import { count, counted } from "../text/numbers.ts";
import { lengthText, timeText } from "./time.ts";

export type Bucket = Schemas["Bucket"];
type Freshness = Schemas["Freshness"];
type Proof = Schemas["Proof"];
type Counted = Schemas["Counted"];

/** What each answer of the API says of itself; one with figures says how far those are counted. */
export interface Trust {
  readonly freshness: readonly Freshness[];
  readonly proof: readonly Proof[];
  readonly counted?: readonly Counted[];
}

interface Reached {
  readonly feed: string;
  readonly until: string | null;
  readonly lag: number | null;
}

/** How far what an answer shows has come: its figures where it has some, else its lines. */
function reachedBy(trust: Trust): readonly Reached[] {
  return (
    trust.counted?.map((one) => ({ feed: one.feed, until: one.counted_until, lag: one.lag_lines })) ??
    trust.freshness.map((one) => ({ feed: one.feed, until: one.committed_until, lag: one.lag_lines }))
  );
}

/** `open`: more may come; `closed`; `revised`: computed again since; `proven`: compared with the
 * lines and equal to them; `differs`: compared, and not equal. */
export type Mark = "open" | "closed" | "revised" | "proven" | "differs";

export interface Vouched {
  readonly mark: Mark;
  /** What the word leaves out: how many steps are open beside those that it is of. */
  readonly also?: string;
  /** Facts with their names, for who looks closer. */
  readonly facts: readonly (readonly [string, string])[];
}

const MEANING: Record<Mark, string> = {
  open: "lines of it may still come",
  closed: "nothing is counted in it any more; no reconcile has compared it as it is now",
  revised: "closed, and computed again since",
  proven: "reconcile compared it with its lines: they are equal",
  differs: "reconcile compared it with its lines: they differ",
};

/** The mark of one step of figures. */
export function markOf(bucket: Bucket): Mark {
  if (bucket.proof === "differs") return "differs";
  if (bucket.state === "open") return "open";
  if (bucket.proof === "equal") return "proven";
  return bucket.state;
}

/** Of figures in steps: the worst of the closed ones, as the newest steps are always open. */
export function ofFigures(table: string, buckets: readonly Bucket[], trust: Trust, zone: string): Vouched {
  const marks = buckets.map(markOf);
  const mark = marks.includes("differs")
    ? "differs"
    : (["revised", "closed", "proven", "open"] as const).find((one) => marks.includes(one)) ?? "open";
  const late = buckets.reduce((sum, one) => sum + one.late_lines, 0);
  const tally = (["open", "closed", "revised", "proven", "differs"] as const)
    .map((one) => [one, marks.filter((own) => own === one).length] as const)
    .filter(([, many]) => many)
    .map(([one, many]) => `${count(many)} ${one}`);
  const open = mark === "open" ? 0 : marks.filter((one) => one === "open").length;
  return {
    mark,
    ...(open ? { also: `${count(open)} open` } : {}),
    facts: [
      ["meaning", MEANING[mark]],
      ["table", table],
      ["steps", tally.join(", ") || "none"],
      ...(late ? [["late", `${counted(late, "line")} came too late to be counted`] as const] : []),
      ...factsOf(trust, zone),
    ],
  };
}

/** Of the sum of figures over steps: it is open while one of them is. */
export function ofSum(table: string, buckets: readonly Bucket[], trust: Trust, zone: string): Vouched {
  const each = ofFigures(table, buckets, trust, zone);
  const open = buckets.filter((one) => markOf(one) === "open").length;
  if (!open || each.mark === "differs") return each;
  return { mark: "open", also: `${count(open)} of ${counted(buckets.length, "step")}`, facts: [["meaning", MEANING.open], ...each.facts.slice(1)] };
}

const OF_LINES: Partial<Record<Mark, string>> = {
  open: "lines that were received wait to be stored",
  closed: "all lines that were received are stored; not every feed was reconciled",
  proven: "the last reconcile found each line stored exactly once",
  differs: "the last reconcile found lines missing, doubled or figures that differ",
};
const OF_ROWS: Partial<Record<Mark, string>> = {
  open: "changes that were received wait to be stored",
  closed: "all changes that were received are stored; the rows were not compared with their table",
  proven: "the last reconcile found the rows equal to their table",
  differs: "the last reconcile found rows missing, differing or not deleted",
};

/** Of lines: whether all that came is there, and was proven. `until` is the end that was asked for. */
export function ofLines(trust: Trust, untilMs: number, zone: string): Vouched {
  const mark = markOfStored(trust, untilMs);
  return { mark, facts: [["meaning", OF_LINES[mark]!], ["source", "stored lines"], ...factsOf(trust, zone)] };
}

/** Of captured rows: the same. `until` is the time as of which they are. */
export function ofRows(trust: Trust, untilMs: number, zone: string): Vouched {
  const mark = markOfStored(trust, untilMs);
  return { mark, facts: [["meaning", OF_ROWS[mark]!], ["source", "stored rows"], ...factsOf(trust, zone)] };
}

function markOfStored(trust: Trust, untilMs: number): Mark {
  const isOpen = trust.freshness.some(
    (one) => one.lag_lines !== 0 && (one.committed_until === null || Date.parse(one.committed_until) < untilMs),
  );
  const failing = trust.proof.some((one) => one.state === "fails");
  const proven = trust.proof.length > 0 && trust.proof.every((one) => one.state === "holds");
  return failing ? "differs" : isOpen ? "open" : proven ? "proven" : "closed";
}

function factsOf(trust: Trust, zone: string): (readonly [string, string])[] {
  const done = trust.counted ? "counted" : "stored";
  const fresh = reachedBy(trust).map((one) => {
    const lag = one.lag === null ? "Kafka does not answer" : `lag ${counted(one.lag, "line")}`;
    if (one.until) return [one.feed, `${done} until ${timeText(one.until, zone, false)}, ${lag}`] as const;
    return [one.feed, one.lag === null ? lag : `not ${done} yet, ${lag}`] as const;
  });
  const proofs = trust.proof.map((one) => [`reconcile of ${one.feed}`, proofText(one, zone)] as const);
  return [...fresh, ...proofs, ["zone", zone]];
}

/** What the last reconcile of a feed said. */
export function proofText(proof: Proof, zone: string): string {
  if (proof.state === "never") return "never ran";
  const ended = proof.ended_at ? timeText(proof.ended_at, zone, false) : "?";
  const since = proof.since ? timeText(proof.since, zone, false) : "?";
  return `${proof.state} as of ${ended}, of lines received since ${since}`;
}

/** How long ago all that was received before was stored, or counted; null where that is not known. */
export function behindMs(trust: Trust, now: number): number | null {
  const times = reachedBy(trust).map((one) => (one.until ? Date.parse(one.until) : NaN));
  return times.length && times.every(Number.isFinite) ? Math.max(0, now - Math.min(...times)) : null;
}

/** The lag of all feeds in a few words. */
export function lagText(trust: Trust, now: number): string {
  const behind = behindMs(trust, now);
  const lag = reachedBy(trust).reduce<number | null>(
    (sum, one) => (sum === null || one.lag === null ? null : sum + one.lag), 0,
  );
  const lines = lag === null ? "lag unknown" : lag === 0 ? "no lag" : `lag ${counted(lag, "line")}`;
  return behind === null ? lines : `as of ${lengthText(behind)} ago, ${lines}`;
}
