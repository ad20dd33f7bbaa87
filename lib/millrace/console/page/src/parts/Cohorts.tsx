import type { Answers, Figure } from "../state/business.ts";
import type { Vouched } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { count, percent } from "../text/numbers.ts";
import { BusinessTable } from "./BusinessTable.tsx";

type Row = Answers["cohorts"]["rows"][number];

const COUNTED = { again: "ordered_again", any: "ordered" } as const;
const NAMES = { again: "ordered again", any: "ordered" } as const;
type Counted = keyof typeof COUNTED;
const LEVELS = 5;

/** Users by the week in which they were first seen, and which share of them ordered in each week since. */
export function Cohorts({ figure, view, vouched }: { figure: Figure<"cohorts">; view: View; vouched: Vouched | null }) {
  const counted: Counted = view.all["cohorts"] === "any" ? "any" : "again";
  const rows = figure.data?.rows ?? [];
  const weeks = [...new Set(rows.map((one) => one.week_start))];
  const most = rows.reduce((most, one) => Math.max(most, one.weeks_later), 0);
  const places = new Map(rows.map((one) => [`${one.week_start} ${one.weeks_later}`, one]));
  const top = Math.max(...rows.map((one) => shareOf(one, counted)), 0);
  const tabs = (
    <div class="tabs" role="group" aria-label="Share of users who">
      {(Object.keys(COUNTED) as Counted[]).map((one) => (
        <button type="button" aria-pressed={one === counted} onClick={() => change({ cohorts: one === "again" ? null : one })}>
          {NAMES[one]}
        </button>
      ))}
    </div>
  );
  return (
    <BusinessTable
      title="Users by the week they were first seen" figure="cohorts" query={figure.query} vouched={vouched}
      problem={figure.problem} isLoading={figure.isLoading} isEmpty={!rows.length} tabs={tabs}
      empty="No user was first seen in these weeks."
      note={`Twelve weeks up to the end of the time, from Monday in UTC. A cell is the share of the week's users who ${NAMES[counted]} so many weeks later; orders that failed are left out.`}
    >
      <thead>
        <tr>
          <th scope="col">first seen</th>
          <th scope="col">users</th>
          {Array.from({ length: most + 1 }, (_, later) => (
            <th scope="col" title={later ? `${later} weeks later` : "in the same week"}>{later ? `+${later}` : "same"}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week}>
            <th scope="row">{week.slice(0, 10)}</th>
            <td>{count(places.get(`${week} 0`)?.users ?? 0)}</td>
            {Array.from({ length: most + 1 }, (_, later) => (
              <Share of={places.get(`${week} ${later}`)} counted={counted} top={top} />
            ))}
          </tr>
        ))}
      </tbody>
    </BusinessTable>
  );
}

const shareOf = (row: Row, counted: Counted): number => (row.users ? row[COUNTED[counted]] / row.users : 0);

function Share({ of, counted, top }: { of: Row | undefined; counted: Counted; top: number }) {
  if (!of) return <td class="business-share" />;
  const share = shareOf(of, counted);
  const level = top ? Math.ceil((LEVELS * share) / top) : 0;
  return (
    <td class={`business-share of-${level}`} title={`${count(of[COUNTED[counted]])} of ${count(of.users)} users`}>
      {percent(Number(share.toFixed(3)))}
    </td>
  );
}
