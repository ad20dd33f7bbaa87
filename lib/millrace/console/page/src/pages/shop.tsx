import { useState } from "preact/hooks";
import type { PageProps } from "../pages.ts";
import { Badge } from "../parts/Badge.tsx";
import { ChartOfFigures, type Drawn } from "../parts/FigureChart.tsx";
import { Funnel } from "../parts/Funnel.tsx";
import { LinesPanel, type Point } from "../parts/LinesPanel.tsx";
import { type Ranked, Ranking, shareOf } from "../parts/Ranking.tsx";
import { type Asked, type Figures, type Row, sum, type Top, useFigures, useTop, wholeStep } from "../state/figures.ts";
import { ofSum } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { drawable, money, total } from "../text/money.ts";
import { compact, count, counted, percent } from "../text/numbers.ts";
import { termOf } from "../text/query.ts";

const SHOP = "shop_by_minute";
const SEARCHES = "searches_by_minute";
const STAGES = ["search", "purchase", "order_complete"] as const;
const MONEY = ["purchase", "order_complete", "order_failed"] as const;
const KEYS = ["payment_method", "country", "device_type"] as const;
const NOTHING = "-"; // what figures have where a line has no value
const FIELDS: Record<string, string> = { payment_method: "details.payment_method" };

const of = (rows: readonly Row[] | undefined, ...events: readonly string[]): Row[] =>
  (rows ?? []).filter((row) => events.includes(String(row["event_type"])));
const amounts = (rows: readonly Row[], figure: "revenue" | "failed_amount"): bigint => total(rows.map((row) => row[figure]));
const anyOf = (events: readonly string[]): string => `(${events.map((one) => termOf("event_type", one)).join(" OR ")})`;
const linesOf = (event: string) => ({ keys: { event_type: event }, q: termOf("event_type", event) });
const meanSession = (rows: readonly Row[] | undefined): number | null => {
  const timed = sum(rows, "sessions_timed");
  return timed ? sum(rows, "sum_session_s") / timed : null;
};
const clock = (s: number): string => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

const AMOUNTS: Drawn = {
  title: "Revenue and failed amounts", table: SHOP, format: compact, keys: { event_type: MONEY }, q: anyOf(MONEY),
  series: (rows, times) =>
    ([["purchase", "revenue", "--series-1"], ["order_complete", "revenue", "--good"], ["order_failed", "failed_amount", "--bad"]] as const)
      .map(([event, figure, colour]) => {
        const units = times.map((at) => amounts(of(rows.get(at), event), figure));
        return { label: event, colour, values: units.map(drawable), texts: units.map(money), ...linesOf(event) };
      }),
};
const EVENTS: Drawn = {
  title: "Events", table: SHOP, format: compact, isWhole: true,
  series: (rows, times) =>
    ([["search", "--series-2"], ["purchase", "--series-1"], ["order_complete", "--good"], ["order_failed", "--bad"], ["error", "--warn"]] as const)
      .map(([event, colour]) => ({ label: event, colour, values: times.map((at) => sum(of(rows.get(at), event), "events")), ...linesOf(event) })),
};
const SESSIONS: Drawn = {
  title: "Time in the session, mean at its events", table: SHOP, format: clock,
  series: (rows, times) => [{ label: "minutes since the session began", colour: "--series-3", values: times.map((at) => meanSession(rows.get(at))) }],
};
const EMPTY_SEARCHES: Drawn = {
  title: "Searches without a result", table: SEARCHES, format: percent, q: "event_type:search",
  series: (rows, times) => [
    {
      label: "of all searches", colour: "--series-4",
      values: times.map((at) => {
        const all = sum(rows.get(at), "searches");
        return all ? sum(rows.get(at), "empty_searches") / all : null;
      }),
    },
  ],
};

/** What the shop sold, what failed, and what was searched for in vain; each number opens its lines. */
export default function Shop({ view }: PageProps) {
  const [point, open] = useState<Point | null>(null);
  const shop = useFigures(view, { table: SHOP, by: ["event_type"] });
  const searches = useFigures(view, { table: SEARCHES });
  if (shop.isKnown && !shop.feeds.length) {
    return (
      <>
        <h1 class="hidden">Shop</h1>
        <p class="quiet-text" role="status">No chosen feed has events of a shop.</p>
      </>
    );
  }
  const { data, feeds } = shop;
  const vouched = data ? ofSum(SHOP, data.buckets, data, view.tz) : null;
  const openEvents = (...events: readonly string[]): void => {
    if (!data) return;
    const keys = events.length ? { keys: { event_type: events }, q: anyOf(events) } : {};
    open({ table: SHOP, windowStart: data.since, step: wholeStep(data), feeds, ...keys });
  };
  return (
    <>
      <h1 class="hidden">Shop</h1>
      <Summary shop={shop} view={view} onOpen={openEvents} />
      <div class="charts">
        <ChartOfFigures drawn={AMOUNTS} figures={shop} view={view} onOpen={open} />
        <Funnel
          stages={STAGES.map((name) => ({ name, events: sum(of(data?.rows, name), "events") }))}
          vouched={vouched}
          note="Events, not visitors: who searches twice is counted twice."
          onOpen={openEvents}
        />
        <ChartOfFigures drawn={EVENTS} figures={shop} view={view} onOpen={open} />
        <ChartOfFigures drawn={SESSIONS} figures={shop} view={view} onOpen={open} />
        <Sales view={view} onOpen={open} />
        <Failures view={view} feeds={feeds} onOpen={open} />
        <ChartOfFigures drawn={EMPTY_SEARCHES} figures={searches} view={view} onOpen={open} />
        <InVain view={view} onOpen={open} />
      </div>
      {point && <LinesPanel key={JSON.stringify(point)} point={point} view={view} onClose={() => open(null)} />}
    </>
  );
}

