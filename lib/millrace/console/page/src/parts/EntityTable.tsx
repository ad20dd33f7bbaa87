import type { Schemas } from "../api/client.ts";
import { type Captured, type Connector, wrongWith } from "../state/entities.ts";
import { ALL_TIME, timeText } from "../state/time.ts";
import { change, hrefOf, shared, type View, within } from "../state/view.ts";
import { count, counted } from "../text/numbers.ts";
import { Copy } from "./Copy.tsx";
import { Text } from "./Text.tsx";

interface EntityTableProps {
  readonly entities: readonly Captured[];
  readonly connectors: readonly Connector[];
  readonly opened: string;
  readonly view: View;
}

/** Where each entity stands: what is stored and what waits, its connector, and the last proof. */
export function EntityTable({ entities, connectors, opened, view }: EntityTableProps) {
  const failing = entities.flatMap((one) => one.verdict?.advice ?? []);
  return (
    <section class="card proof captured" aria-labelledby="entities">
      <h2 id="entities">What is captured</h2>
      <div class="scrolled" tabIndex={0} role="region" aria-label="Entities">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">entity</th>
              <th scope="col">table</th>
              <th scope="col" class="number">rows</th>
              <th scope="col" class="number">changes that wait</th>
              <th scope="col">last batch</th>
              <th scope="col">history since</th>
              <th scope="col">connector</th>
              <th scope="col" class="number">dead letters</th>
              <th scope="col">equal to its table?</th>
            </tr>
          </thead>
          <tbody>
            {entities.map((one) => (
              <Entity key={one.name} entity={one} connector={connectors.find((own) => own.source === one.source)} isOpened={one.name === opened} view={view} />
            ))}
          </tbody>
        </table>
      </div>
      {failing.map(({ text, command }) => (
        <p class="mend">
          {command ? <code>{command}</code> : <Text text={text} />} {command && <Copy label="command" text={command} />}
        </p>
      ))}
    </section>
  );
}

function Entity({ entity, connector, isOpened, view }: { entity: Captured; connector: Connector | undefined; isOpened: boolean; view: View }) {
  const lag = entity.freshness.lag_lines;
  const at = (text: string | null | undefined) => (text ? <time>{timeText(text, view.tz, false)}</time> : "never");
  return (
    <tr>
      <th scope="row">
        <button type="button" class="quiet" aria-pressed={isOpened} onClick={() => change({ entity: entity.name, row: null, where: null })}>
          <Text text={entity.name} />
        </button>
      </th>
      <td>
        <Text text={`${entity.source} ${entity.table}`} />
      </td>
      <td class="number">{count(entity.rows)}</td>
      <td class="number">{lag === null ? "not known" : count(lag)}</td>
      <td>{at(entity.last_batch?.committed_at)}</td>
      <td>{at(entity.history_begins_at)}</td>
      <td>{connector ? <ConnectorState connector={connector} /> : "…"}</td>
      <td class="number">
        <a href={hrefOf("dead-letters", { ...shared(view), feed: null, entity: entity.name, from: ALL_TIME, to: "now" })} onClick={within}>
          {count(entity.open_dead_letters)}
        </a>
      </td>
      <td>
        <Verdict verdict={entity.verdict} zone={view.tz} />
      </td>
    </tr>
  );
}

function ConnectorState({ connector }: { connector: Connector }) {
  const wrong = wrongWith(connector);
  if (wrong) {
    return (
      <span class="verdict fails">
        ≠ <Text text={wrong} most={160} />
      </span>
    );
  }
  const age = connector.heartbeat_age_s;
  return <span class="verdict holds">✓ running{age === null ? ", no heartbeat yet" : `, heartbeat ${Math.round(age)} s ago`}</span>;
}

function Verdict({ verdict, zone }: { verdict: Schemas["Verdict"] | null; zone: string }) {
  if (!verdict) return <span class="verdict never">◌ never compared</span>;
  const keys = Object.entries(verdict.faults).filter(([, many]) => many).map(([kind, many]) => `${counted(many, "key")} ${kind}`);
  return (
    <span class={`verdict ${verdict.holds ? "holds" : "fails"}`}>
      {verdict.holds ? "✓ equal" : `≠ ${keys.join(", ")}`} as of <time>{timeText(verdict.ended_at, zone, false)}</time>
    </span>
  );
}
