import { useEffect, useMemo, useState } from "preact/hooks";
import type { Schemas } from "../api/client.ts";
import type { PageProps } from "../pages.ts";
import { Badge } from "../parts/Badge.tsx";
import { Chart, type Series } from "../parts/Chart.tsx";
import { LinesPanel, type Point } from "../parts/LinesPanel.tsx";
import { ProblemNote } from "../parts/ProblemNote.tsx";
import { type Column, Table } from "../parts/Table.tsx";
import { Text } from "../parts/Text.tsx";
import { useQuery } from "../parts/useQuery.ts";
import { useWorld, WorldMap } from "../parts/WorldMap.tsx";
import { levels, nameOf, NO_COUNTRY } from "../state/countries.ts";
import { feedsOf, useKnown } from "../state/known.ts";
import { spanMs, stepMs, stepOf, timeText } from "../state/time.ts";
import { lagText, ofFigures } from "../state/trust.ts";
import { change } from "../state/view.ts";
import { compact, count, counted, percent } from "../text/numbers.ts";
import { termOf } from "../text/query.ts";

type Figures = Schemas["Figures"];

interface Country {
  readonly code: string;
  readonly requests: number;
  readonly bytes: number;
}

const TABLE = "countries_by_minute";
// Rows are as many as countries times steps, and an answer has so many at most.
const MOST_STEPS = 60;

