import { useEffect, useState } from "preact/hooks";
import { problemOf, type Problem, type Schemas, send } from "../api/client.ts";
import { useKnown } from "../state/known.ts";
import { boundsOf, type Draft, type MetricOfRules, pointOf, triedOf, valueText } from "../state/rules.ts";
import { lengthText, timeText } from "../state/time.ts";
import { ofFigures } from "../state/trust.ts";
import { go, hrefOf, shared, type View } from "../state/view.ts";
import { count } from "../text/numbers.ts";
import { Chart, type Series } from "./Chart.tsx";
import type { Point } from "./LinesPanel.tsx";

type Previewed = Schemas["Previewed"];

const SPANS = [["now-6h", "6 h"], ["now-24h", "24 h"], ["now-7d", "7 d"]] as const;
const MINUTE_MS = 60_000;
const PAUSE_MS = 350; // of who types
const TOLD = 5;

interface Tried {
  readonly data: Previewed | null;
  readonly problem: Problem | null;
}

/** What the rule would have done from a time until now, asked for as it is written. */
export function useTried(draft: Draft, metric: MetricOfRules | undefined, from: string): Tried {
  const [tried, set] = useState<Tried>({ data: null, problem: null });
  const question = JSON.stringify({ rule: triedOf(draft, metric), from });
  useEffect(() => {
    if (!metric) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      send("POST", "/v1/alerts/preview", JSON.parse(question), { signal: abort.signal })
        .then((answer) => answer.json() as Promise<Previewed>)
        .then((data) => set({ data, problem: null }), (error: unknown) => {
          if (!abort.signal.aborted) set((before) => ({ ...before, problem: problemOf(error) }));
        });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [question, metric]);
  return tried;
}

interface PreviewProps {
  readonly draft: Draft;
  readonly metric: MetricOfRules | undefined;
  readonly tried: Tried;
  readonly from: string;
  readonly view: View;
  readonly onSpan: (from: string) => void;
  readonly onOpen: (point: Point) => void;
}

/** The metric over the past with the rule's threshold, and when the rule would have fired. */
export function RulePreview({ draft, metric, tried, from, view, onSpan, onOpen }: PreviewProps) {
  const { tables } = useKnown();
  const { data } = tried;
  const zone = view.tz;
  const openAt = (endMs: number): void => {
    const found = metric && pointOf(draft, metric, tables, endMs);
    if (found) onOpen(found);
    else go(linesOf(draft, endMs, view));
  };
  const since = data ? Date.parse(data.since) : 0;
  return (
    <section class="preview" aria-label="Preview">
      <div class="tools">
        <strong role="status">{data ? sentenceOf(data, draft, zone) : tried.problem ? "It cannot be tried yet." : "Trying it …"}</strong>
        <span class="grow" />
        <div class="tabs" role="group" aria-label="Tried over the last">
          {SPANS.map(([one, text]) => (
            <button type="button" aria-pressed={one === from} onClick={() => onSpan(one)}>
              {text}
            </button>
          ))}
        </div>
      </div>
      {data && (
        <Chart
          title={`${draft.metric} and its threshold`}
          times={data.values.map((_, at) => since + at * MINUTE_MS)}
          stepMs={MINUTE_MS}
          series={seriesOf(data, draft)}
          zone={zone}
          format={(value) => valueText(metric?.unit, value)}
          vouched={data.trust && metric ? ofFigures(metric.tables.join(", "), [data.trust], { freshness: [], proof: [] }, zone) : null}
          marked={data.firings.map((one) => [Date.parse(one.since), Date.parse(one.until ?? data.until)] as const)}
          height={160}
          onPick={(at) => openAt(since + (at + 1) * MINUTE_MS)}
        >
          {data.firings.length > 0 && (
            <ol class="firings" aria-label="When it would have fired">
              {data.firings.slice(-50).reverse().map((one) => (
                <li>
                  <button type="button" class="quiet" onClick={() => openAt(Date.parse(one.since))}>
                    {timeText(one.since, zone, false)}
                  </button>{" "}
                  {one.until ? `for ${lengthText(Date.parse(one.until) - Date.parse(one.since))}` : "and still does"},{" "}
                  {one.cause === "no_data" ? "no data" : valueText(metric?.unit, one.value)}
                </li>
              ))}
            </ol>
          )}
        </Chart>
      )}
    </section>
  );
}

/** What the preview says in one sentence, with times of the zone. */
export function sentenceOf({ since, until, firings, values }: Previewed, draft: Draft, zone: string): string {
  if (!boundsOf(draft).length && draft.no_data !== "alert") return "Set a threshold to see when it would have fired.";
  const span = lengthText(Date.parse(until) - Date.parse(since));
  if (!firings.length) {
    return values.some((one) => one !== null)
      ? `Would not have fired in the last ${span}.`
      : `There are no data of this in the last ${span}: check the names that are chosen. It would not have fired.`;
  }
  const times = firings.slice(-TOLD).map((one) => timeText(one.since, zone, false).slice(0, 16));
  const often = firings.length === 1 ? "once" : `${count(firings.length)} times`;
  return `Would have fired ${often} in the last ${span}, ${firings.length > TOLD ? "lately " : ""}at ${times.join(", ")}.`;
}

function seriesOf(data: Previewed, draft: Draft): Series[] {
  const bounds = boundsOf(draft).map((bound): Series => ({
    label: draft.comparison === "outside" ? "bound" : "threshold", colour: "--bad", isBound: true, values: data.values.map(() => bound),
  }));
  return [{ label: draft.metric, colour: "--series-1", values: data.values }, ...bounds];
}

/** Where the lines are that no table has alone: dead letters, and those that match a query. */
function linesOf(draft: Draft, endMs: number, view: View): string {
  const from = new Date(endMs - (draft.window_minutes ?? 1) * MINUTE_MS).toISOString();
  const span = { ...shared(view), from, to: new Date(endMs).toISOString(), feed: draft.filter.feed.join(",") };
  return draft.metric === "dead_letter_ratio" ? hrefOf("dead-letters", { ...span, q: "" }) : hrefOf("logs", { ...span, q: draft.query ?? "" });
}
