import { useState } from "preact/hooks";
import { useLines } from "../state/lines.ts";
import { millisOf } from "../state/time.ts";
import { lagText, ofLines } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { termOf, withTerm } from "../text/query.ts";
import { Badge } from "./Badge.tsx";
import { Downloads } from "./Downloads.tsx";
import { LineDrawer } from "./LineDrawer.tsx";
import { type Line, lineClass, lineColumns, lineKey, textOf } from "./lines.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { type Column, Table } from "./Table.tsx";
import { Text } from "./Text.tsx";

const SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];

interface Anomaly {
  readonly score?: number;
  readonly severity?: string;
  readonly reasons?: readonly { readonly rule: string; readonly observed: string; readonly threshold: string }[];
}

/** Lines that were scored, each with the reasons; those of one severity, where one is chosen. */
export function AnomalousLines({ view }: { view: View }) {
  const opened = view.all["line"] ?? null;
  const [selected, select] = useState<string | null>(opened);
  const severity = view.all["severity"] ?? "";
  const term = severity ? termOf("anomaly.severity", severity) : "_exists_:anomaly";
  const q = withTerm(view.q, term);
  const lines = useLines({ ...view, q }, selected !== null || opened !== null);
  const { page } = lines;
  return (
    <>
      <div class="tools">
        <label class="field">
          <span>severity</span>
          <select value={severity} onChange={(event) => change({ severity: event.currentTarget.value || null, line: null })}>
            <option value="">all</option>
            {SEVERITIES.map((one) => (
              <option value={one}>{one}</option>
            ))}
          </select>
        </label>
        {view.q && (
          <span>
            with <code><Text text={view.q} most={80} /></code>{" "}
            <button type="button" class="quiet" onClick={() => change({ q: null })}>remove</button>
          </span>
        )}
        <Badge vouched={page ? ofLines(page, millisOf(view.to, Date.now()) ?? Date.now(), view.tz) : null} of="anomalous lines" />
        {page && <span class="as-of">{lagText(page, Date.now())}</span>}
        <span class="grow" />
        <Downloads of="all that match" path="/v1/logs/export" query={{ q, from: view.from, to: view.to, feed: [...view.feeds] }} name="anomalies" />
      </div>
      <ProblemNote problem={lines.problem} q={q} />
      <Table
        label="Anomalous lines"
        rows={lines.items}
        columns={columns(view.tz)}
        keyOf={lineKey}
        classOf={lineClass}
        selected={selected}
        onSelect={(line) => select(lineKey(line))}
        onOpen={(line) => change({ line: lineKey(line) }, opened ? "replace" : "push")}
        onEnd={lines.more}
        empty={lines.isLoading ? "Searching …" : "No line was scored in this time."}
      />
      {opened && <LineDrawer key={opened} line={opened} view={view} onClose={() => (select(null), change({ line: null }))} />}
    </>
  );
}

const scored = (line: Line): Anomaly => (line["anomaly"] ?? {}) as Anomaly;

function columns(zone: string): Column<Line>[] {
  return [
    ...lineColumns(["timestamp"], zone),
    { name: "severity", width: "7rem", cell: (line) => <Severity name={scored(line).severity} /> },
    { name: "score", width: "4.5rem", cell: (line) => <span class="number">{textOf(scored(line).score)}</span> },
    ...lineColumns(["service_name"], zone),
    { name: "reasons", width: "minmax(16rem, 0.6fr)", cell: (line) => <Reasons of={scored(line)} /> },
    ...lineColumns(["summary"], zone),
  ];
}

const Severity = ({ name }: { name: string | undefined }) => <span class={`severity ${(name ?? "").toLowerCase().replace(/\W/g, "")}`}>{name ?? "–"}</span>;

function Reasons({ of }: { of: Anomaly }) {
  return (
    <>
      {(of.reasons ?? []).map((one, n) => (
        <>
          {n > 0 && ", "}
          <Text text={one.rule} most={40} /> <span class="hits"><Text text={one.observed} most={40} /></span>
        </>
      ))}
    </>
  );
}
