import { useRef, useState } from "preact/hooks";
import type { PageProps } from "../pages.ts";
import { Downloads } from "../parts/Downloads.tsx";
import { ProblemNote } from "../parts/ProblemNote.tsx";
import { SavedList } from "../parts/SavedViews.tsx";
import { Text } from "../parts/Text.tsx";
import { STATUSES } from "../state/letters.ts";
import { feedsOf, type TableOfFigures, useKnown } from "../state/known.ts";
import { useReport } from "../state/report.ts";
import type { View } from "../state/view.ts";

/** A time as one document, all that is stored of it as files, and the views that are kept. */
export default function Reports({ view }: PageProps) {
  return (
    <>
      <h1 class="hidden">Reports</h1>
      <Report view={view} />
      <Files view={view} />
      <section class="card stage" aria-labelledby="saved-views">
        <h2 id="saved-views">Saved views</h2>
        <SavedList />
      </section>
    </>
  );
}

function Report({ view }: { view: View }) {
  const [again, makeAgain] = useState(0);
  const { href, name, problem, isMaking } = useReport(view, again);
  const frame = useRef<HTMLIFrameElement>(null);
  return (
    <section class="card stage report" aria-labelledby="report">
      <header>
        <h2 id="report">Report</h2>
        <span class="quiet-text" role="status">
          {isMaking ? "Making it …" : problem ? "" : "of this time, in whole steps; it is one file, which needs nothing else"}
        </span>
        <span class="grow" />
        {href && (
          <>
            <a class="primary" href={href} download={name}>Download HTML</a>
            <button type="button" class="secondary" onClick={() => frame.current?.contentWindow?.print()}>Print</button>
          </>
        )}
        <button type="button" class="secondary" disabled={isMaking} onClick={() => makeAgain(again + 1)}>Make it anew</button>
      </header>
      <ProblemNote problem={problem} />
      {/* It has no script, and could run none here; modals are what prints it. */}
      {href && <iframe ref={frame} title="The report" src={href} sandbox="allow-same-origin allow-modals" />}
    </section>
  );
}

/** All of the time as files: lines, dead letters, and each table of figures by all of its keys. */
function Files({ view }: { view: View }) {
  const known = useKnown();
  const { from, to } = view;
  const span = { from, to, feed: [...view.feeds] };
  const tables = known.tables.filter((one) => feedsOf(known, one.name, view.feeds).length);
  return (
    <section class="card stage" aria-labelledby="files">
      <h2 id="files">Files of this time</h2>
      <div class="scrolled" tabIndex={0} role="region" aria-label="Files as a table">
        <table class="plain">
          <tbody>
            <tr>
              <th scope="row">lines</th>
              <td>{view.q ? <>that match <code><Text text={view.q} most={120} /></code></> : "all that are stored"}</td>
              <td><Downloads of="lines" path="/v1/logs/export" query={{ ...span, q: view.q }} name="lines" /></td>
            </tr>
            <tr>
              <th scope="row">dead letters</th>
              <td>of every status</td>
              <td><Downloads of="dead letters" path="/v1/dead-letters/export" query={{ ...span, status: STATUSES }} name="dead-letters" /></td>
            </tr>
            {tables.map((one) => (
              <tr key={one.name}>
                <th scope="row"><code>{one.name}</code></th>
                <td>{one.figures.join(", ")} by minute and {keysOf(one).join(", ")}</td>
                <td><Downloads of={one.name} path="/v1/figures/{table}/export" at={{ table: one.name }} query={{ ...span, feed: [...feedsOf(known, one.name, view.feeds)], by: keysOf(one) }} name={one.name} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const keysOf = (table: TableOfFigures): string[] => table.keys.filter((one) => one !== "window_start");
