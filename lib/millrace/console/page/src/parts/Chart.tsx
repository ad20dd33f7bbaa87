import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { clockText, timeText } from "../state/time.ts";
import { type Vouched } from "../state/trust.ts";
import { useTheme } from "../state/theme.ts";
import { Badge } from "./Badge.tsx";
import { type FileColumn, SaveRows } from "./Downloads.tsx";
import { dataOf, drawn, type Drawing } from "./drawing.ts";
import { Text } from "./Text.tsx";

export interface Series {
  readonly label: string;
  /** The colour's name in the theme: `--series-1`, `--bad` ... */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  /** How high they are drawn, where they stand on others; as high as they are if not given. */
  readonly drawn?: readonly (number | null)[];
  /** The values as they are read, where a number would not be exact; `format` has them if not given. */
  readonly texts?: readonly (string | null)[];
  /** Whether it is a bound that the others are held against: a line without ground. */
  readonly isBound?: boolean;
  /** The values that the lines of its points have in their keys, and a query that leads to them. */
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
  readonly q?: string;
}

export interface ChartProps {
  readonly title: string;
  /** Beginnings of steps, in milliseconds, one after another. */
  readonly times: readonly number[];
  readonly stepMs: number;
  readonly series: readonly Series[];
  readonly zone: string;
  /** A value as a person reads it. */
  readonly format: (value: number) => string;
  readonly kind?: "line" | "bars";
  /** Whether values are whole numbers: no tick is between two. */
  readonly isWhole?: boolean;
  readonly vouched?: Vouched | null;
  /** The first step that is open: from there on the ground is hatched. */
  readonly openFrom?: number | null;
  /** Steps that were not counted whole: their ground is hatched as well. */
  readonly partial?: readonly number[];
  /** Steps that reconcile found to differ. */
  readonly differing?: readonly number[];
  /** Spans of time that stand out, each from and to, in milliseconds. */
  readonly marked?: readonly (readonly [number, number])[];
  readonly height?: number;
  /** A step was chosen: by the pointer, on a point of a series or beside all of them, or by Enter. */
  readonly onPick?: (step: number, series: Series | null) => void;
  /** A span was drawn over, in milliseconds. */
  readonly onBrush?: (from: number, to: number) => void;
  /** Files of what it shows, as the API makes them; those of its steps if not given. */
  readonly downloads?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** A chart by time, with its badge; its points can be walked by arrows, and read as a table. */
export function Chart(props: ChartProps) {
  const { title, times, series, zone, format } = props;
  const id = useId();
  const [at, moveTo] = useState<number | null>(null);
  const [asTable, showTable] = useState(false);
  const plot = usePlot(props, moveTo);
  const step = (by: number): void => {
    if (!times.length) return;
    const to = Math.min(times.length - 1, Math.max(0, (at ?? (by > 0 ? -1 : times.length)) + by));
    moveTo(to);
    plot.point(to);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -times.length, End: times.length }[event.key];
    if (by !== undefined) step(by);
    else if (event.key === "Enter" && at !== null && props.onPick) props.onPick(at, null);
    else return;
    event.preventDefault();
  };
  return (
    <section class="chart card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <Badge vouched={props.vouched ?? null} of={title} />
        <span class="chart-tools">
          <details class="menu">
            <summary class="quiet" aria-label={`Download ${title} …`}>download</summary>
            <div class="menu-body">{props.downloads ?? <SaveSteps {...props} />}</div>
          </details>
          <button type="button" class="quiet" aria-pressed={asTable} onClick={() => showTable(!asTable)}>
            {asTable ? "chart" : "table"}
          </button>
        </span>
      </header>
      <div
        class="plot"
        hidden={asTable}
        ref={plot.ref}
        tabIndex={0}
        role="application"
        data-enter
        aria-roledescription="chart"
        aria-label={`${title}: ${times.length} steps. Arrows walk them${props.onPick ? ", Enter opens the lines" : ""}.`}
        onKeyDown={onKeyDown}
        onBlur={() => moveTo(null)}
      />
      {asTable && <Steps {...props} />}
      <p class="reading" aria-live="polite">
        {at !== null && times[at] !== undefined ? (
          <Reading time={timeText(times[at]!, zone, false)} series={series} at={at} format={format} />
        ) : (
          <Legend series={series} />
        )}
      </p>
      {props.children}
    </section>
  );
}

