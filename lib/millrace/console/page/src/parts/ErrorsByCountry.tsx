import { useMemo, useState } from "preact/hooks";
import type { Schemas } from "../api/client.ts";
import { type Grown, grown, nameOf, NO_COUNTRY } from "../state/countries.ts";
import { useTicks } from "../state/ticks.ts";
import { millisOf, timeText } from "../state/time.ts";
import { lagText, ofLines } from "../state/trust.ts";
import { go, hrefOf, shared, type View } from "../state/view.ts";
import { count, counted } from "../text/numbers.ts";
import { termOf } from "../text/query.ts";
import { Badge } from "./Badge.tsx";
import { CountryMap, CountryName, sum } from "./CountryMap.tsx";
import { SaveRows } from "./Downloads.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { type Column, Table } from "./Table.tsx";
import { Text } from "./Text.tsx";
import { useQuery } from "./useQuery.ts";

type Values = Schemas["Values"];

const ALL = 1000; // more values than there are countries
const LOOKED_AT = 10_000; // lines, at most

/** Errors by country, beside those of as long a time before: what grew most comes first. */
export function ErrorsByCountry({ view, feeds, status }: { view: View; feeds: readonly string[]; status: string }) {
  const [pointed, pointAt] = useState<string | null>(null);
  const q = `status_code:${status}`;
  const [since, until] = useSpan(view);
  const asked = (from: number, to: number) => ({
    path: { field: "country" },
    query: { q, feed: [...feeds], from: new Date(from).toISOString(), to: new Date(to).toISOString(), size: ALL },
  });
  const now = useQuery("/v1/fields/{field}/values", asked(since, until));
  const before = useQuery("/v1/fields/{field}/values", asked(2 * since - until, since));
  const rows = useMemo(() => (now.data && before.data ? grown(hits(now.data), hits(before.data)) : []), [now.data, before.data]);
  const problem = now.problem ?? before.problem;
  if (!now.data || !before.data) return problem ? <ProblemNote problem={problem} /> : <p class="quiet-text" role="status">Counting …</p>;
  const isCut = [now.data, before.data].some((one) => one.looked_at >= LOOKED_AT || one.searched_until > one.since);
  const open = (code: string): void => {
    const country = termOf("country", code === NO_COUNTRY ? null : code);
    go(hrefOf("logs", { ...shared(view), feed: feeds.join(","), from: now.data!.since, to: now.data!.until, q: `${country} ${q}` }));
  };
  return (
    <>
      <ProblemNote problem={problem} />
      <div class="tools">
        <span role="status">
          {counted(sum(rows), "error")}, {count(rows.reduce((total, one) => total + one.before, 0))} in as long a time before
        </span>
        <Badge vouched={ofLines(now.data, until, view.tz)} of="errors by country" />
        <span class="as-of">
          {timeText(since, view.tz, false)} – {timeText(until, view.tz, false)}, {lagText(now.data, Date.now())}
        </span>
        <span class="grow" />
        <SaveRows of="errors by country" name="errors-by-country" rows={rows} columns={COLUMNS} />
      </div>
      {isCut && <p class="left-out">Not all could be counted: these are of the newest {count(LOOKED_AT)} at most. Ask for less time.</p>}
      <div class="geography">
        <CountryMap rows={rows} noun="error" pointed={pointed} onPoint={pointAt} onOpen={open} />
        <Table
          label="Errors by country"
          rows={rows}
          columns={COLUMNS}
          keyOf={(row) => row.code}
          selected={pointed}
          onSelect={(row) => pointAt(row.code)}
          onOpen={(row) => open(row.code)}
          empty="No errors in this time, and none before."
        />
      </div>
    </>
  );
}

/** The span in milliseconds: with a clock that moves it does so with each tick alone. */
function useSpan(view: View): [number, number] {
  const ticks = useTicks();
  return useMemo(() => {
    const now = Date.now();
    const until = millisOf(view.to, now) ?? now;
    return [millisOf(view.from, now) ?? until - 3_600_000, until];
  }, [view.from, view.to, ticks]);
}

/** Errors by code; those of lines without a country among them. */
function hits(of: Values): Map<string, number> {
  const all = new Map(of.values.map((one) => [String(one.value), one.hits]));
  const named = [...all.values()].reduce((total, one) => total + one, 0);
  if (of.looked_at > named) all.set(NO_COUNTRY, of.looked_at - named);
  return all;
}

const COLUMNS: Column<Grown>[] = [
  { name: "country", width: "minmax(9rem, 1fr)", cell: (row) => <CountryName code={row.code} />, value: (row) => nameOf(row.code) },
  { name: "code", width: "4rem", cell: (row) => <Text text={row.code} most={8} />, value: (row) => row.code },
  { name: "errors", width: "5rem", cell: (row) => <b class="number">{count(row.many)}</b>, value: (row) => row.many },
  { name: "before", width: "5rem", cell: (row) => <span class="number">{count(row.before)}</span>, value: (row) => row.before },
  { name: "grown by", width: "7rem", cell: (row) => <span class="number">{row.many > row.before ? "+" : ""}{count(row.many - row.before)}</span>, value: (row) => row.many - row.before },
];