function Summary({ shop, view, onOpen }: { shop: Asked<Figures>; view: View; onOpen: (...events: string[]) => void }) {
  const { data } = shop;
  if (!data) return null;
  const failed = sum(of(data.rows, "order_failed"), "events");
  const ended = failed + sum(of(data.rows, "order_complete"), "events");
  const session = meanSession(data.rows);
  const tiles = [
    ["Revenue", money(amounts(data.rows, "revenue")), "purchase and order_complete", ["purchase", "order_complete"]],
    ["Of completed orders", money(amounts(of(data.rows, "order_complete"), "revenue")), "order_complete", ["order_complete"]],
    ["Failed", money(amounts(data.rows, "failed_amount")), ended ? `${percent(failed / ended)} of orders that ended` : "no order ended", ["order_failed"]],
    ["In sessions", counted(sum(data.rows, "sessions_timed"), "event"), session === null ? "" : `${clock(session)} min after they began, mean`, []],
  ] as const;
  const vouched = ofSum(SHOP, data.buckets, data, view.tz);
  return (
    <div class="tiles">
      {tiles.map(([name, value, note, events]) => (
        <section class="card tile" aria-label={name}>
          <h2>
            {name} <Badge vouched={vouched} of={name} />
          </h2>
          <button type="button" class="figure" aria-label={`${name}: ${value}, open the lines`} onClick={() => onOpen(...events)}>
            {value}
          </button>
          <p class="quiet-text">{note}</p>
        </section>
      ))}
    </div>
  );
}

interface RankingOf {
  readonly view: View;
  readonly onOpen: (point: Point) => void;
}

function Sales({ view, onOpen }: RankingOf) {
  const key = KEYS.find((one) => one === view.all["by"]) ?? KEYS[0];
  const wanted = { table: SHOP, by: [key, "event_type"], keys: { event_type: MONEY } };
  const asked = useTop(view, wanted, "events", 1000);
  return (
    <Ranking
      title="Orders by" asked={asked} view={view} head={key}
      columns={["complete", "revenue", "failed", "of ended", "failed amount"]}
      rows={salesOf(asked.data, key)} empty="No orders in this time." onOpen={onOpen}
    >
      <div class="tabs" role="group" aria-label="Orders by">
        {KEYS.map((one) => (
          <button type="button" aria-pressed={one === key} onClick={() => change({ by: one === KEYS[0] ? null : one })}>
            {one}
          </button>
        ))}
      </div>
    </Ranking>
  );
}

function salesOf(data: Top | null, key: string): Ranked[] {
  const byName = new Map<string, Row[]>();
  for (const row of (data?.rows ?? []) as Row[]) {
    const name = String(row[key]);
    byName.set(name, [...(byName.get(name) ?? []), row]);
  }
  const most = Math.max(1, ...[...byName.values()].map((rows) => drawable(amounts(rows, "revenue"))));
  return [...byName].map(([name, rows]) => {
    const complete = sum(of(rows, "order_complete"), "events");
    const failed = sum(of(rows, "order_failed"), "events");
    return {
      name,
      share: drawable(amounts(rows, "revenue")) / most,
      keys: { [key]: name, event_type: MONEY },
      q: `${termOf(FIELDS[key] ?? key, name === NOTHING ? null : name)} ${anyOf(MONEY)}`,
      cells: [
        count(complete), money(amounts(rows, "revenue")), count(failed),
        complete + failed ? percent(failed / (complete + failed)) : "–", money(amounts(rows, "failed_amount")),
      ],
    };
  });
}

/** Of the feeds of a shop alone: others have error codes as well. */
function Failures({ view, feeds, onOpen }: RankingOf & { feeds: readonly string[] }) {
  const asked = useTop({ ...view, feeds }, { table: "levels_by_minute", by: ["error_code"] }, "events", 50);
  const found = ((asked.data?.rows ?? []) as Row[]).filter((row) => row["error_code"] !== NOTHING);
  const all = sum(found, "events");
  const rows = found.map((row): Ranked => {
    const name = String(row["error_code"]);
    return {
      name, share: shareOf(found, row, "events"), keys: { error_code: name }, q: termOf("error_code", name),
      cells: [count(sum([row], "events")), all ? percent(sum([row], "events") / all) : "–"],
    };
  });
  return (
    <Ranking
      title="Failures by error code" asked={asked} view={view} head="error_code" columns={["lines", "of those with a code"]}
      rows={rows} empty="No line with an error code in this time." onOpen={onOpen}
    />
  );
}

function InVain({ view, onOpen }: RankingOf) {
  const asked = useTop(view, { table: SEARCHES, by: ["query"] }, "empty_searches", 50);
  const found = ((asked.data?.rows ?? []) as Row[]).filter((row) => sum([row], "empty_searches") > 0);
  const rows = found.map((row): Ranked => {
    const name = String(row["query"]);
    const [searches, empty] = [sum([row], "searches"), sum([row], "empty_searches")];
    const term = termOf("details.query", name === NOTHING ? null : name);
    return {
      name, share: shareOf(found, row, "empty_searches"), keys: { query: name }, q: `event_type:search ${term}`,
      cells: [count(empty), count(searches), percent(empty / searches)],
    };
  });
  return (
    <Ranking
      title="Searched for in vain" asked={asked} view={view} head="query" columns={["without result", "searches", "share"]}
      rows={rows} empty="Every search had a result in this time." onOpen={onOpen}
    />
  );
}
