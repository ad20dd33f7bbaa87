import { useState } from "preact/hooks";
import type { PageProps } from "../pages.ts";
import { Badge } from "../parts/Badge.tsx";
import { EntityPanel } from "../parts/EntityPanel.tsx";
import { EntityTable } from "../parts/EntityTable.tsx";
import { textOf } from "../parts/lines.tsx";
import { ProblemNote } from "../parts/ProblemNote.tsx";
import { type Column, Table } from "../parts/Table.tsx";
import { Text } from "../parts/Text.tsx";
import { useQuery } from "../parts/useQuery.ts";
import { asOfOf, type Captured, type EntityRow, termsOf } from "../state/entities.ts";
import { usePaged } from "../state/paged.ts";
import { timeText } from "../state/time.ts";
import { ofRows } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { counted } from "../text/numbers.ts";

/** Rows of captured tables: where each entity stands, its rows now or at a time, and each row's history. */
export default function Entities({ view }: PageProps) {
  const entities = useQuery("/v1/entities", {}, { live: true });
  const connectors = useQuery("/v1/connectors", {}, { live: true });
  const named = view.all["entity"];
  const opened = entities.data?.find((one) => one.name === named) ?? entities.data?.[0];
  return (
    <>
      <h1 class="hidden">Entities</h1>
      <ProblemNote problem={entities.problem} />
      {!entities.data && entities.isLoading && <p class="quiet-text" role="status">Asking …</p>}
      {entities.data?.length === 0 && <p class="quiet-text" role="status">No database is captured: the configuration has no section changes.</p>}
      {opened && entities.data && (
        <>
          <EntityTable entities={entities.data} connectors={connectors.data ?? []} opened={opened.name} view={view} />
          <ProblemNote problem={connectors.problem} />
          <Rows key={opened.name} entity={opened} view={view} />
        </>
      )}
    </>
  );
}

function Rows({ entity, view }: { entity: Captured; view: View }) {
  const row = view.all["row"] ?? null;
  const asOf = view.all["as_of"] ?? null;
  const where = view.all["where"] ?? "";
  const [selected, select] = useState<string | null>(row);
  const query = { where: termsOf(where), as_of: asOf, size: 200 };
  const rows = usePaged("/v1/entities/{entity}", query, row !== null, { entity: entity.name });
  const { items, page } = rows;
  const total = page?.total;
  return (
    <section class="entity-rows" aria-label={`Rows of ${entity.name}`}>
      <div class="tools">
        <Search key={where} where={where} entity={entity} />
        <AsOf key={`${asOf} ${view.tz}`} asOf={asOf} view={view} />
        <span class="grow" />
        <strong role="status">
          {page && total ? `${counted(items.length, "row")} shown of ${total.relation === "exact" ? "" : "at least "}${total.value}` : rows.isLoading ? "Reading …" : ""}
        </strong>
        {page && <Badge vouched={ofRows(page, page.as_of ? Date.parse(page.as_of.time) : Date.now(), view.tz)} of={`rows of ${entity.name}`} />}
      </div>
      <ProblemNote problem={rows.problem} onName={(name) => change({ where: `${name}:` })} />
      {page?.as_of && (
        <p class="told">
          As of <time>{timeText(page.as_of.time, view.tz)}</time>, by commits{page.as_of.is_open ? "; changes committed by then may still come" : ""}. The
          history begins at <time>{timeText(page.as_of.history_begins_at, view.tz, false)}</time>.
        </p>
      )}
      <div class="letter-list">
        <Table
          label={`Rows of ${entity.name}`}
          rows={items}
          columns={columnsOf(entity, view)}
          keyOf={(one) => one.key}
          selected={selected}
          onSelect={(one) => select(one.key)}
          onOpen={(one) => change({ entity: entity.name, row: one.key }, row ? "replace" : "push")}
          onEnd={rows.more}
          empty={rows.isLoading ? "Reading …" : "No row."}
        />
      </div>
      {row !== null && <EntityPanel key={`${entity.name}/${row}`} entity={entity} rowKey={row} view={view} onClose={() => change({ row: null })} />}
    </section>
  );
}

function Search({ where, entity }: { where: string; entity: Captured }) {
  const [written, write] = useState(where);
  const example = entity.fields.find((one) => one.type === "string")?.name ?? entity.key[0];
  return (
    <form
      class="tools entity-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        change({ where: written.trim() || null });
      }}
    >
      <label class="field">
        <span>where</span>
        <input value={written} placeholder={`${example}:A* & ${entity.key[0]}:>5`} maxLength={2000} autocomplete="off" spellcheck={false} onInput={(event) => write(event.currentTarget.value)} />
      </label>
      <button type="submit" class="secondary">Search</button>
    </form>
  );
}

function AsOf({ asOf, view }: { asOf: string | null; view: View }) {
  const [written, write] = useState(asOf === null ? "" : /^\d{4}-/.test(asOf) ? timeText(asOf, view.tz) : asOf);
  return (
    <form
      class="tools entity-search"
      onSubmit={(event) => {
        event.preventDefault();
        change({ as_of: asOfOf(written, view.tz) });
      }}
    >
      <label class="field">
        <span>as of</span>
        <input value={written} placeholder="now, or 2026-11-28 10:32" maxLength={64} autocomplete="off" onInput={(event) => write(event.currentTarget.value)} />
      </label>
      <button type="submit" class="secondary">Show</button>
      {asOf !== null && <button type="button" class="quiet" onClick={() => change({ as_of: null })}>now</button>}
    </form>
  );
}

function columnsOf(entity: Captured, view: View): Column<EntityRow>[] {
  const others = entity.fields.filter((one) => !entity.key.includes(one.name)).slice(0, 8);
  return [
    { name: entity.key.join(", "), width: "9rem", cell: (one) => <Text text={one.key} most={200} /> },
    ...others.map(({ name, type }): Column<EntityRow> => ({
      name, width: type === "string" || type === "json" ? "16rem" : "9rem",
      cell: (one) => <Value value={one.fields[name]} isUnknown={one.unknown.includes(name)} />,
    })),
    { name: "committed", width: "minmax(14rem, 1fr)", cell: (one) => <time>{timeText(one.change.committed_at ?? "", view.tz)}</time> },
  ];
}

function Value({ value, isUnknown }: { value: unknown; isUnknown: boolean }) {
  if (isUnknown) return <i class="quiet-text">not known</i>;
  if (value === null || value === undefined) return <i class="quiet-text">{value === null ? "null" : ""}</i>;
  return <Text text={textOf(value)} most={300} />;
}
