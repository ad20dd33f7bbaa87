// Alert rules: as a form has them, what answers say of them, and which lines a value is of.
import type { Problem, Schemas } from "../api/client.ts";
import type { Point } from "../parts/LinesPanel.tsx";
import { count, percent } from "../text/numbers.ts";
import type { TableOfFigures } from "./known.ts";
import { timeText } from "./time.ts";

export type Rule = Schemas["Rule"];
export type AlertRule = Schemas["AlertRule"];
export type MetricOfRules = Schemas["MetricOfRules"];
export type MetricName = Rule["metric"];

export const FILTERS = ["feed", "service_name", "http_route", "country"] as const;

/** A rule that is being written; numbers that are none yet are null. */
export interface Draft extends Omit<Rule, "threshold" | "lower" | "upper" | "window_minutes" | "for_minutes"> {
  readonly threshold: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly window_minutes: number | null;
  readonly for_minutes: number | null;
}

/** A new rule, before anything of it is chosen. */
export const NEW: Draft = {
  name: "", metric: "error_ratio", filter: { feed: [], service_name: [], http_route: [], country: [] }, query: null,
  comparison: ">", threshold: null, lower: null, upper: null, window_minutes: 1, for_minutes: 1, no_data: "ok",
  severity: "warning", enabled: true,
};

/** The rule as a form shows it. */
export function draftOf(rule: Rule): Draft {
  return { ...rule, threshold: rule.threshold ?? null, lower: rule.lower ?? null, upper: rule.upper ?? null, query: rule.query ?? null };
}

/** The rule as the API takes it: without what its metric or its comparison has no use for. */
export function bodyOf(draft: Draft, metric: MetricOfRules | undefined): Record<string, unknown> {
  const { threshold, lower, upper, query, filter, ...rest } = draft;
  const own = FILTERS.filter((one) => one === "feed" || !metric || metric.filters.includes(one));
  return {
    ...rest,
    filter: Object.fromEntries(own.map((one) => [one, filter[one]])),
    ...(draft.metric === "matching_lines" ? { query: query ?? "" } : {}),
    ...(draft.comparison === "outside" ? { lower, upper } : { threshold }),
  };
}

/** The same to be tried: what is not written yet stands in for nothing, so that the line is drawn. */
export function triedOf(draft: Draft, metric: MetricOfRules | undefined): Record<string, unknown> {
  const far = Number.MAX_VALUE;
  const { threshold = null, lower = null, upper = null } = draft;
  const bounds = draft.comparison === "outside"
    ? { lower: lower ?? -far, upper: upper ?? far }
    : { threshold: threshold ?? (draft.comparison === ">" ? far : -far) };
  return { ...bodyOf(draft, metric), name: draft.name.trim() || "not named yet", ...bounds };
}

/** The bounds that a draft has, each a line of a chart. */
export function boundsOf(draft: Draft): number[] {
  const all = draft.comparison === "outside" ? [draft.lower, draft.upper] : [draft.threshold];
  return all.filter((one) => one !== null);
}

const NAMES = /^(?:filter\.)?(name|metric|feed|service_name|http_route|country|query|comparison|threshold|lower|upper|window_minutes|for_minutes|no_data|severity|enabled)$/;

/** What a refusal says of each field, and the rest of it. */
export function faultsOf(problem: Problem | null): { fields: Record<string, string>; rest: Problem | null } {
  const fields: Record<string, string> = {};
  if (problem?.status !== 422) return { fields, rest: problem };
  const rest = problem.detail.split(/; (?=[\w.]+: )/).filter((told) => {
    const match = /^(?:(?:body|rule): )?(?:Value error, )?([\w.]+): (?:Value error, )?([\s\S]+)$/.exec(told);
    const name = match ? NAMES.exec(match[1]!)?.[1] : undefined;
    if (name === undefined) return true;
    fields[name] = match![2]!;
    return false;
  });
  return { fields, rest: rest.length ? { ...problem, detail: rest.join("; ") } : null };
}

/** A value of a metric as a person reads it. */
export function valueText(unit: string | undefined, value: number | null): string {
  if (value === null) return "no data";
  if (unit === "ratio") return percent(value);
  if (unit === "money") return value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 4 });
  const text = Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(6)));
  return unit === "ms" ? `${text} ms` : text;
}

/** When a rule fires, in words: `p95_ms > 800 ms for 5 min`. */
export function conditionText(draft: Draft, unit: string | undefined): string {
  const of = (value: number | null): string => (value === null ? "…" : valueText(unit, value));
  const bounds = draft.comparison === "outside" ? `outside ${of(draft.lower)} to ${of(draft.upper)}` : `${draft.comparison} ${of(draft.threshold)}`;
  const window = (draft.window_minutes ?? 1) > 1 ? `, of ${draft.window_minutes} min` : "";
  return `${draft.metric}${window} ${bounds}${(draft.for_minutes ?? 1) > 1 ? ` for ${draft.for_minutes} min` : ""}`;
}

export type Standing = "firing" | "pending" | "ok" | "silent" | "off" | "fault" | "waiting";

/** How a rule stands, in one word. */
export function standingOf({ rule, fault, state }: AlertRule): Standing {
  if (!rule.enabled) return "off";
  if (fault !== null) return "fault";
  if (state === null) return "waiting";
  return state.status === "ok" && state.value === null ? "silent" : state.status;
}

export const STANDINGS: Record<Standing, string> = {
  firing: "▲ firing", pending: "△ pending", ok: "✓ ok", silent: "○ no data", off: "– off", fault: "! cannot be evaluated", waiting: "… not evaluated yet",
};

/** What comes of an alert at the Alertmanager. */
export function deliveryText({ delivery }: AlertRule, zone: string): string {
  if (delivery.state === "off") return "no Alertmanager is configured";
  if (delivery.state === "waiting") return "fires, and the Alertmanager has not taken it yet";
  return delivery.sent_at ? `sent to the Alertmanager ${timeText(delivery.sent_at, zone, false)}` : "nothing to send";
}

const PARTS: Partial<Record<MetricName, Record<string, readonly string[]>>> = {
  error_ratio: { level: ["ERROR", "FATAL"] },
  server_error_ratio: { status_class: ["5xx"] },
  revenue: { event_type: ["purchase", "order_complete"] },
};

/** The lines that a value counts, of the window that ends then; null where no table has them alone. */
export function pointOf(draft: Draft, metric: MetricOfRules, tables: readonly TableOfFigures[], endMs: number): Point | null {
  if (draft.metric === "dead_letter_ratio" || draft.metric === "matching_lines") return null;
  const asked = Object.fromEntries(FILTERS.filter((one) => one !== "feed" && draft.filter[one].length).map((one) => [one, draft.filter[one]]));
  const table = tables.find((one) => metric.tables.includes(one.name) && Object.keys(asked).every((key) => one.keys.includes(key)));
  if (!table) return null;
  const minutes = draft.window_minutes ?? 1;
  return {
    table: table.name,
    windowStart: new Date(endMs - minutes * 60_000).toISOString(),
    step: `${minutes}m`,
    feeds: draft.filter.feed.length ? draft.filter.feed : table.feeds,
    keys: { ...asked, ...PARTS[draft.metric] },
  };
}
