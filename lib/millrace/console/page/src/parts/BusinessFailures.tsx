import type { Answers, Figure } from "../state/business.ts";
import type { Vouched } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { money, total } from "../text/money.ts";
import { count, percent } from "../text/numbers.ts";
import { BusinessTable, Heads } from "./BusinessTable.tsx";
import { Text } from "./Text.tsx";

type Row = Answers["failures"]["rows"][number];

const BY = { reason: "error_code", payment: "payment_method" } as const;
type By = keyof typeof BY;

interface Grouped {
  readonly name: string;
  readonly failed: number;
  /** Of a payment method, how many orders ended. */
  readonly ended: number;
  readonly amount: bigint;
}

/** Orders that failed, by reason or by payment method. */
export function BusinessFailures({ figure, view, vouched }: { figure: Figure<"failures">; view: View; vouched: Vouched | null }) {
  const by: By = view.all["failures"] === "payment" ? "payment" : "reason";
  const rows = grouped(figure.data?.rows ?? [], by);
  const all = rows.reduce((sum, one) => sum + one.failed, 0);
  const shareOf = (one: Grouped): number => (by === "payment" ? (one.ended ? one.failed / one.ended : 0) : all ? one.failed / all : 0);
  const tabs = (
    <div class="tabs" role="group" aria-label="Failed orders by">
      {(Object.keys(BY) as By[]).map((one) => (
        <button type="button" aria-pressed={one === by} onClick={() => change({ failures: one === "reason" ? null : one })}>
          {one}
        </button>
      ))}
    </div>
  );
  return (
    <BusinessTable
      title="Failed orders" figure="failures" query={figure.query} vouched={vouched} problem={figure.problem}
      isLoading={figure.isLoading} isEmpty={!rows.length} empty="No order failed in this time." tabs={tabs}
    >
      <Heads names={[by, "failed", by === "payment" ? "of those that ended" : "of all that failed", "amount"]} />
      <tbody>
        {rows.map((one) => (
          <tr key={one.name}>
            <th scope="row">
              <Text text={one.name} most={120} />
              <span class="business-bar" style={{ width: `${100 * shareOf(one)}%` }} />
            </th>
            <td>{count(one.failed)}</td>
            <td>{percent(shareOf(one))}</td>
            <td>{money(one.amount)}</td>
          </tr>
        ))}
      </tbody>
    </BusinessTable>
  );
}

function grouped(rows: readonly Row[], by: By): Grouped[] {
  const names = [...new Set(rows.map((one) => one[BY[by]]))];
  return names
    .map((name): Grouped => {
      const own = rows.filter((one) => one[BY[by]] === name);
      return {
        name,
        failed: own.reduce((sum, one) => sum + one.failed, 0),
        ended: own[0]?.ended ?? 0,
        amount: total(own.map((one) => one.failed_amount)),
      };
    })
    .sort((a, b) => b.failed - a.failed || (a.name < b.name ? -1 : 1));
}
