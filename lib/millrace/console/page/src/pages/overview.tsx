import { useMemo, useState } from "preact/hooks";
import type { QueryOf, Schemas } from "../api/client.ts";
import type { PageProps } from "../pages.ts";
import { Chart, type Series } from "../parts/Chart.tsx";
import { LinesPanel, type Point } from "../parts/LinesPanel.tsx";
import { ProblemNote } from "../parts/ProblemNote.tsx";
import { useQuery } from "../parts/useQuery.ts";
import { feedsOf, useKnown } from "../state/known.ts";
import { clockText, spanMs, stepMs, stepOf, stepText } from "../state/time.ts";
import { lagText, markOf, ofFigures } from "../state/trust.ts";
import type { View } from "../state/view.ts";
import { compact, count, percent } from "../text/numbers.ts";

type Figures = Schemas["Figures"];

/** A chart of figures: its table, the keys its rows are told apart by, and what is drawn of them. */
interface Drawn {
  readonly title: string;
  readonly table: "traffic_by_minute" | "latency_by_minute" | "anomalies_by_minute" | "levels_by_minute";
  readonly by?: string;
  readonly kind?: "bars";
  readonly isWhole?: boolean;
  readonly format: (value: number) => string;
  readonly series: (rows: ReadonlyMap<string, Row[]>, times: readonly string[]) => Series[];
  readonly q?: string;
}
type Row = Readonly<Record<string, unknown>> & { readonly window_start: string };

const sum = (rows: readonly Row[] | undefined, figure: string): number =>
  (rows ?? []).reduce((total, row) => total + Number(row[figure] ?? 0), 0);
const CLASSES = ["2xx", "3xx", "4xx", "5xx", "other"] as const;
const CLASS_COLOURS = { "2xx": "--series-1", "3xx": "--series-3", "4xx": "--warn", "5xx": "--bad", other: "--muted" } as const;
const classOf = (row: Row): (typeof CLASSES)[number] =>
  CLASSES.find((one) => one === row["status_class"]) ?? "other";

const CHARTS: readonly Drawn[] = [
  {
    title: "Traffic", table: "traffic_by_minute", by: "status_class", format: compact, isWhole: true,
    series: (rows, times) =>
      CLASSES.map((one) => ({
        label: one, colour: CLASS_COLOURS[one],
        values: times.map((at) => sum(rows.get(at)?.filter((row) => classOf(row) === one), "requests")),
      })).filter((one) => one.values.some(Boolean)),
  },
  {
    title: "Error ratio", table: "traffic_by_minute", by: "status_class", format: percent,
    series: (rows, times) => [
      {
        label: "5xx of all requests", colour: "--bad",
        values: times.map((at) => {
          const all = sum(rows.get(at), "requests");
          return all ? sum(rows.get(at)?.filter((row) => classOf(row) === "5xx"), "requests") / all : null;
        }),
      },
    ],
  },
  {
    title: "p95 response time", table: "latency_by_minute", format: (ms) => `${compact(ms)} ms`,
    series: (rows, times) => [
      {
        label: "p95", colour: "--series-2",
        values: times.map((at) => {
          const value = rows.get(at)?.[0]?.["p95_ms"];
          return typeof value === "number" ? value : null;
        }),
      },
    ],
  },
  {
    title: "Anomalies", table: "anomalies_by_minute", by: "severity", kind: "bars", format: count, isWhole: true,
    series: (rows, times) => [
      { label: "anomalous lines", colour: "--series-4", values: times.map((at) => sum(rows.get(at), "events")) },
    ],
    q: "_exists_:anomaly",
  },
];

/** Traffic, errors, response times and anomalies by minute; each point opens its lines. */
export default function Overview({ view }: PageProps) {
  const [point, open] = useState<Point | null>(null);
  return (
    <>
      <h1 class="hidden">Overview</h1>
      <div class="charts">
        {CHARTS.map((one) => (
          <FigureChart key={one.title} drawn={one} view={view} onOpen={open} />
        ))}
      </div>
      {point && <LinesPanel key={JSON.stringify(point)} point={point} view={view} onClose={() => open(null)} />}
    </>
  );
}

function FigureChart({ drawn, view, onOpen }: { drawn: Drawn; view: View; onOpen: (point: Point) => void }) {
  const known = useKnown();
  const feeds = feedsOf(known, drawn.table, view.feeds);
  const span = spanMs(view.from, view.to);
  const step = stepOf(span);
  const isKnown = feeds.length > 0;
  const query: QueryOf<"/v1/figures/{table}"> = { from: view.from, to: view.to, step, feed: [...feeds], ...(drawn.by ? { by: [drawn.by] } : {}) };
  const { data, problem } = useQuery(isKnown ? "/v1/figures/{table}" : null, { path: { table: drawn.table }, query: query as never }, { live: true });
  const shown = useMemo(() => (data ? inSteps(data, drawn) : null), [data, drawn]);
  if (known.tables.length && !isKnown) return null;
  const vouched = data ? ofFigures(drawn.table, data.buckets, data, view.tz) : null;
  return (
    <Chart
      title={drawn.title}
      times={shown?.times ?? []}
      stepMs={data ? data.step_s * 1000 : stepMs(step)}
      series={shown?.series ?? []}
      zone={view.tz}
      format={drawn.format}
      isWhole={drawn.isWhole ?? false}
      {...(drawn.kind ? { kind: drawn.kind } : {})}
      vouched={vouched}
      openFrom={shown?.openFrom ?? null}
      differing={shown?.differing ?? []}
      onPick={(at) => {
        const start = data?.buckets[at]?.window_start;
        // The step of what is shown: that of the view may be on its way.
        if (start) onOpen({ table: drawn.table, windowStart: start, step: stepText(data!.step_s), feeds, ...(drawn.q ? { q: drawn.q } : {}) });
      }}
    >
      <ProblemNote problem={problem} />
      {data && <p class="as-of">{asOf(data, shown?.openFrom ?? null, view.tz)}</p>}
    </Chart>
  );
}

function asOf(data: Figures, openFrom: number | null, zone: string): string {
  const open = openFrom === null ? "" : `, open since ${clockText(data.buckets[openFrom]!.window_start, zone)}`;
  return lagText(data, Date.now()) + open;
}

function inSteps(data: Figures, drawn: Drawn): { times: number[]; series: Series[]; openFrom: number | null; differing: number[] } {
  const rows = new Map<string, Row[]>();
  for (const row of data.rows as Row[]) {
    const own = rows.get(row.window_start);
    if (own) own.push(row);
    else rows.set(row.window_start, [row]);
  }
  const starts = data.buckets.map((one) => one.window_start);
  const open = data.buckets.findIndex((one) => one.state === "open");
  return {
    times: starts.map((one) => Date.parse(one)),
    series: drawn.series(rows, starts),
    openFrom: open < 0 ? null : open,
    differing: data.buckets.flatMap((one, at) => (markOf(one) === "differs" ? [at] : [])),
  };
}
