import { useState } from "preact/hooks";
import type { Schemas } from "../api/client.ts";
import { millisOf, timeText } from "../state/time.ts";
import { lagText, ofLines } from "../state/trust.ts";
import type { View } from "../state/view.ts";
import { compact, count, counted, percent } from "../text/numbers.ts";
import { termOf } from "../text/query.ts";
import { Badge } from "./Badge.tsx";
import { type FileColumn, SaveRows } from "./Downloads.tsx";
import { narrow } from "./lines.tsx";
import type { Point } from "./LinesPanel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { type Column, Table } from "./Table.tsx";
import { Text } from "./Text.tsx";
import { useQuery } from "./useQuery.ts";

type Minute = Schemas["AnomalousMinute"];

const SIZE = 1000;
const ERRORS = ["ERROR", "FATAL"];
const keyOf = (one: Minute): string => JSON.stringify([one.window_start, one.feed, one.service_name, one.metric]);

/** Minutes of services whose error ratio, p95 or volume lies outside of what is usual for them. */
export function AnomalousMinutes({ view, onOpen }: { view: View; onOpen: (point: Point) => void }) {
  const [selected, select] = useState<string | null>(null);
  const query = { from: view.from, to: view.to, feed: [...view.feeds], size: SIZE };
  const { data, problem, isLoading } = useQuery("/v1/anomalies/minutes", { query }, { live: true });
  return (
    <>
      <div class="tools">
        <span role="status">{data ? `${data.is_cut ? "more than " : ""}${counted(data.items.length, "minute")} out of the usual` : ""}</span>
        <Badge vouched={data ? ofLines(data, millisOf(view.to, Date.now()) ?? Date.now(), view.tz) : null} of="minutes" />
        {data && <span class="as-of">{lagText(data, Date.now())}</span>}
        <span class="grow" />
        <SaveRows of={data?.is_cut ? `the first ${count(SIZE)} minutes` : "minutes"} name="anomalous-minutes" rows={data?.items ?? []} columns={[...columns(view.tz), ...BOUNDS]} />
      </div>
      <ProblemNote problem={problem} />
      <Table
        label="Minutes out of the usual"
        rows={data?.items ?? []}
        columns={columns(view.tz)}
        keyOf={keyOf}
        selected={selected}
        onSelect={(one) => select(keyOf(one))}
        onOpen={(one) => onOpen(pointOf(one))}
        empty={isLoading ? "Asking …" : "Every minute was as usual. A service is judged after ten busy minutes."}
      />
    </>
  );
}

/** The figures that the metric was judged by. */
function pointOf(one: Minute): Point {
  const service = one.service_name;
  const q = service === "-" ? "" : termOf("service_name", service);
  const common = { windowStart: one.window_start, step: "1m", feeds: [one.feed] };
  if (one.metric === "p95_ms") return { ...common, table: "latency_by_minute", keys: { service_name: service }, q };
  const level = one.metric === "error_ratio" ? { level: ERRORS } : {};
  const errors = one.metric === "error_ratio" ? " (level:ERROR OR level:FATAL)" : "";
  return { ...common, table: "levels_by_minute", keys: { service_name: service, ...level }, q: `${q}${errors}`.trim() };
}

function shown(metric: string, value: number): string {
  if (metric === "error_ratio") return percent(value);
  if (metric === "p95_ms") return `${value >= 100_000 ? compact(value) : count(value)} ms`;
  return metric === "volume" ? count(value) : compact(value);
}

/** What is drawn of the band, as numbers. */
const BOUNDS: FileColumn<Minute>[] = [
  { name: "lower", value: (one) => one.lower },
  { name: "upper", value: (one) => one.upper },
];

function columns(zone: string): Column<Minute>[] {
  const isShort = narrow.matches;
  return [
    { name: "minute", width: isShort ? "6rem" : "12rem", cell: (one) => <time>{timeText(one.window_start, zone, false).slice(isShort ? 11 : 0)}</time>, value: (one) => new Date(one.window_start) },
    { name: "service", width: "8rem", cell: (one) => <Text text={one.service_name} most={64} />, value: (one) => one.service_name },
    { name: "metric", width: "7.5rem", cell: (one) => <Text text={one.metric} />, value: (one) => one.metric },
    { name: "observed", width: "6.5rem", cell: (one) => <b class="number">{shown(one.metric, one.observed)}</b>, value: (one) => one.observed },
    { name: "expected", width: "6.5rem", cell: (one) => <span class="number">{shown(one.metric, one.expected)}</span>, value: (one) => one.expected },
    { name: "band", width: "11rem", cell: (one) => `${shown(one.metric, one.lower)} – ${shown(one.metric, one.upper)}` },
    { name: "drawn", width: "10rem", cell: (one) => <Band of={one} /> },
    { name: "feed", width: "6rem", cell: (one) => <Text text={one.feed} />, value: (one) => one.feed },
    { name: "reason", width: "minmax(24rem, 1fr)", cell: (one) => <Text text={one.reason} most={300} />, value: (one) => one.reason },
  ];
}

const WIDTH = 120; // pixels

/** The band, what is expected within it, and what was observed outside of it. */
function Band({ of }: { of: Minute }) {
  const most = Math.max(of.upper, of.observed, 1e-9) * 1.06;
  const at = (value: number): number => (WIDTH * Math.max(0, value)) / most;
  return (
    <svg class="band" viewBox={`0 0 ${WIDTH} 16`} width={WIDTH} height={16} aria-hidden="true">
      <line class="axis" x1={0} x2={WIDTH} y1={8} y2={8} />
      <rect class="usual" x={at(of.lower)} y={3} width={Math.max(1, at(of.upper) - at(of.lower))} height={10} />
      <line class="expected" x1={at(of.expected)} x2={at(of.expected)} y1={2} y2={14} />
      <circle class="observed" cx={Math.min(WIDTH - 4, Math.max(4, at(of.observed)))} cy={8} r={4} />
    </svg>
  );
}
