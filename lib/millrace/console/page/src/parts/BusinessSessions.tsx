import type { Figure } from "../state/business.ts";
import { nameOf } from "../state/countries.ts";
import { lengthText } from "../state/time.ts";
import type { Vouched } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { count, percent } from "../text/numbers.ts";
import { BusinessTable, Heads } from "./BusinessTable.tsx";
import { Text } from "./Text.tsx";

const BY = ["device", "country"] as const;

/** Sessions by device or by country: how many, how long, and with how many events. */
export function BusinessSessions({ figure, view, vouched }: { figure: Figure<"sessions">; view: View; vouched: Vouched | null }) {
  const by = view.all["sessions"] === "country" ? "country" : "device";
  const rows = (figure.data?.rows ?? []).filter((one) => one.by === by);
  const all = rows.reduce((sum, one) => sum + one.sessions, 0);
  const tabs = (
    <div class="tabs" role="group" aria-label="Sessions by">
      {BY.map((one) => (
        <button type="button" aria-pressed={one === by} onClick={() => change({ sessions: one === "device" ? null : one })}>
          {one}
        </button>
      ))}
    </div>
  );
  return (
    <BusinessTable
      title="Sessions by" figure="sessions" query={figure.query} vouched={vouched} problem={figure.problem}
      isLoading={figure.isLoading} isEmpty={!rows.length} empty="No session in this time." tabs={tabs}
      note="From a session's first event to its last; device and country are those of the first."
    >
      <Heads names={[by, "sessions", "share", "events each", "one event", "median", "mean"]} />
      <tbody>
        {rows.map((one) => (
          <tr key={one.value}>
            <th scope="row">
              <Text text={by === "country" ? nameOf(one.value) : one.value} most={80} />
              <span class="business-bar" style={{ width: `${all ? (100 * one.sessions) / all : 0}%` }} />
            </th>
            <td>{count(one.sessions)}</td>
            <td>{percent(one.sessions / all)}</td>
            <td>{(one.events / one.sessions).toFixed(1)}</td>
            <td>{percent(one.single / one.sessions)}</td>
            <td>{lengthText(one.median_ms)}</td>
            <td>{lengthText(one.mean_ms)}</td>
          </tr>
        ))}
      </tbody>
    </BusinessTable>
  );
}
