import { useState } from "preact/hooks";
import type { PageProps } from "../pages.ts";
import { Downloads } from "../parts/Downloads.tsx";
import { LetterPanel } from "../parts/LetterPanel.tsx";
import { textOf } from "../parts/lines.tsx";
import { ProblemNote } from "../parts/ProblemNote.tsx";
import { type Column, Table } from "../parts/Table.tsx";
import { Text } from "../parts/Text.tsx";
import { Twice } from "../parts/Twice.tsx";
import { type Acts, isOpen, type Letter, MOST_IDS, type Reason, REASONS, requeue, requeuedText, settle, type Status, STATUSES, useActs } from "../state/letters.ts";
import { usePaged } from "../state/paged.ts";
import { timeText } from "../state/time.ts";
import { change, type View } from "../state/view.ts";
import { count, counted } from "../text/numbers.ts";

const OPEN: readonly Status[] = ["new", "requeued"];

/** Lines that are no record, and changes that are none: why, their bytes, and what becomes of them. */
export default function Letters({ view, session }: PageProps) {
  const opened = view.all["letter"] ?? null;
  const [selected, select] = useState<string | null>(opened);
  const reason = REASONS.find((one) => one === view.all["reason"]) ?? null;
  const statuses = statusesOf(view);
  // Not among the feeds of all pages, which are those of lines.
  const entity = view.all["entity"] ?? null;
  const query = { feed: entity ? [entity] : [...view.feeds], from: view.from, to: view.to, reason, status: [...statuses], size: 200 };
  const letters = usePaged("/v1/dead-letters", query, opened !== null);
  const acts = useActs();
  const mayWrite = session.role === "operate";
  const { items, page } = letters;
  return (
    <>
      <h1 class="hidden">Dead letters</h1>
      <div class="tools">
        <Filters reason={reason} statuses={statuses} />
        {entity && (
          <button type="button" class="secondary" title="Show those of lines as well" onClick={() => change({ entity: null })}>
            of <Text text={entity} /> ×
          </button>
        )}
        <span class="grow" />
        <strong role="status">
          {page ? `${counted(items.length, "letter")} shown${page.next ? ", more follow" : ""}` : letters.isLoading ? "Reading …" : ""}
        </strong>
        <Downloads of="all these dead letters" path="/v1/dead-letters/export" query={{ ...query, size: null }} name="dead-letters" />
      </div>
      <ProblemNote problem={letters.problem} />
      {mayWrite && <AllShown letters={items.filter(isOpen)} acts={acts} />}
      <div class="letter-list">
        <Table
          label="Dead letters"
          rows={items}
          columns={columnsOf(view)}
          keyOf={(one) => one._id}
          classOf={(one) => (isOpen(one) ? "warn" : "")}
          selected={selected}
          onSelect={(one) => select(one._id)}
          onOpen={(one) => change({ letter: one._id }, opened ? "replace" : "push")}
          onEnd={letters.more}
          empty={letters.isLoading ? "Reading …" : "No dead letter in this time."}
        />
      </div>
      {opened && <LetterPanel key={opened} id={opened} view={view} mayWrite={mayWrite} onClose={() => change({ letter: null })} />}
    </>
  );
}

/** The statuses that are shown: the open ones, unless the address names others. */
function statusesOf(view: View): readonly Status[] {
  const named = (view.all["status"] ?? "").split(",");
  const found = STATUSES.filter((one) => named.includes(one));
  return found.length ? found : OPEN;
}

function Filters({ reason, statuses }: { reason: Reason | null; statuses: readonly Status[] }) {
  const toggled = (status: Status): string | null => {
    const next = STATUSES.filter((one) => (one === status ? !statuses.includes(one) : statuses.includes(one)));
    return next.length === 0 || next.join() === OPEN.join() ? null : next.join(",");
  };
  return (
    <>
      <div class="tabs" role="group" aria-label="Status">
        {STATUSES.map((one) => (
          <button type="button" aria-pressed={statuses.includes(one)} onClick={() => change({ status: toggled(one) })}>
            {one}
          </button>
        ))}
      </div>
      <label class="field">
        <span>reason</span>
        <select value={reason ?? ""} onChange={(event) => change({ reason: event.currentTarget.value || null })}>
          <option value="">all</option>
          {REASONS.map((one) => (
            <option value={one}>{one}</option>
          ))}
        </select>
      </label>
    </>
  );
}

/** What can be done with all open letters that are shown, at most as many as one request takes. */
function AllShown({ letters, acts }: { letters: readonly Letter[]; acts: Acts }) {
  const ids = letters.slice(0, MOST_IDS).map((one) => one._id);
  const key = ids.join();
  const [tried, setTried] = useState<string | null>(null);
  if (!ids.length) return <p role="status" class="told">{acts.told}</p>;
  const all = ids.length === 1 ? "the one" : `the ${count(ids.length)}`;
  const attempt = (isDry: boolean): Promise<void> =>
    acts.act(async () => {
      const done = await requeue(ids, null, isDry);
      setTried(isDry && done.records ? key : null);
      return requeuedText(done, isDry);
    });
  return (
    <div class="tools">
      <button type="button" class="secondary" disabled={acts.isBusy} onClick={() => void attempt(true)}>Dry run of {all} shown</button>
      <button type="button" class="secondary" disabled={acts.isBusy || tried !== key} onClick={() => void attempt(false)}>Requeue them</button>
      <Twice
        label={`Discard ${all} shown`}
        question={`Discard ${counted(ids.length, "letter")}? They never become records.`}
        isDisabled={acts.isBusy}
        onSure={() => void acts.act(async () => `${counted(await settle(ids, "discarded", ""), "letter")} discarded`)}
      />
      <span role="status" class="told">{acts.isBusy ? "Working …" : acts.told}</span>
      <ProblemNote problem={acts.problem} />
    </div>
  );
}

function columnsOf(view: View): Column<Letter>[] {
  return [
    { name: "received_at", width: "14rem", cell: (one) => <time>{timeText(textOf(one["received_at"]), view.tz)}</time> },
    { name: "feed", width: "8rem", cell: (one) => <Text text={one.feed} /> },
    { name: "reason", width: "9rem", cell: (one) => one.reason },
    { name: "detail", width: "minmax(14rem, 22rem)", cell: (one) => <Text text={textOf(one["detail"])} most={200} /> },
    { name: "status", width: "6rem", cell: (one) => one.status },
    { name: "what came", width: "minmax(18rem, 1fr)", cell: (one) => <Text text={textOf(one["raw"])} most={400} /> },
  ];
}
