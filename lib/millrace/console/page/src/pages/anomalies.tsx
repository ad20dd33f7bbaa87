import { useMemo, useState } from "preact/hooks";
import type { Schemas } from "../api/client.ts";
import type { PageProps } from "../pages.ts";
import { AnomalousLines } from "../parts/AnomalousLines.tsx";
import { AnomalousMinutes } from "../parts/AnomalousMinutes.tsx";
import { Chart, type Series } from "../parts/Chart.tsx";
import { Downloads } from "../parts/Downloads.tsx";
import { LinesPanel, type Point } from "../parts/LinesPanel.tsx";
import { ProblemNote } from "../parts/ProblemNote.tsx";
import { TemplateChanges } from "../parts/TemplateChanges.tsx";
import { useQuery } from "../parts/useQuery.ts";
import { feedsOf, useKnown } from "../state/known.ts";
import { spanMs, stepOf, stepText } from "../state/time.ts";
import { lagText, markOf, ofFigures } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { count } from "../text/numbers.ts";

const TABLE = "anomalies_by_minute";
const SHOWN = { lines: AnomalousLines, minutes: AnomalousMinutes, templates: TemplateChanges } as const;
type Shown = keyof typeof SHOWN;

/** Lines with the reasons of their scores, minutes out of their band, templates that came or went. */
export default function Anomalies({ view }: PageProps) {
  const [point, open] = useState<Point | null>(null);
  const shown: Shown = view.all["show"] === "minutes" || view.all["show"] === "templates" ? view.all["show"] : "lines";
  const Part = SHOWN[shown];
  return (
    <>
      <h1 class="hidden">Anomalies</h1>
      <BySeverity view={view} onOpen={open} />
      <div class="tabs" role="tablist" aria-label="Anomalies of">
        {(Object.keys(SHOWN) as Shown[]).map((one) => (
          <button type="button" role="tab" id={`tab-${one}`} aria-controls="anomalies" aria-selected={one === shown}
            onClick={() => change({ show: one === "lines" ? null : one, line: null })}>
            {one}
          </button>
        ))}
      </div>
      <section id="anomalies" class="tab-body part" role="tabpanel" aria-labelledby={`tab-${shown}`}>
        <Part key={shown} view={view} onOpen={open} />
      </section>
      {point && <LinesPanel key={JSON.stringify(point)} point={point} view={view} onClose={() => open(null)} />}
    </>
  );
}

function BySeverity({ view, onOpen }: { view: View; onOpen: (point: Point) => void }) {
  const known = useKnown();
  const feeds = feedsOf(known, TABLE, view.feeds);
  const step = stepOf(spanMs(view.from, view.to));
  const query = { from: view.from, to: view.to, step, feed: [...feeds], by: ["severity"] };
  const { data, problem } = useQuery(feeds.length ? "/v1/figures/{table}" : null, { path: { table: TABLE }, query: query as never }, { live: true });
  const series = useMemo(() => (data ? seriesOf(data) : []), [data]);
  const times = useMemo(() => (data?.buckets ?? []).map((one) => Date.parse(one.window_start)), [data]);
  const open = data?.buckets.findIndex((one) => one.state === "open") ?? -1;
  return (
    <Chart
      title="Anomalous lines"
      times={times}
      stepMs={(data?.step_s ?? 60) * 1000}
      series={series}
      zone={view.tz}
      format={count}
      kind="bars"
      isWhole
      height={150}
      vouched={data ? ofFigures(TABLE, data.buckets, data, view.tz) : null}
      downloads={<Downloads of="anomalous lines by severity" path="/v1/figures/{table}/export" at={{ table: TABLE }} query={query} name={TABLE} />}
      openFrom={open < 0 ? null : open}
      differing={(data?.buckets ?? []).flatMap((one, at) => (markOf(one) === "differs" ? [at] : []))}
      onPick={(at) => {
        const start = data?.buckets[at]?.window_start;
        if (start) onOpen({ table: TABLE, windowStart: start, step: stepText(data!.step_s), feeds, q: "_exists_:anomaly" });
      }}
    >
      <ProblemNote problem={problem} />
      {data && <p class="as-of">{lagText(data, Date.now())}</p>}
    </Chart>
  );
}

const SEVERITIES = { CRITICAL: "--bad", HIGH: "--series-4", MEDIUM: "--warn", LOW: "--series-3" } as const;

/** Bars that stand on one another, the gravest below: the tallest is drawn first. */
function seriesOf(data: Schemas["Figures"]): Series[] {
  const place = new Map(data.buckets.map((one, at) => [one.window_start, at]));
  const all = new Map<string, number[]>(Object.keys(SEVERITIES).map((one) => [one, data.buckets.map(() => 0)]));
  for (const row of data.rows) {
    const name = String(row["severity"]);
    const own = all.get(name) ?? data.buckets.map(() => 0);
    own[place.get(row.window_start)!]! += Number(row["events"]);
    all.set(name, own);
  }
  const heights = data.buckets.map(() => 0);
  return [...all]
    .filter(([, own]) => own.some(Boolean))
    .map(([label, values]) => {
      values.forEach((lines, at) => (heights[at]! += lines));
      return { label, colour: SEVERITIES[label as keyof typeof SEVERITIES] ?? "--muted", values, drawn: [...heights] };
    })
    .reverse();
}
