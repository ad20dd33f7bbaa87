import type { PageProps } from "../pages.ts";
import { ErrorsByCountry } from "../parts/ErrorsByCountry.tsx";
import { RequestsByCountry, TABLE } from "../parts/RequestsByCountry.tsx";
import { feedsOf, useKnown } from "../state/known.ts";
import { change } from "../state/view.ts";

/** What is counted by country: requests by the figures, errors among the lines by their status. */
const COUNTED = { requests: "", "5xx": "[500 TO 599]", "4xx": "[400 TO 499]" } as const;
type Counted = keyof typeof COUNTED;
const TITLES: Record<Counted, string> = { requests: "requests", "5xx": "server errors (5xx)", "4xx": "refused (4xx)" };

function NoFeed({ chosen, known }: { chosen: readonly string[]; known: readonly string[] }) {
  if (!known.length) return <p role="status">No feed has requests by country.</p>;
  return (
    <p role="status">
      The chosen feed {chosen.join(", ")} has no requests by country. <button type="button" onClick={() => change({ feed: null })}>Show {known.join(", ")}</button>
    </p>
  );
}

/** Requests and errors by country: a map, a table beside it, and what the map has no place for. */
export default function Geography({ view }: PageProps) {
  const known = useKnown();
  const feeds = feedsOf(known, TABLE, view.feeds);
  const of = view.all["of"] ?? "";
  const counted: Counted = of === "5xx" || of === "4xx" ? of : "requests";
  return (
    <>
      <h1 class="hidden">Geography</h1>
      <div class="tabs" role="group" aria-label="Counted by country">
        {(Object.keys(COUNTED) as Counted[]).map((one) => (
          <button type="button" aria-pressed={one === counted} onClick={() => change({ of: one === "requests" ? null : one, country: null })}>
            {TITLES[one]}
          </button>
        ))}
      </div>
      {known.tables.length > 0 && !feeds.length && <NoFeed chosen={view.feeds} known={feedsOf(known, TABLE, [])} />}
      {feeds.length > 0 && counted === "requests" && <RequestsByCountry view={view} feeds={feeds} />}
      {feeds.length > 0 && counted !== "requests" && <ErrorsByCountry key={counted} view={view} feeds={feeds} status={COUNTED[counted]} />}
    </>
  );
}