function usePlot(props: ChartProps, moveTo: (at: number | null) => void) {
  const ref = useRef<HTMLDivElement>(null);
  const made = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const theme = useTheme();
  const shape = JSON.stringify([
    props.series.map((one) => [one.label, one.colour]), props.zone, props.kind, props.stepMs, theme, props.height,
    Boolean(props.onPick), Boolean(props.onBrush),
  ]);
  useEffect(() => {
    const place = ref.current;
    if (!place) return;
    const drawing: Drawing = { place, props: () => latest.current, moveTo };
    const plot = drawn(drawing);
    made.current = plot;
    const sized = new ResizeObserver(() => {
      if (place.clientWidth) plot.setSize({ width: place.clientWidth, height: plot.height });
    });
    sized.observe(place);
    return () => {
      sized.disconnect();
      plot.destroy();
      made.current = null;
    };
  }, [shape]);
  useEffect(() => {
    made.current?.setData(dataOf(props));
  }, [shape, props.times, props.series, props.openFrom, props.marked]);
  return {
    ref,
    point: (step: number): void => {
      const plot = made.current;
      const time = latest.current.times[step];
      if (plot && time !== undefined) plot.setCursor({ left: plot.valToPos(time / 1000, "x"), top: 10 }, false);
    },
  };
}

function Legend({ series }: { series: readonly Series[] }) {
  return (
    <>
      {series.map((one) => (
        <span class="legend">
          <span class={`swatch ${one.colour}`} aria-hidden="true" /> <Text text={one.label} />
        </span>
      ))}
    </>
  );
}

interface ReadingProps {
  time: string;
  series: readonly Series[];
  at: number;
  format: (value: number) => string;
}

function Reading({ time, series, at, format }: ReadingProps) {
  return (
    <>
      <span class="when">{time}</span>
      {series.map((one) => (
        <span class="legend">
          <span class={`swatch ${one.colour}`} aria-hidden="true" /> <Text text={one.label} /> <b>{readAt(one, at, format)}</b>
        </span>
      ))}
    </>
  );
}

function readAt(series: Series, at: number, format: (value: number) => string): string {
  const value = series.values[at];
  return series.texts?.[at] ?? (value === null || value === undefined ? "–" : format(value));
}

/** Files of the steps, as the table has them. */
function SaveSteps({ title, times, series }: ChartProps) {
  const columns: FileColumn<number>[] = [
    { name: "step", value: (at) => new Date(times[at]!) },
    ...series.map((one) => ({ name: one.label, value: (at: number) => one.texts?.[at] ?? one.values[at] ?? null })),
  ];
  const name = title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return <SaveRows of={title} name={name} rows={times.map((_, at) => at)} columns={columns} />;
}

function Steps({ times, series, zone, format, title, onPick }: ChartProps) {
  const newest = times.map((_, step) => step).reverse();
  return (
    <div class="steps" tabIndex={0} role="region" aria-label={`${title} as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">step</th>
            {series.map((one) => (
              <th scope="col">
                <Text text={one.label} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newest.map((step) => (
            <tr>
              <th scope="row">
                {onPick ? (
                  <button type="button" class="quiet" onClick={() => onPick(step, null)}>
                    {timeText(times[step]!, zone, false)}
                  </button>
                ) : (
                  clockText(times[step]!, zone)
                )}
              </th>
              {series.map((one) => (
                <td>{readAt(one, step, format)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
