import { useState } from "preact/hooks";
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
  const [selected, select] = useState<string | null>(null);
  const { data, problem, isLoading } = useQuery("/v1/figures/{table}/lines", {
    path: { table: point.table },
    query: { feed, window_start: point.windowStart, step: point.step, size: 200, ...point.keys } as never,
  });
  const zone = view.tz;
  const vouched = data ? ofFigures(data.table, [data.bucket], data, zone) : null;
  const end = new Date(Date.parse(point.windowStart) + stepMs(point.step)).toISOString();
  const logs = hrefOf("logs", { ...shared(view), from: point.windowStart, to: end, feed, q: point.q ?? "" });
  const open = (line: Line): void => {
    go(hrefOf("logs", { ...shared(view), from: point.windowStart, to: end, feed, q: point.q ?? "", line: lineKey(line) }));
  };
  return (
    <Panel title={<>Lines of {timeText(point.windowStart, zone, false)}, {point.step}</>} onClose={onClose}>
      <p class="row-name">
        <code>{point.table}</code>
        {Object.entries(point.keys ?? {}).map(([name, value]) => (
          <code>
            {name}=<Text text={[value].flat().join(", ")} />
          </code>
        ))}
        <Badge vouched={vouched} of="figure" />
      </p>
      {point.feeds.length > 1 && (
        <div class="tabs" role="group" aria-label="Feed">
          {point.feeds.map((one) => (
            <button type="button" aria-pressed={one === feed} onClick={() => choose(one)}>
              {one}
            </button>
          ))}
        </div>
      )}
      <ProblemNote problem={problem} />
      {isLoading && !data && <p class="quiet-text" role="status">Comparing figure and lines …</p>}
      {data && (
        <>
          <p class={`compared ${data.compared.is_equal ? "equal" : "unequal"}`} role="status">
            <strong>
              figure {count(data.compared.figure)} {data.compared.is_equal ? "=" : "≠"} lines{" "}
              {data.compared.lines === null ? "not counted" : count(data.compared.lines)}
            </strong>
          </p>
          {data.compared.why.length > 0 && (
            <ul class="why">
              {data.compared.why.map((one) => (
                <li>
                  <b>{one.reason}</b>: <Text text={one.detail} />
                </li>
              ))}
            </ul>
          )}
          <p>
            <a href={logs} onClick={within}>Open in Logs</a>
          </p>
          <Table
            label="Lines of the figure"
            rows={data.items as Line[]}
            columns={lineColumns(["timestamp", "level", "message"], zone)}
            keyOf={lineKey}
            classOf={lineClass}
            selected={selected}
            onSelect={(line) => select(lineKey(line))}
            onOpen={open}
          />
        </>
      )}
    </Panel>
  );
}