/** Requests by country: a map, a table beside it, and what the map has no place for. */
export default function Geography({ view }: PageProps) {
  const known = useKnown();
  const feeds = feedsOf(known, TABLE, view.feeds);
  const step = stepOf(spanMs(view.from, view.to), MOST_STEPS);
  const query = { from: view.from, to: view.to, step, feed: [...feeds], by: ["country"] };
  const { data, problem, isLoading } = useQuery(feeds.length ? "/v1/figures/{table}" : null, { path: { table: TABLE }, query: query as never }, { live: true });
  const rows = useMemo(() => (data ? summed(data) : []), [data]);
  const [pointed, pointAt] = useState<string | null>(null);
  const opened = view.all["country"] ?? null;
  const [picked, pick] = useState<Point | null>(null);
  const held = useHeldPoint(opened, data, feeds);
  const point = picked ?? held;
  const byTime = useMemo(() => (data ? inSteps(data, rows) : null), [data, rows]);
  const open = (code: string): void => change({ country: code });
  if (known.tables.length && !feeds.length) return <p>No feed of this view has requests by country.</p>;
  return (
    <>
      <h1 class="hidden">Geography</h1>
      <ProblemNote problem={problem} />
      {isLoading && !data && <p class="quiet-text" role="status">Asking …</p>}
      {data && (
        <>
          <div class="tools">
            <span role="status">{totalText(rows)}</span>
            <Badge vouched={ofFigures(TABLE, data.buckets, data, view.tz)} of="requests by country" />
            <span class="as-of">
              {timeText(data.since, view.tz, false)} – {timeText(data.until, view.tz, false)}, {lagText(data, Date.now())}
            </span>
          </div>
          <div class="geography">
            <div class="stacked">
              <Mapped rows={rows} pointed={pointed ?? opened} onPoint={pointAt} onOpen={open} />
              <Chart
                title="Requests by time"
                times={byTime?.times ?? []}
                stepMs={stepMs(step)}
                series={byTime?.series ?? []}
                zone={view.tz}
                format={compact}
                isWhole
                vouched={ofFigures(TABLE, data.buckets, data, view.tz)}
                openFrom={byTime?.openFrom ?? null}
                onPick={(at) => pick({ table: TABLE, windowStart: data.buckets[at]!.window_start, step, feeds })}
              />
            </div>
            <Table
              label="Requests by country"
              rows={rows}
              columns={columns(rows)}
              keyOf={(row) => row.code}
              selected={pointed ?? opened}
              onSelect={(row) => pointAt(row.code)}
              onOpen={(row) => open(row.code)}
              empty="No requests in this time."
            />
          </div>
        </>
      )}
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

function summed(data: Figures): Country[] {
  const all = new Map<string, Country>();
  for (const row of data.rows) {
    const code = String(row["country"]);
    const before = all.get(code) ?? { code, requests: 0, bytes: 0 };
    all.set(code, { code, requests: before.requests + Number(row["requests"]), bytes: before.bytes + Number(row["bytes"] ?? 0) });
  }
  return [...all.values()].sort((a, b) => b.requests - a.requests || (a.code < b.code ? -1 : 1));
}

const sum = (rows: readonly Country[]): number => rows.reduce((total, one) => total + one.requests, 0);

function totalText(rows: readonly Country[]): string {
  const named = rows.filter((one) => one.code !== NO_COUNTRY).length;
  return `${counted(sum(rows), "request")} from ${counted(named, "country", "countries")}`;
}

function columns(rows: readonly Country[]): Column<Country>[] {
  const total = sum(rows);
  return [
    { name: "country", width: "minmax(9rem, 1fr)", cell: (row) => <Name code={row.code} /> },
    { name: "code", width: "4rem", cell: (row) => <Text text={row.code} most={8} /> },
    { name: "requests", width: "6.5rem", cell: (row) => <span class="number">{count(row.requests)}</span> },
    { name: "share", width: "5rem", cell: (row) => <span class="number">{percent(row.requests / total)}</span> },
    { name: "bytes", width: "5rem", cell: (row) => <span class="number">{compact(row.bytes)}</span> },
  ];
}

const Name = ({ code }: { code: string }) => <Text text={nameOf(code)} most={60} />;

interface MappedProps {
  readonly rows: readonly Country[];
  readonly pointed: string | null;
  readonly onPoint: (code: string | null) => void;
  readonly onOpen: (code: string) => void;
}

function Mapped({ rows, pointed, onPoint, onOpen }: MappedProps) {
  const { world, problem } = useWorld();
  const values = useMemo(() => new Map(rows.map((one) => [one.code, one.requests])), [rows]);
  const begins = useMemo(() => levels(Math.max(0, ...rows.filter((one) => one.code !== NO_COUNTRY).map((one) => one.requests))), [rows]);
  const absent = world ? rows.filter((one) => !world.codes.has(one.code)) : [];
  const at = rows.findIndex((one) => one.code === pointed);
  const walk = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -rows.length, End: rows.length }[event.key];
    if (by !== undefined) onPoint(rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.code ?? null);
    else if (event.key === "Enter" && at >= 0) onOpen(rows[at]!.code);
    else return;
    event.preventDefault();
  };
  return (
    <section class="card world" aria-label="World map">
      <ProblemNote problem={problem} />
      {!world && !problem && <p class="quiet-text" role="status">Loading the map …</p>}
      {world && (
        <WorldMap world={world} values={values} begins={begins} selected={pointed} onPoint={onPoint} onOpen={onOpen} onKeyDown={walk}
          label="World map of requests. Arrows walk countries by their requests, Enter opens the lines. The table has the same." />
      )}
      <p class="reading" aria-live="polite">{pointed === null ? <Legend begins={begins} /> : <Reading code={pointed} rows={rows} />}</p>
      {absent.length > 0 && (
        <p class="absent">
          Not on the map:{" "}
          {absent.map((one) => (
            <button type="button" class="quiet" onClick={() => onOpen(one.code)}>
              <Name code={one.code} /> <b>{count(one.requests)}</b>
            </button>
          ))}
        </p>
      )}
    </section>
  );
}

function Legend({ begins }: { begins: readonly number[] }) {
  return (
    <>
      <span class="legend">
        <span class="swatch level-0" aria-hidden="true" /> none
      </span>
      {begins.map((one, n) => (
        <span class="legend">
          <span class={`swatch level-${n + 1}`} aria-hidden="true" /> from {count(one)}
        </span>
      ))}
    </>
  );
}

function Reading({ code, rows }: { code: string; rows: readonly Country[] }) {
  const row = rows.find((one) => one.code === code);
  return (
    <>
      <Name code={code} /> <b>{row ? `${counted(row.requests, "request")}, ${percent(row.requests / sum(rows))}` : `no requests`}</b>
    </>
  );
}
