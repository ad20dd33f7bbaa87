// Figures in steps of the time that is shown, and what they come to over all of it.
import type { Schemas, Value } from "../api/client.ts";
import { type Loaded, useQuery } from "../parts/useQuery.ts";
import { feedsOf, useKnown } from "./known.ts";
import { spanMs, stepOf } from "./time.ts";
import type { View } from "./view.ts";

export type Figures = Schemas["Figures"];
export type Top = Schemas["Top"];
export type Keys = Readonly<Record<string, string | readonly string[]>>;
export type Row = Readonly<Record<string, unknown>>;

/** Which figures: those of a table, told apart by some keys, of rows with some values. */
export interface Wanted {
  readonly table: string;
  readonly by?: readonly string[];
  readonly keys?: Keys;
}

export interface Asked<T> extends Loaded<T> {
  readonly wanted: Wanted;
  readonly step: string;
  /** The chosen feeds that have the table: none where nobody counts them. */
  readonly feeds: readonly string[];
  /** Whether it is known already which feeds have the table. */
  readonly isKnown: boolean;
}

/** A table's figures in steps of the view's time. */
export function useFigures(view: View, wanted: Wanted): Asked<Figures> {
  const { table, by, keys } = wanted;
  const { feeds, isKnown } = useFeedsOf(view, table);
  const step = stepOf(spanMs(view.from, view.to));
  const query = { from: view.from, to: view.to, step, feed: [...feeds], by: [...(by ?? [])], ...keys };
  const asked = { path: { table }, query: query as never };
  return { ...useQuery(feeds.length ? "/v1/figures/{table}" : null, asked, { live: true }), wanted, step, feeds, isKnown };
}

/** The rows that have most of a figure over the same steps as `useFigures` has. */
export function useTop(view: View, wanted: Wanted, figure: string, size: number): Asked<Top> {
  const { table, by, keys } = wanted;
  const { feeds, isKnown } = useFeedsOf(view, table);
  const step = stepOf(spanMs(view.from, view.to));
  const query = { from: view.from, to: view.to, step, feed: [...feeds], by: [...(by ?? [])], figure, size, ...keys };
  const asked = { path: { table }, query: query as never };
  return { ...useQuery(feeds.length ? "/v1/figures/{table}/top" : null, asked, { live: true }), wanted, step, feeds, isKnown };
}

/** What a file of the same figures is asked for by. */
export const fileOf = (view: View, { wanted, step, feeds }: Asked<unknown>): Record<string, Value> => ({
  from: view.from, to: view.to, step, feed: [...feeds], by: [...(wanted.by ?? [])], ...wanted.keys,
});

function useFeedsOf(view: View, table: string): { feeds: readonly string[]; isKnown: boolean } {
  const known = useKnown();
  return { feeds: feedsOf(known, table, view.feeds), isKnown: known.tables.length > 0 };
}

/** The time from `since` to `until` as one step of whole minutes. */
export function wholeStep({ since, until }: { since: string; until: string }): string {
  return `${Math.max(1, Math.round((Date.parse(until) - Date.parse(since)) / 60_000))}m`;
}

/** The sum of a count over rows. */
export const sum = (rows: readonly Row[] | undefined, figure: string): number =>
  (rows ?? []).reduce((total, row) => total + Number(row[figure] ?? 0), 0);

/** Rows by the beginning of their step. */
export function byStep(rows: readonly Row[]): Map<string, Row[]> {
  const made = new Map<string, Row[]>();
  for (const row of rows) {
    const start = String(row["window_start"]);
    const own = made.get(start);
    if (own) own.push(row);
    else made.set(start, [row]);
  }
  return made;
}
