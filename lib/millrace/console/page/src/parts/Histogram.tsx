import { useMemo } from "preact/hooks";
import type { Schemas } from "../api/client.ts";
import { useHeldTicks } from "../state/ticks.ts";
import { ofLines } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { compact, count, counted } from "../text/numbers.ts";
import { Chart, type Series } from "./Chart.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { useQuery } from "./useQuery.ts";

const COLOURS: Record<string, string> = {
  FATAL: "--bad", ERROR: "--bad", WARN: "--warn", INFO: "--series-1", DEBUG: "--muted",
};

/** How many lines match in steps of time, by level; a span that is drawn over becomes the view's. */
export function Histogram({ view, isHeld, isRefused }: { view: View; isHeld: boolean; isRefused: boolean }) {
  const ticks = useHeldTicks(isHeld);
  const query = { q: view.q, from: view.from, to: view.to, feed: [...view.feeds], by: "level" };
  const { data, problem } = useQuery(isRefused ? null : "/v1/logs/histogram", { query }, { again: ticks });
  const shown = useMemo(() => (data ? { times: data.steps.map((one) => Date.parse(one.start)), series: seriesOf(data) } : null), [data]);
  // The query's own problems are told where it is written.
  const own = problem && problem.status !== 422 ? problem : null;
  const partial = data?.steps.flatMap((one, at) => (one.is_complete ? [] : [at])) ?? [];
  const vouched = data ? ofLines(data, Date.parse(data.until), view.tz) : null;
  return (
    <Chart
      title="Lines by time"
      times={shown?.times ?? []}
      stepMs={(data?.step_s ?? 60) * 1000}
      series={shown?.series ?? []}
      zone={view.tz}
      format={(value) => (value >= 100_000 ? compact(value) : count(value))}
      isWhole
      kind="bars"
      height={110}
      vouched={vouched}
      partial={partial}
      onPick={(at) => {
        const start = shown?.times[at];
        if (start !== undefined && data) brush(start, start + data.step_s * 1000);
      }}
      onBrush={brush}
    >
      <ProblemNote problem={own} />
      {partial.length > 0 && (
        <p class="as-of">{counted(partial.length, "step")} could not be counted whole in time, and may have more.</p>
      )}
    </Chart>
  );
}

function brush(from: number, to: number): void {
  change({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), line: null });
}

/** Bars that stand on one another: each series holds its own and those below, the tallest first. */
function seriesOf(data: Schemas["Histogram"]): Series[] {
  const values = [...(data.values ?? [])].sort((a, b) => rank(a) - rank(b));
  const heights = data.steps.map(() => 0);
  const made = values.map((value) => {
    const own = data.steps.map((step) => step.by?.find((one) => one.value === value)?.lines ?? 0);
    own.forEach((lines, n) => (heights[n]! += lines));
    return { label: value === null ? "no level" : String(value), colour: COLOURS[String(value)] ?? "--series-3", values: own, drawn: [...heights] };
  });
  const rest = data.steps.map((step) => step.rest);
  if (rest.some(Boolean)) {
    rest.forEach((lines, n) => (heights[n]! += lines));
    made.push({ label: "other", colour: "--series-3", values: rest, drawn: [...heights] });
  }
  return made.reverse();
}

const ORDER = ["FATAL", "ERROR", "WARN", "INFO", "DEBUG"];
const rank = (value: unknown): number => (ORDER.includes(String(value)) ? ORDER.indexOf(String(value)) : 9);
