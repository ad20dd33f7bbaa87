import type { ComponentChildren } from "preact";
import { type Asked, fileOf, type Keys, type Row, type Top, wholeStep } from "../state/figures.ts";
import { ofFigures } from "../state/trust.ts";
import type { View } from "../state/view.ts";
import { Badge } from "./Badge.tsx";
import { Downloads } from "./Downloads.tsx";
import type { Point } from "./LinesPanel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { Text } from "./Text.tsx";

export interface Ranked {
  /** What the row is of, as the lines say it. */
  readonly name: string;
  readonly cells: readonly string[];
  /** Of the largest row 1. */
  readonly share: number;
  /** The values of keys that its lines have. */
  readonly keys: Keys;
  readonly q?: string;
}

interface RankingProps {
  readonly title: string;
  readonly asked: Asked<Top>;
  readonly view: View;
  readonly head: string;
  readonly columns: readonly string[];
  readonly rows: readonly Ranked[];
  readonly empty: string;
  readonly onOpen: (point: Point) => void;
  readonly children?: ComponentChildren;
}

/** What has most of a figure, as a table: each row opens its lines. */
export function Ranking(props: RankingProps) {
  const { title, asked, view, head, columns, rows, onOpen } = props;
  const { data, feeds } = asked;
  const { table } = asked.wanted;
  if (asked.isKnown && !feeds.length) return null;
  const vouched = data ? ofFigures(table, [data.bucket], data, view.tz) : null;
  const open = (row: Ranked): void => {
    if (!data) return;
    onOpen({ table, windowStart: data.since, step: wholeStep(data), feeds, keys: row.keys, ...(row.q ? { q: row.q } : {}) });
  };
  return (
    <section class="card ranking" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <Badge vouched={vouched} of={title} />
        <span class="grow" />
        <Downloads of={title} path="/v1/figures/{table}/export" at={{ table }} query={fileOf(view, asked)} name={table} />
      </header>
      {props.children}
      <ProblemNote problem={asked.problem} />
      <div class="steps" tabIndex={0} role="region" aria-label={`${title} as a table`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{head}</th>
              {columns.map((one) => (
                <th scope="col">{one}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr class="opens" key={row.name} onClick={() => open(row)}>
                <th scope="row">
                  <button type="button" class="name">
                    <Text text={row.name} most={120} />
                  </button>
                  <span class="share" style={{ width: `${100 * Math.max(0, Math.min(1, row.share))}%` }} />
                </th>
                {row.cells.map((cell) => (
                  <td>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!rows.length && <p class="quiet-text" role="status">{data ? props.empty : asked.problem ? "" : "Counting …"}</p>}
      {data?.is_cut && <p class="quiet-text">There are more; a download has all of them.</p>}
    </section>
  );
}

/** A row's share of the largest, by a figure. */
export function shareOf(rows: readonly Row[], row: Row, figure: string): number {
  const most = rows.reduce((most, one) => Math.max(most, Number(one[figure] ?? 0)), 0);
  return most ? Number(row[figure] ?? 0) / most : 0;
}
