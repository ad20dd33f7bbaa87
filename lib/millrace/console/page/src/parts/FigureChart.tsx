import { useMemo } from "preact/hooks";
import { type Asked, byStep, fileOf, type Figures, type Keys, type Row, useFigures } from "../state/figures.ts";
import { clockText, stepMs, stepText } from "../state/time.ts";
import { lagText, markOf, ofFigures } from "../state/trust.ts";
import type { View } from "../state/view.ts";
import { Chart, type Series } from "./Chart.tsx";
import { Downloads } from "./Downloads.tsx";
import type { Point } from "./LinesPanel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";

/** A chart of figures: its table, the keys its rows are told apart by, and what is drawn of them. */
export interface Drawn {
  readonly title: string;
  readonly table: string;
  readonly by?: readonly string[];
  /** The values that the lines of a point have in their keys, of all that is drawn; all where none are named. */
  readonly keys?: Keys;
  readonly kind?: "bars";
  readonly isWhole?: boolean;
  readonly format: (value: number) => string;
  readonly series: (rows: ReadonlyMap<string, Row[]>, times: readonly string[]) => Series[];
  /** A query that leads to the same lines as a point. */
  readonly q?: string;
}

interface ChartOf {
  readonly drawn: Drawn;
  readonly view: View;
  readonly onOpen: (point: Point) => void;
}

/** A chart of figures of its own. */
export function FigureChart(props: ChartOf) {
  const { table, by } = props.drawn;
  return <ChartOfFigures {...props} figures={useFigures(props.view, by ? { table, by } : { table })} />;
}

/** A chart of figures that others show as well; nothing where no feed has them. */
export function ChartOfFigures({ drawn, figures, view, onOpen }: ChartOf & { figures: Asked<Figures> }) {
  const { data, problem, step, feeds } = figures;
  const shown = useMemo(() => (data ? inSteps(data, drawn) : null), [data, drawn]);
  if (figures.isKnown && !feeds.length) return null;
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
      downloads={<Downloads of={drawn.title} path="/v1/figures/{table}/export" at={{ table: drawn.table }} query={fileOf(view, figures)} name={drawn.table} />}
      {...(drawn.kind ? { kind: drawn.kind } : {})}
      vouched={vouched}
      openFrom={shown?.openFrom ?? null}
      differing={shown?.differing ?? []}
      onPick={(at, series) => {
        const start = data?.buckets[at]?.window_start;
        const { keys, q } = series?.keys ? series : drawn;
        // The step of what is shown: that of the view may be on its way.
        if (start) onOpen({ table: drawn.table, windowStart: start, step: stepText(data!.step_s), feeds, ...(keys ? { keys } : {}), ...(q ? { q } : {}) });
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
  const starts = data.buckets.map((one) => one.window_start);
  const open = data.buckets.findIndex((one) => one.state === "open");
  return {
    times: starts.map((one) => Date.parse(one)),
    series: drawn.series(byStep(data.rows), starts),
    openFrom: open < 0 ? null : open,
    differing: data.buckets.flatMap((one, at) => (markOf(one) === "differs" ? [at] : [])),
  };
}
