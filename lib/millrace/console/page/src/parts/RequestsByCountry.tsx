import { useEffect, useMemo, useState } from "preact/hooks";
import type { Schemas } from "../api/client.ts";
import { nameOf, NO_COUNTRY } from "../state/countries.ts";
import { spanMs, stepOf, stepText, timeText } from "../state/time.ts";
import { lagText, markOf, ofFigures } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { compact, count, counted, percent } from "../text/numbers.ts";
import { termOf } from "../text/query.ts";
import { Badge } from "./Badge.tsx";
import { Chart, type Series } from "./Chart.tsx";
import { type Country, CountryMap, CountryName, sum } from "./CountryMap.tsx";
import { Downloads } from "./Downloads.tsx";
import { LinesPanel, type Point } from "./LinesPanel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { type Column, Table } from "./Table.tsx";
import { Text } from "./Text.tsx";
import { useQuery } from "./useQuery.ts";

type Figures = Schemas["Figures"];
type Requests = Country & { readonly bytes: number };

export const TABLE = "countries_by_minute";
// Rows are as many as countries times steps, and an answer has so many at most.
const MOST_STEPS = 60;

/** Requests by country from the figures: the map, the table beside it, and the course of time. */
export function RequestsByCountry({ view, feeds }: { view: View; feeds: readonly string[] }) {
  const step = stepOf(spanMs(view.from, view.to), MOST_STEPS);
  const query = { from: view.from, to: view.to, step, feed: [...feeds], by: ["country"] };
  const { data, problem, isLoading } = useQuery("/v1/figures/{table}", { path: { table: TABLE }, query: query as never }, { live: true });
  const rows = useMemo(() => (data ? summed(data) : []), [data]);
  const byTime = useMemo(() => (data ? inSteps(data, rows) : null), [data, rows]);
  const [pointed, pointAt] = useState<string | null>(null);
  const [picked, pick] = useState<Point | null>(null);
  const opened = view.all["country"] ?? null;
  const held = useHeldPoint(opened, data, feeds);
  const point = picked ?? held;
  const open = (code: string): void => change({ country: code });
  if (!data) return problem ? <ProblemNote problem={problem} /> : <p class="quiet-text" role="status">{isLoading ? "Asking …" : ""}</p>;
  const vouched = ofFigures(TABLE, data.buckets, data, view.tz);
  const named = rows.filter((one) => one.code !== NO_COUNTRY).length;
  return (
    <>
      <ProblemNote problem={problem} />
      <div class="tools">
        <span role="status">{`${counted(sum(rows), "request")} from ${counted(named, "country", "countries")}`}</span>
        <Badge vouched={vouched} of="requests by country" />
        <span class="as-of">
          {timeText(data.since, view.tz, false)} – {timeText(data.until, view.tz, false)}, {lagText(data, Date.now())}
        </span>
        <span class="grow" />
        <Downloads of="requests by country" path="/v1/figures/{table}/export" at={{ table: TABLE }} query={query} name={TABLE} />
      </div>
      <div class="geography">
        <div class="stacked">
          <CountryMap rows={rows} noun="request" pointed={pointed ?? opened} onPoint={pointAt} onOpen={open} />
          <Chart
            title="Requests by time"
            times={byTime?.times ?? []}
            stepMs={data.step_s * 1000}
            series={byTime?.series ?? []}
            zone={view.tz}
            format={compact}
            isWhole
            vouched={vouched}
            openFrom={byTime?.openFrom ?? null}
            differing={data.buckets.flatMap((one, at) => (markOf(one) === "differs" ? [at] : []))}
            onPick={(at) => pick({ table: TABLE, windowStart: data.buckets[at]!.window_start, step: stepText(data.step_s), feeds })}
          />
        </div>
        <Table
          label="Requests by country"
          rows={rows}
          columns={columns(sum(rows))}
          keyOf={(row) => row.code}
          selected={pointed ?? opened}
          onSelect={(row) => pointAt(row.code)}
          onOpen={(row) => open(row.code)}
          empty="No requests in this time."
        />
      </div>
      {point && <LinesPanel key={JSON.stringify(point)} point={point} view={view} onClose={() => (picked ? pick(null) : change({ country: null }))} />}
    </>
  );
}

/** The point that a country stood for as it was opened: the clock goes on, and its lines stay. */
function useHeldPoint(country: string | null, data: Figures | null, feeds: readonly string[]): Point | null {
  const [point, hold] = useState<Point | null>(null);
  const isThere = data !== null;
  useEffect(() => {
    if (country === null || !data) return hold(null);
    const minutes = (Date.parse(data.until) - Date.parse(data.since)) / 60_000;
    hold({ table: TABLE, windowStart: data.since, step: `${minutes}m`, feeds, keys: { country }, q: termOf("country", country === NO_COUNTRY ? null : country) });
  }, [country, isThere]);
  return point;
}

const COLOURS = ["--series-1", "--series-2", "--series-4", "--series-3"];

/** The countries with most requests by time, and all others together. */
function inSteps(data: Figures, rows: readonly Country[]): { times: number[]; series: Series[]; openFrom: number | null } {
  const top = rows.slice(0, COLOURS.length - 1).map((one) => one.code);
  const place = new Map(data.buckets.map((one, n) => [one.window_start, n]));
  const values = [...top, null].map(() => data.buckets.map(() => 0));
  for (const row of data.rows) {
    const at = top.indexOf(String(row["country"]));
    values[at < 0 ? top.length : at]![place.get(row.window_start)!]! += Number(row["requests"]);
  }
  const labels = [...top.map(nameOf), ...(rows.length > top.length ? ["all others"] : [])];
  const open = data.buckets.findIndex((one) => one.state === "open");
  return {
    times: data.buckets.map((one) => Date.parse(one.window_start)),
    series: labels.map((label, n) => ({ label, colour: COLOURS[n]!, values: values[n]! })),
    openFrom: open < 0 ? null : open,
  };
}

function summed(data: Figures): Requests[] {
  const all = new Map<string, Requests>();
  for (const row of data.rows) {
    const code = String(row["country"]);
    const before = all.get(code) ?? { code, many: 0, bytes: 0 };
    all.set(code, { code, many: before.many + Number(row["requests"]), bytes: before.bytes + Number(row["bytes"] ?? 0) });
  }
  return [...all.values()].sort((a, b) => b.many - a.many || (a.code < b.code ? -1 : 1));
}

function columns(total: number): Column<Requests>[] {
  return [
    { name: "country", width: "minmax(9rem, 1fr)", cell: (row) => <CountryName code={row.code} /> },
    { name: "code", width: "4rem", cell: (row) => <Text text={row.code} most={8} /> },
    { name: "requests", width: "6.5rem", cell: (row) => <span class="number">{count(row.many)}</span> },
    { name: "share", width: "5.5rem", cell: (row) => <span class="number">{percent(row.many / total)}</span> },
    { name: "bytes", width: "5rem", cell: (row) => <span class="number">{compact(row.bytes)}</span> },
  ];
}
