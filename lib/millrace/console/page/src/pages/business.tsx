import type { PageProps } from "../pages.ts";
import { BusinessFailures } from "../parts/BusinessFailures.tsx";
import { BusinessSessions } from "../parts/BusinessSessions.tsx";
import { BusinessDownloads } from "../parts/BusinessTable.tsx";
import { BusinessTiles } from "../parts/BusinessTiles.tsx";
import { Chart, type Series } from "../parts/Chart.tsx";
import { Cohorts } from "../parts/Cohorts.tsx";
import { Funnel } from "../parts/Funnel.tsx";
import { PriceChanges } from "../parts/PriceChanges.tsx";
import { ProblemNote } from "../parts/ProblemNote.tsx";
import { useQuery } from "../parts/useQuery.ts";
import { type About, type Answers, builtUntil, type Figure, ofBusiness, openFrom, stepsOf, useFigure } from "../state/business.ts";
import { lengthText, timeText } from "../state/time.ts";
import type { Vouched } from "../state/trust.ts";
import { go, hrefOf, shared, type View } from "../state/view.ts";
import { drawable, money, unitsOf } from "../text/money.ts";
import { compact, counted, percent } from "../text/numbers.ts";

type RevenueRow = Answers["revenue"]["rows"][number];
const ORDERS = "(event_type:purchase OR event_type:order_complete OR event_type:order_failed)";

/** Revenue, conversion, failures, sessions, cohorts and prices, from the warehouse. */
export default function Business({ view }: PageProps) {
  const { data: about, problem } = useQuery("/v1/business", {}, { live: true });
  const revenue = useFigure("revenue", view, about);
  const conversion = useFigure("conversion", view, about);
  const failures = useFigure("failures", view, about);
  const sessions = useFigure("sessions", view, about);
  const cohorts = useFigure("cohorts", view, about);
  const prices = useFigure("prices", view, about);
  const vouched = (of: { until: string } & Pick<About, "freshness" | "proof"> | null): Vouched | null => of && ofBusiness(of, of.until, view.tz);
  return (
    <>
      <h1 class="hidden">Business</h1>
      <ProblemNote problem={problem} />
      {about && <p class="as-of" role="status">{asOf(about, view)}</p>}
      <BusinessTiles revenue={revenue.data} conversion={conversion.data} sessions={sessions.data} vouched={vouched} />
      <div class="charts">
        {revenue.isShown && <Money figure={revenue} view={view} vouched={vouched(revenue.data)} />}
        {revenue.isShown && <Orders figure={revenue} view={view} vouched={vouched(revenue.data)} />}
        {conversion.isShown && <BySession figure={conversion} vouched={vouched(conversion.data)} />}
        {conversion.isShown && <Conversion figure={conversion} view={view} vouched={vouched(conversion.data)} />}
        {failures.isShown && <BusinessFailures figure={failures} view={view} vouched={vouched(failures.data)} />}
        {sessions.isShown && <BusinessSessions figure={sessions} view={view} vouched={vouched(sessions.data)} />}
      </div>
      {cohorts.isShown && <Cohorts figure={cohorts} view={view} vouched={vouched(cohorts.data)} />}
      {prices.isShown && <PriceChanges figure={prices} view={view} vouched={vouched(prices.data)} />}
    </>
  );
}

function asOf(about: About, view: View): string {
  const built = builtUntil(about);
  if (built === null) return "Nothing is built yet: run millrace warehouse build.";
  const waiting = about.freshness.reduce((sum, one) => sum + one.waiting_rows, 0);
  const rest = waiting ? `; ${counted(waiting, "row")} loaded since wait to be built` : "";
  return `From the warehouse, by loads up to ${timeText(built, view.tz, false)} (${lengthText(Date.now() - built)} ago)${rest}.`;
}

interface ChartOf<N extends "revenue" | "conversion"> {
  readonly figure: Figure<N>;
  readonly view: View;
  readonly vouched: Vouched | null;
}

interface Drawn {
  readonly title: string;
  readonly format: (value: number) => string;
  readonly series: readonly Series[];
  readonly isWhole?: boolean;
  /** What leads to the lines of a step, in Logs. */
  readonly q: string;
}

/** A figure in steps: a step opens its lines in Logs. */
function Steps<N extends "revenue" | "conversion">({ figure, view, vouched, drawn }: ChartOf<N> & { drawn: Drawn }) {
  const { times, step } = stepsOf(figure.data, figure.query);
  return (
    <Chart
      title={drawn.title} times={times} stepMs={step} series={drawn.series} zone={view.tz} format={drawn.format}
      isWhole={drawn.isWhole ?? false} vouched={vouched}
      downloads={<BusinessDownloads title={drawn.title} figure={figure.name} query={figure.query} />}
      openFrom={figure.data ? openFrom(figure.data, times, step) : null}
      onPick={(at) => {
        const [from, to] = [times[at]!, times[at]! + step].map((one) => new Date(one).toISOString());
        go(hrefOf("logs", { ...shared(view), from: from!, to: to!, q: drawn.q }));
      }}
    >
      <ProblemNote problem={figure.problem} />
    </Chart>
  );
}

function Money(props: ChartOf<"revenue">) {
  const series = ([["placed", "placed_amount", "--series-1"], ["completed", "revenue", "--good"], ["failed", "failed_amount", "--bad"]] as const)
    .map(([label, name, colour]): Series => {
      const units = (props.figure.data?.rows ?? []).map((row) => unitsOf(row[name]));
      return { label, colour, values: units.map(drawable), texts: units.map(money) };
    });
  return <Steps {...props} drawn={{ title: "Amount of orders", format: compact, series, q: ORDERS }} />;
}

function Orders(props: ChartOf<"revenue">) {
  const of = (label: "placed" | "completed" | "failed", colour: string): Series => ({
    label, colour, values: (props.figure.data?.rows ?? []).map((row: RevenueRow) => row[label]),
  });
  const series = [of("placed", "--series-1"), of("completed", "--good"), of("failed", "--bad")];
  return <Steps {...props} drawn={{ title: "Orders", format: compact, series, isWhole: true, q: ORDERS }} />;
}

function Conversion(props: ChartOf<"conversion">) {
  const rows = props.figure.data?.rows ?? [];
  const series: Series[] = [
    { label: "purchased, of those who searched", colour: "--series-1", values: rows.map((row) => (row.searched ? row.purchased / row.searched : null)) },
    { label: "ordered, of those who searched", colour: "--good", values: rows.map((row) => (row.searched ? row.ordered / row.searched : null)) },
  ];
  return <Steps {...props} drawn={{ title: "Conversion of sessions", format: percent, series, q: "event_type:search" }} />;
}

function BySession({ figure, vouched }: { figure: Figure<"conversion">; vouched: Vouched | null }) {
  const rows = figure.data?.rows ?? [];
  const all = (name: "sessions" | "searched" | "purchased" | "ordered"): number => rows.reduce((sum, one) => sum + one[name], 0);
  const stages = [
    { name: "sessions", events: all("sessions") }, { name: "searched", events: all("searched") },
    { name: "purchased after it", events: all("purchased") }, { name: "completed an order after that", events: all("ordered") },
  ];
  return (
    <Funnel
      title="From search to order" stages={stages} vouched={vouched}
      note="Sessions, each counted once, by when they began. Events before the time or after it are not counted."
    />
  );
}
