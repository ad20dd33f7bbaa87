import { useMemo, useRef, useState } from "preact/hooks";
import type { PageProps } from "../pages.ts";
import { Badge } from "../parts/Badge.tsx";
import { Columns, columnsOf } from "../parts/Columns.tsx";
import { SaveRows } from "../parts/Downloads.tsx";
import { LineDrawer } from "../parts/LineDrawer.tsx";
import { type Line, lineClass, lineColumns, lineKey } from "../parts/lines.tsx";
import { QueryBar } from "../parts/QueryBar.tsx";
import { Table } from "../parts/Table.tsx";
import { Text } from "../parts/Text.tsx";
import { useKeys } from "../state/keys.ts";
import { MOST_PER_S, MOST_ROWS, type Tally } from "../state/tail.ts";
import { timeText } from "../state/time.ts";
import { lagText, ofLines } from "../state/trust.ts";
import { type Missed, useTail } from "../state/useTail.ts";
import { change, type View } from "../state/view.ts";
import { count, counted } from "../text/numbers.ts";

const TOP_PX = 4;
const TELL_MS = 10_000;

/** Lines as they come. What one looks at does not move: what comes meanwhile is counted. */
export default function Live({ view }: PageProps) {
  const [isPaused, pause] = useState(false);
  const [isAway, setAway] = useState(false);
  const [selected, select] = useState<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const opened = view.all["line"] ?? null;
  const isHeld = isPaused || isAway || selected !== null || opened !== null;
  const tail = useTail(view, isHeld);
  const goOn = (): void => {
    pause(false);
    select(null);
    setAway(false);
    scroller.current?.scrollTo({ top: 0 });
    if (opened) change({ line: null }, "replace");
  };
  const fresh = isHeld ? `${count(tail.tally.fresh)} new` : "";
  // Who hears the page is told now and then.
  const told = useMemo(() => fresh, [isHeld, Math.floor(performance.now() / TELL_MS)]);
  useKeys({ p: () => (isHeld ? goOn() : pause(true)), Escape: () => isHeld && goOn() });
  const why = isPaused ? "paused" : selected || opened ? "held while a line is selected" : isAway ? "held while you read below" : "";
  return (
    <>
      <h1 class="hidden">Live</h1>
      <QueryBar view={view} problem={tail.problem} />
      <div class="tools">
        <button type="button" class="primary" aria-pressed={isHeld} onClick={() => (isHeld ? goOn() : pause(true))}>
          {isHeld ? "▶ go on" : "❚❚ pause"}
        </button>
        <span class="fresh">{fresh}</span>
        <span class="hidden" role="status">{told}</span>
        <span class="as-of">{why}</span>
        <span class={`rate ${tail.isOpen ? "" : "wrong"}`}>{tail.isOpen ? `${count(tail.tally.perS)} lines/s` : "not connected"}</span>
        <Badge vouched={tail.trust ? ofLines(tail.trust, Date.now(), view.tz) : null} of="lines" />
        {tail.trust && <span class="as-of">{lagText(tail.trust, Date.now())}</span>}
        <span class="grow" />
        <Source view={view} />
        <Columns view={view} />
        <SaveRows of="the lines that are kept" name="live" rows={tail.rows} columns={lineColumns(columnsOf(view), view.tz)} />
        <button type="button" class="quiet" onClick={tail.clear}>clear</button>
      </div>
      <Left tally={tail.tally} missed={tail.missed} zone={view.tz} />
      <div class="logs" onScrollCapture={() => setAway((scroller.current?.scrollTop ?? 0) > TOP_PX)}>
        <Table
          label="Live lines"
          rows={tail.rows}
          columns={lineColumns(columnsOf(view), view.tz)}
          keyOf={lineKey}
          classOf={lineClass}
          selected={selected}
          onSelect={(line: Line) => select(lineKey(line))}
          onOpen={(line: Line) => change({ line: lineKey(line) }, opened ? "replace" : "push")}
          scroller={scroller}
          empty={tail.isOpen ? "Waiting for lines …" : "Connecting …"}
        />
      </div>
      <p class="as-of">
        {counted(tail.tally.received, "line")} came, {count(tail.rows.length)} kept of at most {count(MOST_ROWS)}
      </p>
      {opened && <LineDrawer line={opened} view={view} onClose={() => change({ line: null })} />}
    </>
  );
}

/** What is not among the rows, so that nobody takes them for all. */
function Left({ tally, missed, zone }: { tally: Tally; missed: readonly Missed[]; zone: string }) {
  const told = [
    tally.sampled > 0 && `${counted(tally.sampled, "line")} left out: more than ${count(MOST_PER_S)} a second are sampled`,
    tally.unsent > 0 && `${counted(tally.unsent, "line")} not sent: of a batch 500 are`,
  ].filter(Boolean);
  if (!told.length && !missed.length) return null;
  return (
    <div class="left-out">
      {told.map((one) => <p>{one}. Narrow the query, or see Logs for all.</p>)}
      {missed.map((one) => (
        <p>
          Passed over in <Text text={one.feed} />: {one.records === null ? "an unknown number of" : count(one.records)} records
          {one.since ? `, received ${timeText(one.since, zone)}` : ""}{one.until ? ` – ${timeText(one.until, zone)}` : ""}.
        </p>
      ))}
    </div>
  );
}

function Source({ view }: { view: View }) {
  const source = view.all["source"] === "kafka" ? "kafka" : "mongo";
  return (
    <label class="field">
      <span>from</span>
      <select value={source} onChange={(event) => change({ source: event.currentTarget.value === "kafka" ? "kafka" : null })}>
        <option value="mongo">stored lines</option>
        <option value="kafka">Kafka (ingest is down)</option>
      </select>
    </label>
  );
}
