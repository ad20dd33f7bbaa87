// How uPlot draws a chart.
import uPlot from "uplot";
import { timeText } from "../state/time.ts";
import type { ChartProps, Series } from "./Chart.tsx";

export interface Drawing {
  readonly place: HTMLElement;
  /** The chart as it is now: data come without the chart being made anew. */
  readonly props: () => ChartProps;
  readonly moveTo: (step: number | null) => void;
}

const WHOLE = [1, 2, 5].flatMap((one) => Array.from({ length: 12 }, (_, power) => one * 10 ** power)).sort((a, b) => a - b);
const FONT = "12px system-ui, sans-serif";

/** The pixels that the longest label of an axis needs. */
const widthOf = (_: uPlot, labels: string[] | null): number => Math.max(62, 16 + 7 * Math.max(0, ...(labels ?? []).map((one) => one.length)));

/** A chart in its place. */
export function drawn({ place, props, moveTo }: Drawing): uPlot {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const { series, zone, kind, stepMs, height = 180, format, onPick, onBrush, isWhole } = props();
  const axis: uPlot.Axis = {
    stroke: colour("--muted"), font: FONT, grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 },
  };
  const bars = uPlot.paths.bars!({ size: [0.9, 100], align: 1 });
  const options: uPlot.Options = {
    width: Math.max(200, place.clientWidth), height,
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    scales: { x: { time: true, range: (_, least, most) => aroundOne(least, most, stepMs / 1000) }, y: { range: (_, least, most) => [Math.min(0, least ?? 0), (most || 1) * 1.08] } },
    axes: [
      { ...axis, space: 64, size: 30, values: (_, values) => timesOf(values, zone) },
      { ...axis, size: widthOf, values: (_, values) => values.map(format), ...(isWhole ? { incrs: WHOLE } : {}) },
    ],
    cursor: {
      y: false,
      drag: { x: Boolean(onBrush), y: false, setScale: false },
      points: { size: 7 },
    },
    series: [
      {},
      ...series.map((one): uPlot.Series => ({
        label: one.label, stroke: colour(one.colour), spanGaps: false,
        ...(one.isBound
          ? { width: 1.4, dash: [7, 5], points: { show: false } }
          : kind === "bars"
            ? { fill: colour(one.colour), width: 0, paths: bars, points: { show: false } }
            // What stands alone between gaps has no line, and is drawn as a point.
            : { fill: `${colour(one.colour)}1c`, width: 1.6, points: { show: true, filter: alone, size: 4, width: 0, fill: colour(one.colour) } }),
      })),
    ],
    hooks: {
      drawClear: [(plot) => ground(plot, props(), colour)],
      setCursor: [(plot) => moveTo(stepAt(plot, props()))],
      setSelect: [
        (plot) => {
          if (plot.select.width < 4) return;
          const from = plot.posToVal(plot.select.left, "x") * 1000;
          const to = plot.posToVal(plot.select.left + plot.select.width, "x") * 1000;
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          props().onBrush?.(Math.floor(from / stepMs) * stepMs, Math.ceil(to / stepMs) * stepMs);
        },
      ],
    },
  };
  const plot = new uPlot(options, dataOf(props()), place);
  if (onPick) {
    plot.over.classList.add("pickable");
    let downAt = 0;
    plot.over.addEventListener("pointerdown", (event) => (downAt = event.clientX));
    plot.over.addEventListener("click", (event) => {
      const step = stepAt(plot, props());
      // What was drawn over is a span, not a point.
      if (Math.abs(event.clientX - downAt) < 4 && step !== null) props().onPick?.(step, seriesAt(plot, props(), step, event.offsetY));
    });
  }
  return plot;
}

/** The times of an axis: of one step alone, with room for a step on both sides. */
function aroundOne(least: number | null, most: number | null, step: number): uPlot.Range.MinMax {
  return least !== null && least === most ? [least - step, least + 2 * step] : [least, most];
}

/** The places of values without one before and after them. */
function alone(plot: uPlot, series: number): number[] {
  const values = plot.data[series]!;
  const isThere = (at: number): boolean => values[at] !== null && values[at] !== undefined;
  return Array.from(values, (_, at) => at).filter((at) => isThere(at) && !isThere(at - 1) && !isThere(at + 1));
}

const NEAR = 16; // pixels

/** The series whose point of a step the pointer is on; null where it is on none. */
function seriesAt(plot: uPlot, { series, kind }: ChartProps, step: number, top: number): Series | null {
  if (kind === "bars") return null;
  const away = series.map((one): number => {
    const value = (one.drawn ?? one.values)[step];
    return value === null || value === undefined ? Infinity : Math.abs(plot.valToPos(value, "y") - top);
  });
  const nearest = Math.min(...away);
  return nearest <= NEAR ? series[away.indexOf(nearest)]! : null;
}

/** The step that the cursor is on: of bars the one below it, of lines the nearest point. */
function stepAt(plot: uPlot, { times, kind, stepMs }: ChartProps): number | null {
  const { left, idx } = plot.cursor;
  if (left === undefined || left < 0 || typeof idx !== "number") return null;
  if (kind !== "bars") return idx;
  const at = plot.posToVal(left, "x") * 1000;
  // The nearest beginning is that of its own step, or of the next one.
  const own = times[idx]! > at ? idx - 1 : idx;
  return own >= 0 && at < times[own]! + stepMs ? own : null;
}

/** The times of an axis: the day where it is another than that before, else the time of day. */
function timesOf(seconds: readonly number[], zone: string): string[] {
  let day = "";
  return seconds.map((one) => {
    const text = timeText(one * 1000, zone, false);
    const isNewDay = day !== "" && text.slice(0, 10) !== day;
    day = text.slice(0, 10);
    return isNewDay || text.endsWith("00:00:00") ? text.slice(5, 10) : text.endsWith(":00") ? text.slice(11, 16) : text.slice(11);
  });
}

/** Hatches the steps that are open, and marks those that differ. */
function ground(plot: uPlot, props: ChartProps, colour: (name: string) => string): void {
  const { left, top, width, height } = plot.bbox;
  const { ctx } = plot;
  const position = (time: number): number => Math.max(left, Math.min(left + width, plot.valToPos(time / 1000, "x", true)));
  ctx.save();
  ctx.fillStyle = colour("--bad-ground");
  for (const [since, until] of props.marked ?? []) ctx.fillRect(position(since), top, Math.max(2, position(until) - position(since)), height);
  ctx.fillStyle = colour("--open-ground");
  const shade = (step: number, end: number): void => {
    const time = props.times[step];
    if (time !== undefined) ctx.fillRect(position(time), top, Math.max(0, end - position(time)), height);
  };
  if (props.openFrom !== null && props.openFrom !== undefined) shade(props.openFrom, left + width);
  for (const step of props.partial ?? []) shade(step, position((props.times[step] ?? 0) + props.stepMs));
  ctx.fillStyle = colour("--bad");
  for (const step of props.differing ?? []) {
    const time = props.times[step];
    if (time !== undefined) ctx.fillRect(position(time) - 2, top, 4, 8);
  }
  ctx.restore();
}

/** The series as uPlot has them: times in seconds, then the values of each. */
export function dataOf(props: Pick<ChartProps, "times" | "series">): uPlot.AlignedData {
  return [props.times.map((time) => time / 1000), ...props.series.map((one) => [...(one.drawn ?? one.values)])];
}
