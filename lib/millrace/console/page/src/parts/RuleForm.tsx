import { useFeeds } from "../state/known.ts";
import { type Draft, FILTERS, type MetricOfRules, type Rule } from "../state/rules.ts";
import type { View } from "../state/view.ts";
import { Field, type Labelled, NumberInput, Values } from "./Field.tsx";
import { Text } from "./Text.tsx";
import { useQuery } from "./useQuery.ts";

interface FormProps {
  readonly draft: Draft;
  readonly metrics: readonly MetricOfRules[];
  readonly faults: Readonly<Record<string, string>>;
  readonly view: View;
  readonly onChange: (draft: Draft) => void;
}

const LONGEST_MINUTES = 1440;

/** The keys of a rule, each with what is wrong with it. */
export function RuleFields({ draft, metrics, faults, view, onChange }: FormProps) {
  const metric = metrics.find((one) => one.name === draft.metric);
  const set = (changes: Partial<Draft>): void => onChange({ ...draft, ...changes });
  const unit = metric ? (metric.unit === "ratio" ? "ratio: 0.05 is 5 %" : metric.unit) : "";
  return (
    <div class="form">
      <Field label="Name" fault={faults["name"]} isWide>
        {(own) => <input {...own} value={draft.name} maxLength={128} onInput={(event) => set({ name: event.currentTarget.value })} />}
      </Field>
      <Field label="Metric" fault={faults["metric"]} hint={metric && <Text text={metric.formula} />} isWide>
        {(own) => (
          <Choice own={own} value={draft.metric} options={metrics.map((one) => [one.name, `${one.name} (${one.unit})`])} onChange={(name) => set({ metric: name })} />
        )}
      </Field>
      {draft.metric === "matching_lines" && (
        <Field label="Query" fault={faults["query"]} hint="values of service_name, level and error_code" isWide>
          {(own) => <input {...own} value={draft.query ?? ""} maxLength={1024} spellcheck={false} onInput={(event) => set({ query: event.currentTarget.value })} />}
        </Field>
      )}
      {FILTERS.filter((one) => one === "feed" || metric?.filters.includes(one)).map((one) => (
        <Field key={one} label={one} fault={faults[one]}>
          {(own) => <FilterValues own={own} name={one} draft={draft} metric={metric} view={view} onChange={set} />}
        </Field>
      ))}
      <Field label="Breach" fault={faults["comparison"]} hint="what a value is that the rule fires for">
        {(own) => (
          <Choice own={own} value={draft.comparison} options={[[">", "above"], ["<", "below"], ["outside", "outside of a band"]]} onChange={(comparison) => set({ comparison })} />
        )}
      </Field>
      {draft.comparison !== "outside" && (
        <Field label="Threshold" fault={faults["threshold"]} hint={unit}>
          {(own) => <NumberInput own={own} value={draft.threshold} step="any" onChange={(threshold) => set({ threshold })} />}
        </Field>
      )}
      {draft.comparison === "outside" &&
        (["lower", "upper"] as const).map((bound) => (
          <Field key={bound} label={bound === "lower" ? "Lower bound" : "Upper bound"} fault={faults[bound]} hint={unit}>
            {(own) => <NumberInput own={own} value={draft[bound]} step="any" onChange={(value) => set({ [bound]: value })} />}
          </Field>
        ))}
      <Field label="Window, minutes" fault={faults["window_minutes"]} hint="the value is of the last so many minutes">
        {(own) => <NumberInput own={own} value={draft.window_minutes} min={1} max={LONGEST_MINUTES} step={1} onChange={(minutes) => set({ window_minutes: minutes })} />}
      </Field>
      <Field label="For, minutes" fault={faults["for_minutes"]} hint="fires after a breach in so many minutes in a row">
        {(own) => <NumberInput own={own} value={draft.for_minutes} min={1} max={LONGEST_MINUTES} step={1} onChange={(minutes) => set({ for_minutes: minutes })} />}
      </Field>
      <Field label="Without data" fault={faults["no_data"]}>
        {(own) => (
          <Choice own={own} value={draft.no_data} options={[["ok", "no breach"], ["alert", "a breach"], ["keep", "stay as it is"]]} onChange={(no_data) => set({ no_data })} />
        )}
      </Field>
      <Field label="Severity" fault={faults["severity"]}>
        {(own) => <Choice own={own} value={draft.severity} options={[["warning", "warning"], ["critical", "critical"]]} onChange={(severity) => set({ severity })} />}
      </Field>
      <label class="field wide">
        <input type="checkbox" checked={draft.enabled} onChange={(event) => set({ enabled: event.currentTarget.checked })} /> enabled
      </label>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly own: Labelled;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ own, value, options, onChange }: ChoiceProps<Value>) {
  return (
    <select {...own} value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
      {options.map(([one, text]) => (
        <option value={one}>{text}</option>
      ))}
    </select>
  );
}

interface FilterProps {
  readonly own: Labelled;
  readonly name: keyof Rule["filter"];
  readonly draft: Draft;
  readonly metric: MetricOfRules | undefined;
  readonly view: View;
  readonly onChange: (changes: Partial<Draft>) => void;
}

function FilterValues({ own, name, draft, metric, view, onChange }: FilterProps) {
  const all = useFeeds();
  const feeds = metric?.feeds ?? all;
  const chosen = draft.filter.feed.filter((one) => feeds.includes(one));
  const query = { from: view.from, to: view.to, feed: chosen.length ? chosen : [...feeds], size: 50 };
  const { data } = useQuery(name === "feed" ? null : "/v1/fields/{field}/values", { path: { field: name }, query });
  const options = name === "feed" ? feeds : (data?.values ?? []).map((one) => String(one.value));
  return <Values own={own} values={draft.filter[name]} options={options} onChange={(values) => onChange({ filter: { ...draft.filter, [name]: values } })} />;
}
