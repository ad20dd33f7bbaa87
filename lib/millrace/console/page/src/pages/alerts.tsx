import { useState } from "preact/hooks";
import type { PageProps } from "../pages.ts";
import { Badge } from "../parts/Badge.tsx";
import { type FileColumn, SaveRows } from "../parts/Downloads.tsx";
import { LinesPanel, type Point } from "../parts/LinesPanel.tsx";
import { ProblemNote } from "../parts/ProblemNote.tsx";
import { RulePanel } from "../parts/RulePanel.tsx";
import { Text } from "../parts/Text.tsx";
import { useQuery } from "../parts/useQuery.ts";
import { type AlertRule, conditionText, draftOf, type MetricOfRules, STANDINGS, standingOf, valueText } from "../state/rules.ts";
import { timeText } from "../state/time.ts";
import { ofFigures } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { counted } from "../text/numbers.ts";

/** Rules over figures: how they stand, what they would have done, and what became of them. */
export default function Alerts({ view, session }: PageProps) {
  const [point, open] = useState<Point | null>(null);
  const rules = useQuery("/v1/alerts", {}, { live: true });
  const metrics = useQuery("/v1/alerts/metrics");
  const known = metrics.data?.items ?? [];
  const mayWrite = session.role === "operate";
  const chosen = view.all["rule"] ?? null;
  const items = rules.data?.items ?? [];
  // The list has a new rule a moment later.
  const [made, setMade] = useState<AlertRule | null>(null);
  const stored = items.find((one) => one.id === chosen) ?? (made?.id === chosen ? made : null);
  const firing = items.filter((one) => standingOf(one) === "firing").length;
  return (
    <>
      <h1 class="hidden">Alerts</h1>
      <div class="tools">
        <strong role="status">{rules.data ? `${counted(items.length, "rule")}, ${firing} firing` : "Reading the rules …"}</strong>
        <span class="grow" />
        <SaveRows of="rules" name="rules" rows={items} columns={FILE} />
        {mayWrite ? (
          <button type="button" class="primary" onClick={() => change({ rule: "new" })}>New rule</button>
        ) : (
          <span class="quiet-text">Your token may read alone.</span>
        )}
      </div>
      <ProblemNote problem={rules.problem ?? metrics.problem} />
      {rules.data && !items.length && (
        <p class="quiet-text">No rules yet. A rule holds a figure of settled minutes against a threshold, as p95_ms &gt; 800 ms for 5 min.</p>
      )}
      {items.length > 0 && <Rules items={items} metrics={known} view={view} />}
      {known.length > 0 && (stored || chosen === "new") && (
        <RulePanel key={chosen} stored={stored} metrics={known} view={view} mayWrite={mayWrite} onOpen={open} onMade={setMade} />
      )}
      {rules.data && chosen && chosen !== "new" && !stored && (
        <p class="problem" role="alert">There is no rule of that id: it may be deleted.</p>
      )}
      {point && <LinesPanel key={JSON.stringify(point)} point={point} view={view} onClose={() => open(null)} />}
    </>
  );
}

const FILE: FileColumn<AlertRule>[] = [
  { name: "rule", value: ({ rule }) => rule.name },
  { name: "state", value: standingOf },
  { name: "since", value: ({ state }) => (state?.since ? new Date(state.since) : null) },
  { name: "value", value: ({ state }) => state?.value ?? null },
  { name: "evaluated_until", value: ({ state }) => (state ? new Date(state.evaluated_until) : null) },
  { name: "metric", value: ({ rule }) => rule.metric },
  { name: "comparison", value: ({ rule }) => rule.comparison },
  { name: "threshold", value: ({ rule }) => rule.threshold ?? null },
  { name: "severity", value: ({ rule }) => rule.severity },
  { name: "filter", value: ({ rule }) => JSON.stringify(rule.filter) },
  { name: "fault", value: ({ fault }) => fault },
];

const HEADS = ["rule", "state", "value", "fires when", "severity", "of"];

function Rules({ items, metrics, view }: { items: readonly AlertRule[]; metrics: readonly MetricOfRules[]; view: View }) {
  return (
    <div class="card rules steps" tabIndex={0} role="region" aria-label="Rules">
      <table>
        <thead>
          <tr>{HEADS.map((one) => <th scope="col">{one}</th>)}</tr>
        </thead>
        <tbody>
          {items.map((one) => <RuleRow key={one.id} stored={one} metrics={metrics} view={view} />)}
        </tbody>
      </table>
    </div>
  );
}

function RuleRow({ stored, metrics, view }: { stored: AlertRule; metrics: readonly MetricOfRules[]; view: View }) {
  const { rule, state } = stored;
  const unit = metrics.find((one) => one.name === rule.metric)?.unit;
  const standing = standingOf(stored);
  const trust = state?.window.trust;
  const at = (time: string): string => timeText(time, view.tz, false).slice(0, 16);
  return (
    <tr class="opens" onClick={() => change({ rule: stored.id })}>
      <th scope="row">
        <button type="button" class="name">
          <Text text={rule.name} most={128} />
        </button>
      </th>
      <td>
        <span class={`state ${standing}`}>{STANDINGS[standing]}</span>
        {state?.since && <> since <time>{at(state.since)}</time></>}
        {stored.silenced_until && <div class="quiet-text">silenced until {at(stored.silenced_until)}</div>}
      </td>
      <td onClick={(event) => event.stopPropagation()}>
        {state ? valueText(unit, state.value) : "–"}{" "}
        {trust && <Badge vouched={ofFigures(state.window.table, [trust], { freshness: [], proof: [] }, view.tz)} of={`Value of ${rule.name}`} />}
      </td>
      <td>{conditionText(draftOf(rule), unit)}</td>
      <td>{rule.severity}</td>
      <td>
        <Text text={filterText(rule)} most={200} />
      </td>
    </tr>
  );
}

function filterText({ filter, query }: AlertRule["rule"]): string {
  const named = Object.entries(filter).filter(([, values]) => values.length).map(([name, values]) => `${name}: ${values.join(" or ")}`);
  return [...named, ...(query ? [query] : [])].join(", ") || "all";
}
