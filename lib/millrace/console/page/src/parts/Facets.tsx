import { useKnown } from "../state/known.ts";
import { useHeldTicks } from "../state/ticks.ts";
import { change, type View } from "../state/view.ts";
import { count } from "../text/numbers.ts";
import { plain } from "../text/hostile.ts";
import { termOf, withTerm } from "../text/query.ts";
import { Text } from "./Text.tsx";
import { useQuery } from "./useQuery.ts";

const FIELDS = ["level", "service_name", "status_code", "http_route", "country", "error_code", "event_type", "anomaly.severity"];

/** The values of some fields among the lines that match; each narrows the query, or excludes. */
export function Facets({ view, isHeld, isRefused }: { view: View; isHeld: boolean; isRefused: boolean }) {
  const { fields } = useKnown();
  const known = new Set(
    fields.filter((one) => !view.feeds.length || one.feeds.some((feed) => view.feeds.includes(feed))).map((one) => one.name),
  );
  return (
    <nav class="facets card" aria-label="Facets">
      {!isRefused && FIELDS.filter((one) => known.has(one)).map((field) => (
        <Facet key={field} field={field} view={view} isHeld={isHeld} />
      ))}
    </nav>
  );
}

function Facet({ field, view, isHeld }: { field: string; view: View; isHeld: boolean }) {
  const ticks = useHeldTicks(isHeld);
  const query = { q: view.q, from: view.from, to: view.to, feed: [...view.feeds], size: 6 };
  const { data } = useQuery("/v1/fields/{field}/values", { path: { field }, query }, { again: ticks });
  if (!data?.values.length) return null;
  const most = data.values[0]!.hits;
  const of = data.source === "figures" ? "by figures" : `of the newest ${count(data.looked_at)} lines`;
  return (
    <section>
      <h3>{field}</h3>
      <p class="quiet-text">{of}</p>
      <ul>
        {data.values.map(({ value, hits }) => {
          const term = termOf(field, value);
          const name = plain(String(value), 60);
          return (
            <li>
              <button type="button" class="facet" title={term} onClick={() => change({ q: withTerm(view.q, term), line: null })}>
                <span class="share" style={{ width: `${(100 * hits) / most}%` }} aria-hidden="true" />
                <Text text={String(value)} most={60} /> <span class="hits">{count(hits)}</span>
              </button>
              <button type="button" class="quiet not" aria-label={`Without ${field} ${name}`} title={`Without ${name}`}
                onClick={() => change({ q: withTerm(view.q, term, true), line: null })}>
                −
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
