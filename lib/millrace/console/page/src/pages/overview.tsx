import { useState } from "preact/hooks";
import type { PageProps } from "../pages.ts";
import { type Drawn, FigureChart } from "../parts/FigureChart.tsx";
import { LinesPanel, type Point } from "../parts/LinesPanel.tsx";
import { type Row, sum } from "../state/figures.ts";
import { compact, count, percent } from "../text/numbers.ts";

const CLASSES = ["2xx", "3xx", "4xx", "5xx", "other"] as const;
const CLASS_COLOURS = { "2xx": "--series-1", "3xx": "--series-3", "4xx": "--warn", "5xx": "--bad", other: "--muted" } as const;
const classOf = (row: Row): (typeof CLASSES)[number] =>
  CLASSES.find((one) => one === row["status_class"]) ?? "other";

const linesOf = (name: string) => ({ keys: { status_class: name }, q: `status_code:[${name[0]}00 TO ${name[0]}99]` });

const CHARTS: readonly Drawn[] = [
  {
    title: "Traffic", table: "traffic_by_minute", by: ["status_class"], format: compact, isWhole: true,
    series: (rows, times) =>
      CLASSES.map((one) => ({
        label: one, colour: CLASS_COLOURS[one], ...(one === "other" ? {} : linesOf(one)),
        values: times.map((at) => sum(rows.get(at)?.filter((row) => classOf(row) === one), "requests")),
      })).filter((one) => one.values.some(Boolean)),
  },
  {
    title: "Error ratio", table: "traffic_by_minute", by: ["status_class"], format: percent,
    // Its lines are the errors: among all requests nobody finds them.
    ...linesOf("5xx"),
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
    title: "Anomalies", table: "anomalies_by_minute", by: ["severity"], kind: "bars", format: count, isWhole: true,
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
