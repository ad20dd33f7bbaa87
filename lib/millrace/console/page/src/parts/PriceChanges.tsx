import type { Answers, Figure } from "../state/business.ts";
import { timeText } from "../state/time.ts";
import type { Vouched } from "../state/trust.ts";
import type { View } from "../state/view.ts";
import { drawable, money, unitsOf } from "../text/money.ts";
import { compact, count, percent } from "../text/numbers.ts";
import { BusinessTable, Heads } from "./BusinessTable.tsx";
import { Text } from "./Text.tsx";

type Row = Answers["prices"]["rows"][number];

const SHOWN = 200;
const DAY_S = 86_400;

/** Products whose price changed, with what was sold at each price within the time. */
export function PriceChanges({ figure, view, vouched }: { figure: Figure<"prices">; view: View; vouched: Vouched | null }) {
  const rows = figure.data?.rows ?? [];
  return (
    <BusinessTable
      title="Price changes and sales" figure="prices" query={figure.query} vouched={vouched}
      problem={figure.problem} isLoading={figure.isLoading} isEmpty={!rows.length}
      empty="No price changed in this time."
      note={`Products whose price changed in the time, those with most revenue first. A price counts while it held within the time${rows.length > SHOWN ? `; a download has all ${count(rows.length)} rows` : ""}.`}
    >
      <Heads names={["product", "price", "change", "from", "units", "units a day", "change", "orders", "revenue"]} />
      <tbody>
        {rows.slice(0, SHOWN).map((row, at) => (
          <Price key={`${row.product_id} ${row.valid_from}`} row={row} before={beforeOf(rows, at)} zone={view.tz} />
        ))}
      </tbody>
    </BusinessTable>
  );
}

/** The price before a row's, where it held within the time as well. */
function beforeOf(rows: readonly Row[], at: number): Row | null {
  const before = rows[at - 1];
  return before?.product_id === rows[at]!.product_id ? before : null;
}

function Price({ row, before, zone }: { row: Row; before: Row | null; zone: string }) {
  const price = row.price === null ? null : unitsOf(row.price);
  return (
    <tr class={before ? "" : "business-first"}>
      <th scope="row">
        {!before && (
          <>
            <Text text={row.name ?? row.product_id} most={60} /> <span class="quiet-text"><Text text={row.name ? row.product_id : ""} most={40} /></span>
          </>
        )}
        {before && <span class="hidden">{row.product_id}</span>}
      </th>
      <td>{price === null ? "–" : money(price)}</td>
      <td>{before ? changeOf(drawable(unitsOf(before.price)), price === null ? null : drawable(price)) : ""}</td>
      <td>{timeText(row.valid_from, zone, false).slice(0, 16)}</td>
      <td>{count(row.units)}</td>
      <td>{daily(row) === null ? "–" : compact(daily(row)!)}</td>
      <td>{before ? changeOf(daily(before), daily(row)) : ""}</td>
      <td>{count(row.orders)}</td>
      <td>{money(unitsOf(row.revenue))}</td>
    </tr>
  );
}

/** Units a day while the price held within the time. */
const daily = (row: Row): number | null => (row.held_s > 0 ? (row.units * DAY_S) / row.held_s : null);

function changeOf(before: number | null, now: number | null): string {
  if (before === null || now === null || !before) return "–";
  const ratio = now / before - 1;
  return `${ratio > 0 ? "+" : ratio < 0 ? "−" : "±"}${percent(Math.abs(Number(ratio.toFixed(3))))}`;
}
