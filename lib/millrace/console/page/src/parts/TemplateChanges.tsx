import { useState } from "preact/hooks";
import type { Schemas } from "../api/client.ts";
import { millisOf, timeText } from "../state/time.ts";
import { lagText, ofLines } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { count, percent } from "../text/numbers.ts";
import { termOf } from "../text/query.ts";
import { Badge } from "./Badge.tsx";
import { SaveRows } from "./Downloads.tsx";
import type { Point } from "./LinesPanel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { type Column, Table } from "./Table.tsx";
import { Text } from "./Text.tsx";
import { useQuery } from "./useQuery.ts";

type FeedTemplates = Schemas["FeedTemplates"];
interface Row {
  readonly feed: string;
  readonly of: Schemas["Template"];
}

const NONE = "-";
const keyOf = ({ feed, of }: Row): string => `${feed}/${of.id}`;

/** What messages look like: kinds that are new, kinds that went, and on demand all of them. */
export function TemplateChanges({ view, onOpen }: { view: View; onOpen: (point: Point) => void }) {
  const [selected, select] = useState<string | null>(null);
  const hasAll = view.all["all"] === "1";
  const query = { from: view.from, to: view.to, feed: [...view.feeds] };
  const { data, problem, isLoading } = useQuery("/v1/templates", { query }, { live: true });
  const rows = (data?.feeds ?? [])
    .flatMap(({ feed, items }) => items.map((of): Row => ({ feed, of })))
    .filter((one) => hasAll || one.of.change !== null)
    .sort((a, b) => Number(a.of.change === null) - Number(b.of.change === null) || b.of.events - a.of.events);
  const open = (feed: string, id: string): void => onOpen(pointOf(view, feed, id));
  return (
    <>
      <div class="tools">
        <label class="field">
          <input type="checkbox" checked={hasAll} onChange={(event) => change({ all: event.currentTarget.checked ? "1" : null })} />
          <span>all templates</span>
        </label>
        <Badge vouched={data ? ofLines(data, millisOf(view.to, Date.now()) ?? Date.now(), view.tz) : null} of="templates" />
        {data && <span class="as-of">{lagText(data, Date.now())}</span>}
        <span class="grow" />
        <SaveRows of="templates" name="templates" rows={rows} columns={COLUMNS} />
      </div>
      <ProblemNote problem={problem} />
      {data && (
        <ul class="mined">
          {data.feeds.map((one) => (
            <Mined of={one} zone={view.tz} onOpen={() => open(one.feed, NONE)} />
          ))}
        </ul>
      )}
      <Table
        label="Templates"
        rows={rows}
        columns={COLUMNS}
        keyOf={keyOf}
        selected={selected}
        onSelect={(row) => select(keyOf(row))}
        onOpen={(row) => open(row.feed, row.of.id)}
        empty={isLoading ? "Asking …" : "No template came or went in the last two hours of this time."}
      />
    </>
  );
}

/** The whole minutes of a view, as the templates of a feed are counted in them. */
function pointOf(view: View, feed: string, id: string): Point {
  const now = Date.now();
  const since = Math.floor((millisOf(view.from, now) ?? now) / 60_000);
  const until = Math.ceil((millisOf(view.to, now) ?? now) / 60_000);
  return {
    table: "templates_by_minute", windowStart: new Date(since * 60_000).toISOString(), step: `${Math.max(1, until - since)}m`,
    feeds: [feed], keys: { template_id: id }, q: termOf("template_id", id === NONE ? null : id),
  };
}

/** How well a feed's templates fit its messages. */
function Mined({ of, zone, onOpen }: { of: FeedTemplates; zone: string; onOpen: () => void }) {
  const mine = `millrace templates mine --feed ${of.feed}`;
  return (
    <li>
      <Text text={of.feed} />:{" "}
      {of.mined_at === null ? (
        <>no templates yet, <code>{mine}</code> makes them</>
      ) : (
        <>
          {count(of.items.length)} templates, mined <time>{timeText(of.mined_at, zone, false)}</time>;{" "}
          <button type="button" class="quiet" disabled={!of.unmatched} onClick={onOpen}>
            {count(of.unmatched)} of {count(of.events)} messages match none
          </button>
        </>
      )}
    </li>
  );
}

const COLUMNS: Column<Row>[] = [
  { name: "change", width: "7rem", cell: ({ of }) => (of.change ? <b class={`change ${of.change}`}>{of.change}</b> : <span class="none">–</span>), value: ({ of }) => of.change },
  { name: "feed", width: "6rem", cell: ({ feed }) => <Text text={feed} />, value: ({ feed }) => feed },
  { name: "template", width: "minmax(18rem, 1fr)", cell: ({ of }) => (of.text === null ? <span class="none">not shown, or no longer in the file</span> : <Text text={of.text} most={400} />), value: ({ of }) => of.text },
  { name: "messages", width: "7rem", cell: ({ of }) => <span class="number">{count(of.events)}</span>, value: ({ of }) => of.events },
  { name: "share", width: "6rem", cell: ({ of }) => <span class="number">{of.share === null ? "–" : percent(of.share)}</span>, value: ({ of }) => of.share },
  { name: "id", width: "8rem", cell: ({ of }) => <Text text={of.id} />, value: ({ of }) => of.id },
];
