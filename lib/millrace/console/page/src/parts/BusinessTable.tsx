import type { ComponentChildren } from "preact";
import type { Problem } from "../api/client.ts";
import type { Name, Query } from "../state/business.ts";
import type { Vouched } from "../state/trust.ts";
import { Badge } from "./Badge.tsx";
import { Downloads } from "./Downloads.tsx";
import { ProblemNote } from "./ProblemNote.tsx";

interface Of {
  readonly title: string;
  readonly figure: Name;
  readonly query: Query;
  readonly vouched: Vouched | null;
  readonly problem: Problem | null;
  /** What stands in place of rows where there are none. */
  readonly empty: string;
  readonly isEmpty: boolean;
  readonly isLoading: boolean;
  readonly note?: string;
  /** What chooses among views of the same figure. */
  readonly tabs?: ComponentChildren;
  /** The table's head and body. */
  readonly children: ComponentChildren;
}

/** A figure of the business as a table, with its badge and its downloads. */
export function BusinessTable(props: Of) {
  const { title, vouched, problem, isEmpty, isLoading } = props;
  return (
    <section class="card business-table" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <Badge vouched={vouched} of={title} />
        <span class="grow" />
        <BusinessDownloads {...props} />
      </header>
      {props.tabs}
      <ProblemNote problem={problem} />
      {!isEmpty && (
        <div class="steps" tabIndex={0} role="region" aria-label={`${title} as a table`}>
          <table>{props.children}</table>
        </div>
      )}
      {isEmpty && !problem && <p class="quiet-text" role="status">{isLoading ? "Counting …" : props.empty}</p>}
      {props.note && !isEmpty && <p class="quiet-text">{props.note}</p>}
    </section>
  );
}

/** All rows of a figure as files. */
export function BusinessDownloads({ title, figure, query }: { title: string; figure: Name; query: Query }) {
  return <Downloads of={title} path="/v1/business/{figure}/export" at={{ figure }} query={query} name={figure} />;
}

/** The names of columns: the first is what a row is of. */
export function Heads({ names }: { names: readonly string[] }) {
  return (
    <thead>
      <tr>
        {names.map((one) => (
          <th scope="col">{one}</th>
        ))}
      </tr>
    </thead>
  );
}
