import { useState } from "preact/hooks";
import type { Schemas } from "../api/client.ts";
import { stepMs, timeText } from "../state/time.ts";
import { ofFigures } from "../state/trust.ts";
import { go, hrefOf, shared, type View, within } from "../state/view.ts";
import { count } from "../text/numbers.ts";
import { Badge } from "./Badge.tsx";
import { lineColumns, type Line, lineClass, lineKey } from "./lines.tsx";
import { Panel } from "./Panel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { Table } from "./Table.tsx";
import { Text } from "./Text.tsx";
import { useQuery } from "./useQuery.ts";

type Compared = Schemas["Compared"];

/** A row of figures: a step of a table, and values of its keys. */
export interface Point {
  readonly table: string;
  readonly windowStart: string;
  readonly step: string;
  /** Feeds that have the table: one is shown at a time. */
  readonly feeds: readonly string[];
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
  /** A query that leads to the same lines, as far as there is one. */
  readonly q?: string;
}

/** The very lines of a point of a chart, and whether they are as many as its figure. */
export function LinesPanel({ point, view, onClose }: { point: Point; view: View; onClose: () => void }) {
  const [feed, choose] = useState(point.feeds[0] ?? "");
  return (
    <Panel title={<>Lines of {timeText(point.windowStart, view.tz, false)}, {point.step}</>} onClose={onClose}>
      {point.feeds.length > 1 && (
        <div class="tabs" role="group" aria-label="Feed">
          {point.feeds.map((one) => (
            <button type="button" aria-pressed={one === feed} onClick={() => choose(one)}>
              {one}
            </button>
          ))}
        </div>
      )}
      <OfFeed key={feed} feed={feed} point={point} view={view} />
    </Panel>
  );
}

function OfFeed({ feed, point, view }: { feed: string; point: Point; view: View }) {
  const [selected, select] = useState<string | null>(null);
  const query = { feed, window_start: point.windowStart, step: point.step, size: 200, ...point.keys };
  const { data, problem, isLoading } = useQuery("/v1/figures/{table}/lines", { path: { table: point.table }, query: query as never });
  const zone = view.tz;
  const end = new Date(Date.parse(point.windowStart) + stepMs(point.step)).toISOString();
  const span = { ...shared(view), from: point.windowStart, to: end, feed, q: point.q ?? "" };
  return (
    <>
      <p class="row-name">
        <code>{point.table}</code>
        {Object.entries(point.keys ?? {}).map(([name, value]) => (
          <code>
            {name}=<Text text={typeof value === "string" ? value : value.join(", ")} />
          </code>
        ))}
        <Badge vouched={data ? ofFigures(data.table, [data.bucket], data, zone) : null} of="figure" />
      </p>
      <ProblemNote problem={problem} />
      {isLoading && !data && <p class="quiet-text" role="status">Comparing figure and lines …</p>}
      {data && (
        <>
          <Verdict compared={data.compared} />
          <p>
            <a href={hrefOf("logs", span)} onClick={within}>Open in Logs</a>
          </p>
          <Table
            label="Lines of the figure"
            rows={data.items as Line[]}
            columns={lineColumns(["timestamp", "level", "message"], zone)}
            keyOf={lineKey}
            classOf={lineClass}
            selected={selected}
            onSelect={(line) => select(lineKey(line))}
            onOpen={(line) => go(hrefOf("logs", { ...span, line: lineKey(line) }))}
          />
        </>
      )}
    </>
  );
}

/** `figure 42 = lines 42`, or every reason why they may not be equal. */
function Verdict({ compared }: { compared: Compared }) {
  const { figure, lines, is_equal: isEqual, why } = compared;
  return (
    <>
      <p class={`compared ${isEqual ? "equal" : "unequal"}`} role="status">
        <strong>
          figure {count(figure)} {isEqual ? "=" : "≠"} lines {lines === null ? "not counted" : count(lines)}
        </strong>
      </p>
      {why.length > 0 && (
        <ul class="why">
          {why.map((one) => (
            <li>
              <b>{one.reason}</b>: <Text text={one.detail} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
