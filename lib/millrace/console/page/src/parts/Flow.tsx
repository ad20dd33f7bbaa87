import type { ComponentChildren } from "preact";
import type { Schemas } from "../api/client.ts";
import { lengthText, timeText } from "../state/time.ts";
import { behindMs } from "../state/trust.ts";
import { hrefOf, shared, type View } from "../state/view.ts";
import { count, counted } from "../text/numbers.ts";
import { Text } from "./Text.tsx";

type Stage = Schemas["Stage"];
type Batch = Schemas["LastBatch"];

/** A feed's way from Kafka by its jobs into the stores, with what waits on it. */
export function Flow({ stage, view, onLetters }: { stage: Stage; view: View; onLetters: () => void }) {
  const now = Date.now();
  const { aggregate } = stage;
  const figures = aggregate?.newest_window ?? null;
  return (
    <div class="flow">
      <div class="node kafka">
        <h3>Kafka</h3>
        <p>
          topic <Text text={stage.topic} />
        </p>
      </div>
      <ul class="ways" aria-label={`Jobs that read ${stage.feed}`}>
        <Way job="ingest" store="MongoDB" lag={stage.freshness.lag_lines} seconds={behindText(stage, now)} batch={stage.last_batch} zone={view.tz} now={now}>
          <p>
            <a href={hrefOf("logs", { ...shared(view), feed: stage.feed, q: null })}>about {counted(stage.documents, "document")}</a>
          </p>
          <p>
            <button type="button" class="quiet letters" onClick={onLetters} disabled={!stage.open_dead_letters}>
              {counted(stage.open_dead_letters, "open dead letter")}
            </button>
          </p>
        </Way>
        {aggregate ? (
          <Way job="aggregate" store="MySQL" lag={aggregate.lag_lines} seconds={null} batch={aggregate.last_batch} zone={view.tz} now={now}>
            <p>{figures ? <>newest minute <time>{timeText(figures, view.tz, false)}</time></> : "no figures yet"}</p>
          </Way>
        ) : (
          <li class="way unknown">
            <p class="wrong">aggregate → MySQL: MySQL does not answer.</p>
          </li>
        )}
        <li class="way untold">
          <span class="edge" aria-hidden="true">
            <span class="from">from Kafka</span>
          </span>
          <div class="node job">
            <h3>archive</h3>
            <p>told by its metrics alone</p>
          </div>
          <span class="edge" aria-hidden="true" />
          <div class="node store">
            <h3>Delta Lake</h3>
          </div>
        </li>
      </ul>
    </div>
  );
}

/** How far behind `ingest` is in time; null where nobody knows. */
function behindText({ freshness }: Stage, now: number): string | null {
  if (freshness.lag_lines === 0) return "0 s";
  const behind = behindMs({ freshness: [freshness], proof: [] }, now);
  return behind === null ? null : lengthText(behind);
}

interface WayProps {
  readonly job: string;
  readonly store: string;
  readonly lag: number | null;
  readonly seconds: string | null;
  readonly batch: Batch | null;
  readonly zone: string;
  readonly now: number;
  readonly children: ComponentChildren;
}

function Way({ job, store, lag, seconds, batch, zone, now, children }: WayProps) {
  const state = lag === null ? "unknown" : lag > 0 ? "behind" : "level";
  return (
    <li class={`way ${state}`}>
      <span class="edge">
        <span class="from">from Kafka: </span>
        lag <b>{lag === null ? "unknown" : counted(lag, "line")}</b>
        {seconds !== null && <>, {seconds}</>}
      </span>
      <div class="node job">
        <h3>{job}</h3>
        {batch ? (
          <p title={batch.key}>
            last batch of {counted(batch.lines, "line")}, <time title={timeText(batch.committed_at, zone)}>{lengthText(now - Date.parse(batch.committed_at))} ago</time>
          </p>
        ) : (
          <p>no batch yet</p>
        )}
      </div>
      <span class="edge" aria-hidden="true" />
      <div class="node store">
        <h3>{store}</h3>
        {children}
      </div>
    </li>
  );
}

/** The meaning of each kind of fault that a reconcile counts. */
export const FAULTS: Readonly<Record<string, string>> = {
  missing: "lines in Kafka that are neither a document nor a dead letter",
  doubled: "lines that are stored more than once",
  in_both: "lines that are a document and a dead letter",
  never_committed: "lines that are stored, though no batch that took them was committed",
  forgotten: "lines that a job has passed over",
  lost: "lines that Kafka deleted before a job read them",
  differing: "windows of a table whose figures are not those of their lines",
  uncompared: "1 where no window could be compared",
};

/** A number of faults; none is quiet. */
export function Faults({ many }: { many: number | undefined }) {
  return many ? <b class="wrong">{count(many)}</b> : <span class="none">{many === undefined ? "–" : "0"}</span>;
}
