import type { Schemas } from "../api/client.ts";
import type { PageProps } from "../pages.ts";
import { Badge } from "../parts/Badge.tsx";
import { Copy } from "../parts/Copy.tsx";
import { type FileColumn, SaveRows } from "../parts/Downloads.tsx";
import { Faults, FAULTS, Flow } from "../parts/Flow.tsx";
import { ProblemNote } from "../parts/ProblemNote.tsx";
import { Text } from "../parts/Text.tsx";
import { useQuery } from "../parts/useQuery.ts";
import { ALL_TIME, timeText } from "../state/time.ts";
import { ofLines } from "../state/trust.ts";
import { go, hrefOf, shared, type View } from "../state/view.ts";
import { count, counted } from "../text/numbers.ts";

type Stage = Schemas["Stage"];
type Verdict = Schemas["Verdict"];

/** Where each feed stands between Kafka and the stores, and whether it is all there, once. */
export default function Pipeline({ view }: PageProps) {
  const query = { feed: [...view.feeds] };
  const stages = useQuery("/v1/pipeline", { query }, { live: true });
  const proofs = useQuery("/v1/proof", { query }, { live: true });
  const verdicts = new Map((proofs.data ?? []).map((one) => [one.feed, one]));
  return (
    <>
      <h1 class="hidden">Pipeline</h1>
      {stages.data?.[0] && <Links links={stages.data[0].links} />}
      <ProblemNote problem={stages.problem ?? proofs.problem} />
      {!stages.data && stages.isLoading && <p class="quiet-text" role="status">Asking …</p>}
      {stages.data && (
        <div class="tools">
          <Summary stages={stages.data} />
          <span class="grow" />
          <SaveRows of="where each feed stands" name="pipeline" rows={stages.data} columns={STAGES} />
        </div>
      )}
      {stages.data && proofs.data && <Proof stages={stages.data} verdicts={verdicts} view={view} />}
      {(stages.data ?? []).map((stage) => (
        <section class="card stage" aria-label={`Feed ${stage.feed}`}>
          <header>
            <h2>
              <Text text={stage.feed} />
            </h2>
            <Badge vouched={ofLines(trustOf(stage, verdicts.get(stage.feed)), Date.now(), view.tz)} of={`lines of ${stage.feed}`} />
          </header>
          <Flow stage={stage} view={view} onLetters={() => go(hrefOf("dead-letters", { ...shared(view), feed: stage.feed, from: ALL_TIME, to: "now" }))} />
        </section>
      ))}
    </>
  );
}

const time = (text: string | null | undefined): Date | null => (text ? new Date(text) : null);

const STAGES: FileColumn<Stage>[] = [
  { name: "feed", value: ({ feed }) => feed },
  { name: "topic", value: ({ topic }) => topic },
  { name: "ingest_lag_lines", value: ({ freshness }) => freshness.lag_lines },
  { name: "committed_until", value: ({ freshness }) => time(freshness.committed_until) },
  { name: "ingest_last_batch", value: ({ last_batch }) => time(last_batch?.committed_at) },
  { name: "aggregate_lag_lines", value: ({ aggregate }) => aggregate?.lag_lines ?? null },
  { name: "aggregate_last_batch", value: ({ aggregate }) => time(aggregate?.last_batch?.committed_at) },
  { name: "newest_window", value: ({ aggregate }) => time(aggregate?.newest_window) },
  { name: "documents", value: ({ documents }) => documents },
  { name: "open_dead_letters", value: ({ open_dead_letters }) => open_dead_letters },
];

const VERDICTS: FileColumn<Verdict>[] = [
  { name: "feed", value: ({ feed }) => feed },
  { name: "holds", value: ({ holds }) => holds },
  { name: "since", value: ({ since }) => time(since) },
  { name: "ended_at", value: ({ ended_at }) => time(ended_at) },
  ...Object.keys(FAULTS).map((kind) => ({ name: kind, value: ({ faults }: Verdict) => faults[kind] ?? null })),
];

