import type { Answers } from "../state/business.ts";
import { lengthText } from "../state/time.ts";
import type { Vouched } from "../state/trust.ts";
import { money, total } from "../text/money.ts";
import { count, percent } from "../text/numbers.ts";
import { Badge } from "./Badge.tsx";

type Any = Answers[keyof Answers] | null;
type VouchedOf = (of: Any) => Vouched | null;

interface Of {
  readonly revenue: Answers["revenue"] | null;
  readonly conversion: Answers["conversion"] | null;
  readonly sessions: Answers["sessions"] | null;
  readonly vouched: VouchedOf;
}

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly of: Any;
}

/** The figures of the whole time, each with its badge. */
export function BusinessTiles({ revenue, conversion, sessions, vouched }: Of) {
  const tiles = [...(revenue ? ofRevenue(revenue) : []), ...(conversion ? [ofConversion(conversion)] : []), ...(sessions ? [ofSessions(sessions)] : [])];
  if (!tiles.length) return null;
  return (
    <div class="tiles">
      {tiles.map(({ name, value, note, of }) => (
        <section class="card tile" aria-label={name}>
          <h2>
            {name} <Badge vouched={vouched(of)} of={name} />
          </h2>
          <p class="figure">{value}</p>
          <p class="quiet-text">{note}</p>
        </section>
      ))}
    </div>
  );
}

function ofRevenue(of: Answers["revenue"]): Tile[] {
  const all = (name: "placed" | "completed" | "failed"): number => of.rows.reduce((sum, one) => sum + one[name], 0);
  const amount = (name: "placed_amount" | "revenue" | "failed_amount"): string => money(total(of.rows.map((one) => one[name])));
  const [completed, failed] = [all("completed"), all("failed")];
  const ended = completed + failed;
  return [
    { name: "Revenue", value: amount("revenue"), note: `${count(completed)} completed orders`, of },
    { name: "Placed", value: amount("placed_amount"), note: `${count(all("placed"))} orders placed`, of },
    { name: "Failed", value: amount("failed_amount"), note: ended ? `${count(failed)} orders, ${percent(failed / ended)} of those that ended` : "no order ended", of },
  ];
}

function ofConversion(of: Answers["conversion"]): Tile {
  const all = (name: "searched" | "ordered"): number => of.rows.reduce((sum, one) => sum + one[name], 0);
  const [searched, ordered] = [all("searched"), all("ordered")];
  const value = searched ? percent(ordered / searched) : "–";
  return { name: "Conversion", value, note: `${count(ordered)} of ${count(searched)} sessions with a search`, of };
}

function ofSessions(of: Answers["sessions"]): Tile {
  const all = of.rows.find((one) => one.by === "all");
  const note = all ? `${lengthText(all.median_ms)} from first event to last, median` : "no session";
  return { name: "Sessions", value: count(all?.sessions ?? 0), note, of };
}
