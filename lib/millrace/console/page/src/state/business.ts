// The figures of the business, and how far the warehouse that they are from can be trusted.
import type { Answer, Schemas } from "../api/client.ts";
import { type Loaded, useQuery } from "../parts/useQuery.ts";
import { count } from "../text/numbers.ts";
import { isRelative, millisOf, spanMs, stepMs, stepOf, timeText } from "./time.ts";
import { proofText, type Vouched } from "./trust.ts";
import type { View } from "./view.ts";

export type About = Schemas["FiguresOfBusiness"];
type OfBusiness = Pick<About, "freshness" | "proof">;

export interface Answers {
  readonly revenue: Answer<"/v1/business/revenue">;
  readonly conversion: Answer<"/v1/business/conversion">;
  readonly failures: Answer<"/v1/business/failures">;
  readonly sessions: Answer<"/v1/business/sessions">;
  readonly cohorts: Answer<"/v1/business/cohorts">;
  readonly prices: Answer<"/v1/business/prices">;
}
export type Name = keyof Answers;
export type Query = Readonly<Record<string, string>>;

/** A figure as it was asked for: `isShown` where the API tells it at all. */
export interface Figure<N extends Name> extends Loaded<Answers[N]> {
  readonly name: N;
  readonly query: Query;
  readonly isShown: boolean;
}

const COHORT_WEEKS = 12;
const WEEK_MS = 7 * 86_400_000;

/** A figure over the view's time; it is asked for anew once the facts have a later load. */
export function useFigure<N extends Name>(name: N, view: View, about: About | null): Figure<N> {
  const query = queryOf(name, view);
  const isShown = about?.figures.some((one) => one.name === name) ?? false;
  const again = (about?.freshness ?? []).reduce((sum, one) => sum + (one.built_at ? Date.parse(one.built_at) : 0), 0);
  const path = isShown ? `/v1/business/${name}` : null;
  const loaded = useQuery(path as "/v1/business/revenue" | null, { query }, { again });
  return { ...(loaded as unknown as Loaded<Answers[N]>), name, query, isShown };
}

/** What is asked for: cohorts by weeks, so of twelve of them up to the end of the view's time. */
export function queryOf(name: Name, view: Pick<View, "from" | "to">): Query {
  if (name === "cohorts") return { from: weeksBefore(view.to), to: view.to };
  const hasSteps = name === "revenue" || name === "conversion";
  return { from: view.from, to: view.to, ...(hasSteps ? { step: stepOf(spanMs(view.from, view.to)) } : {}) };
}

function weeksBefore(to: string): string {
  if (to === "now") return `now-${COHORT_WEEKS}w`;
  const at = millisOf(to, Date.now()) ?? Date.now();
  const from = at - COHORT_WEEKS * WEEK_MS;
  // A text that stays the same while the clock goes on: else it is another question at each tick.
  return new Date(isRelative(to) ? Math.floor(from / WEEK_MS) * WEEK_MS : from).toISOString();
}

/** Up to when every feed is in the facts, in milliseconds; null where one is not at all. */
export function builtUntil(of: OfBusiness): number | null {
  const times = of.freshness.map((one) => (one.built_at ? Date.parse(one.built_at) : NaN));
  return times.length && times.every(Number.isFinite) ? Math.min(...times) : null;
}

const MEANING = {
  open: "events of it may still be loaded",
  closed: "all that was loaded is in it; no reconcile has compared the warehouse with the archive",
  proven: "the last reconcile found the warehouse equal to the archive",
  differs: "the last reconcile found that the warehouse differs from the archive",
} as const;

/** How far a figure of the business can be trusted that reaches to a time. */
export function ofBusiness(of: OfBusiness, until: string, zone: string): Vouched {
  const built = builtUntil(of);
  const states = of.proof.map((one) => one.state);
  const mark = states.includes("fails") ? "differs" : built === null ? "open" : states.includes("holds") ? "proven" : "closed";
  const isOpen = mark !== "open" && built !== null && built < Date.parse(until);
  const feeds = of.freshness.map((one) => {
    const waiting = one.waiting_rows ? `, ${count(one.waiting_rows)} rows wait to be built` : "";
    return [one.feed, (one.built_at ? `built from loads up to ${timeText(one.built_at, zone, false)}` : "not built yet") + waiting] as const;
  });
  return {
    mark,
    ...(isOpen ? { also: `open since ${timeText(built, zone, false).slice(5, 16)}` } : {}),
    facts: [
      ["meaning", MEANING[mark]],
      ["source", "the warehouse's facts"],
      ...feeds,
      ...of.proof.map((one) => ["reconcile", proofText(one, zone)] as const),
      ["zone", zone],
    ],
  };
}

/** The first of steps that events may still come into; null where there is none. */
export function openFrom(of: OfBusiness, times: readonly number[], step: number): number | null {
  const built = builtUntil(of);
  const first = times.findIndex((one) => built === null || one + step > built);
  return first < 0 ? null : first;
}

/** The steps of an answer, and how long one is, in milliseconds. */
export function stepsOf(answer: { rows: readonly { window_start: string }[]; step_s: number | null } | null, query: Query): { times: number[]; step: number } {
  const step = answer?.step_s ? answer.step_s * 1000 : stepMs(query["step"] ?? "1h");
  return { times: (answer?.rows ?? []).map((one) => Date.parse(one.window_start)), step };
}
