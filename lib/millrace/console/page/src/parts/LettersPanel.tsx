import { useState } from "preact/hooks";
import type { Schemas } from "../api/client.ts";
import { timeText } from "../state/time.ts";
import type { View } from "../state/view.ts";
import { textOf } from "./lines.tsx";
import { Panel } from "./Panel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { type Column, Table } from "./Table.tsx";
import { LongText, Text } from "./Text.tsx";
import { useQuery } from "./useQuery.ts";

type Letter = Schemas["Letter"];

const SIZE = 200;

/** The open dead letters of a feed, those received last first, with the reason of each. */
export function LettersPanel({ feed, view, onClose }: { feed: string; view: View; onClose: () => void }) {
  const [selected, select] = useState<Letter | null>(null);
  const query = { feed: [feed], status: ["new", "requeued"], from: "1970-01-01", size: SIZE };
  const { data, problem, isLoading } = useQuery("/v1/dead-letters", { query: query as never });
  return (
    <Panel title={<>Open dead letters of <Text text={feed} /></>} onClose={onClose}>
      <ProblemNote problem={problem} />
      {data && (
        <p role="status">
          {data.items.length} shown{data.next ? ", older ones are not" : ""}. To look further and to settle them:{" "}
          <code>millrace dead-letters list --feed {feed}</code>
        </p>
      )}
      <Table
        label="Open dead letters"
        rows={data?.items ?? []}
        columns={columns(view.tz)}
        keyOf={(letter) => letter._id}
        selected={selected?._id ?? null}
        onSelect={select}
        onOpen={select}
        empty={isLoading ? "Reading …" : "None is open."}
      />
      {selected && (
        <section class="anomaly" aria-label="The letter that is selected">
          <h3>
            <Text text={selected.reason} />: <Text text={textOf(selected["detail"])} most={400} />
          </h3>
          <LongText text={textOf(selected["raw"])} />
        </section>
      )}
    </Panel>
  );
}

function columns(zone: string): Column<Letter>[] {
  return [
    { name: "received", width: "14rem", cell: (one) => <time>{timeText(textOf(one["received_at"]), zone)}</time> },
    { name: "reason", width: "8rem", cell: (one) => <Text text={one.reason} /> },
    { name: "why", width: "16rem", cell: (one) => <Text text={textOf(one["detail"])} most={200} /> },
    { name: "line", width: "minmax(18rem, 1fr)", cell: (one) => <Text text={textOf(one["raw"])} most={400} /> },
  ];
}