/** Pages of other tools; they open apart, and are not told where one came from. */
function Links({ links }: { links: Stage["links"] }) {
  const { spark, history, traces, dashboards, runbooks } = links;
  const named: [string, string | null][] = [
    ...Object.entries(spark).map(([job, url]): [string, string] => [`Spark UI of ${job}`, url]),
    ["Spark history", history], ["Traces", traces], ["Dashboards", dashboards], ["Runbooks", runbooks],
  ];
  const safe = named.filter((one): one is [string, string] => /^https?:\/\//.test(one[1] ?? ""));
  if (!safe.length) return null;
  return (
    <nav class="tools other-tools" aria-label="Other tools">
      {safe.map(([name, url]) => (
        <a href={url} target="_blank" rel="noreferrer noopener" title={url}>
          <Text text={name} most={60} /> <span aria-hidden="true">↗</span>
          <span class="hidden"> (opens apart)</span>
        </a>
      ))}
    </nav>
  );
}

function Summary({ stages }: { stages: readonly Stage[] }) {
  const lags = stages.map((one) => one.freshness.lag_lines);
  const waiting = lags.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const dead = stages.reduce((sum, one) => sum + one.open_dead_letters, 0);
  const unknown = lags.filter((one) => one === null).length;
  return (
    <p role="status" class="told">
      Lines that wait for ingest: <b>{count(waiting)}</b>{unknown ? ` (of ${counted(unknown, "feed")} it is not known)` : ""}. Open dead letters: <b>{count(dead)}</b>.
    </p>
  );
}

function trustOf(stage: Stage, verdict: Verdict | undefined) {
  const proof: Schemas["Proof"] = verdict
    ? { feed: stage.feed, state: verdict.holds ? "holds" : "fails", since: verdict.since, ended_at: verdict.ended_at }
    : { feed: stage.feed, state: "never" };
  return { freshness: [stage.freshness], proof: [proof] };
}


/** What the last reconcile of each feed found, by kind of fault. */
function Proof({ stages, verdicts, view }: { stages: readonly Stage[]; verdicts: ReadonlyMap<string, Verdict>; view: View }) {
  const own = stages.map((one) => verdicts.get(one.feed)).filter((one) => one !== undefined);
  const kinds = Object.keys(FAULTS).concat([...new Set(own.flatMap((one) => Object.keys(one.faults)))].filter((one) => !(one in FAULTS)));
  const failing = own.filter((one) => !one.holds);
  return (
    <section class="card proof" aria-labelledby="proof">
      <header>
        <h2 id="proof">Is it all there, once?</h2>
        <span class="grow" />
        <SaveRows of="verdicts" name="proof" rows={own} columns={VERDICTS} />
      </header>
      <div class="scrolled" tabIndex={0} role="region" aria-label="Verdicts of reconcile by feed">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">feed</th>
              <th scope="col">verdict</th>
              <th scope="col">as of</th>
              <th scope="col">lines received since</th>
              {kinds.map((one) => (
                <th scope="col" class="number" title={FAULTS[one] ?? ""}>
                  {one.replaceAll("_", " ")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {stages.map(({ feed }) => (
              <Row key={feed} feed={feed} verdict={verdicts.get(feed)} kinds={kinds} zone={view.tz} />
            ))}
          </tbody>
        </table>
      </div>
      {failing.map(({ feed }) => (
        <p class="mend">
          <Text text={feed} />: this command lists what is wrong, and the commands that mend it: <code>{`millrace reconcile --feed ${feed}`}</code>{" "}
          <Copy label="command" text={`millrace reconcile --feed ${feed}`} />
        </p>
      ))}
      {failing.some((one) => one.advice.some(isOwn)) && (
        <ul class="why" aria-label="What mends it">
          {failing.flatMap(({ feed, advice }) => advice.filter(isOwn).map((one) => (
            <li>
              <Text text={feed} />, {one.faults.map((fault) => fault.replaceAll("_", " ")).join(", ")}: {one.command ? <><code>{one.command}</code>{" "}<Copy label="command" text={one.command} /></> : <Text text={one.text} />}
            </li>
          )))}
        </ul>
      )}
      <details>
        <summary>What the kinds of faults mean</summary>
        <dl class="fields">
          {Object.entries(FAULTS).map(([name, meaning]) => (
            <div>
              <dt>{name.replaceAll("_", " ")}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  );
}

/** Whether it says more than to look closer, which is said of each feed that fails. */
const isOwn = ({ command }: Schemas["Advice"]): boolean => !command?.startsWith("millrace reconcile ");

function Row({ feed, verdict, kinds, zone }: { feed: string; verdict: Verdict | undefined; kinds: readonly string[]; zone: string }) {
  const state = verdict === undefined ? "never" : verdict.holds ? "holds" : "fails";
  const sign = { never: "◌ never compared", holds: "✓ holds", fails: "≠ fails" }[state];
  return (
    <tr>
      <th scope="row">
        <Text text={feed} />
      </th>
      <td class={`verdict ${state}`}>{sign}</td>
      {verdict ? (
        <>
          <td>
            <time>{timeText(verdict.ended_at, zone, false)}</time>
          </td>
          <td>{verdict.since === ALL_TIME ? "the beginning" : <time>{timeText(verdict.since, zone, false)}</time>}</td>
          {kinds.map((one) => (
            <td class="number">
              <Faults many={verdict.faults[one]} />
            </td>
          ))}
        </>
      ) : (
        <td colSpan={2 + kinds.length}>
          <code>{`millrace reconcile --feed ${feed}`}</code> compares it with Kafka.
        </td>
      )}
    </tr>
  );
}
