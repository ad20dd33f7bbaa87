import { useState } from "preact/hooks";
import type { Answer } from "../api/client.ts";
import type { PageProps } from "../pages.ts";
import { Badge } from "../parts/Badge.tsx";
import { Columns, columnsOf } from "../parts/Columns.tsx";
import { Downloads } from "../parts/Downloads.tsx";
import { Facets } from "../parts/Facets.tsx";
import { Histogram } from "../parts/Histogram.tsx";
import { LineDrawer } from "../parts/LineDrawer.tsx";
import { type Line, lineClass, lineColumns, lineKey } from "../parts/lines.tsx";
import { QueryBar } from "../parts/QueryBar.tsx";
import { Table } from "../parts/Table.tsx";
import { useLines } from "../state/lines.ts";
import { millisOf, timeText } from "../state/time.ts";
import { lagText, ofLines } from "../state/trust.ts";
import { change } from "../state/view.ts";
import { count, counted } from "../text/numbers.ts";

type Page = Answer<"/v1/logs">;

/** Lines by query and time: what they are, when they came, what they have, and each of them. */
export default function Logs({ view }: PageProps) {
  const opened = view.all["line"] ?? null;
  const [selected, select] = useState<string | null>(opened);
  const [hasFacets, showFacets] = useState(matchMedia("(min-width: 900px)").matches);
  const isHeld = selected !== null || opened !== null;
  const lines = useLines(view, isHeld);
  const { page } = lines;
  // What one request is refused for, the others would be as well.
  const isRefused = lines.problem?.status === 422 || (lines.isLoading && !page);
  const columns = columnsOf(view);
  const vouched = page ? ofLines(page, millisOf(view.to, Date.now()) ?? Date.now(), view.tz) : null;
  return (
    <>
      <h1 class="hidden">Logs</h1>
      <QueryBar view={view} problem={lines.problem} />
      <Histogram view={view} isHeld={isHeld} isRefused={isRefused} />
      <div class="tools">
        <span role="status" aria-live="polite">{page ? totalText(page) : lines.isLoading ? "Searching …" : ""}</span>
        <Badge vouched={vouched} of="lines" />
        {page && <span class="as-of">{lagText(page, Date.now())}</span>}
        {isHeld && (
          <button type="button" class="quiet" onClick={() => (select(null), change({ line: null }))}>
            held while a line is selected: go on
          </button>
        )}
        <span class="grow" />
        <button type="button" class="quiet" aria-pressed={hasFacets} onClick={() => showFacets(!hasFacets)}>facets</button>
        <Columns view={view} />
        <Downloads of="all that match" path="/v1/logs/export" query={{ q: view.q, from: view.from, to: view.to, feed: [...view.feeds] }} name="lines" />
      </div>
      <div class={`logs ${hasFacets ? "with-facets" : ""}`}>
        {hasFacets && <Facets view={view} isHeld={isHeld} isRefused={isRefused} />}
        <Table
          label="Lines"
          rows={lines.items}
          columns={lineColumns(columns, view.tz)}
          keyOf={lineKey}
          classOf={lineClass}
          selected={selected}
          onSelect={(line: Line) => {
            select(lineKey(line));
            // What is open follows.
            if (opened) change({ line: lineKey(line) }, "replace");
          }}
          onOpen={(line: Line) => change({ line: lineKey(line) }, opened ? "replace" : "push")}
          onEnd={lines.more}
          empty={lines.isLoading ? "Searching …" : page ? "No line matches in this time." : "Nothing was searched."}
        />
      </div>
      {page && <p class="as-of">{reachText(page, lines.items.length, view.tz)}</p>}
      {opened && <LineDrawer line={opened} view={view} onClose={() => change({ line: null })} />}
    </>
  );
}

function totalText({ total }: Page): string {
  if (total.relation === "exact") return `${counted(total.value ?? 0, "line")}, proven by figures`;
  if (total.relation === "unknown") return total.value ? `at least ${counted(total.value, "line")}` : "number unknown";
  return (total.value ?? 0) > 10_000 ? `more than ${count(10_000)} lines` : counted(total.value ?? 0, "line");
}

function reachText(page: Page, shown: number, zone: string): string {
  const until = `searched down to ${timeText(page.searched_until, zone, false)}`;
  const by = Object.values(page.plan.index).filter((one, n, all) => all.indexOf(one) === n).join(", ");
  const of = page.plan.estimated === null ? "" : `, ${count(page.plan.estimated)} candidates`;
  return `${counted(shown, "line")} shown, ${page.next ? `${until}, more follow` : until}; by ${by}${of}; ${page.took_ms} ms`;
}
