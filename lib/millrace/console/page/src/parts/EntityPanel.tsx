import { type Captured, differences, doneText, type Version } from "../state/entities.ts";
import { usePaged } from "../state/paged.ts";
import { timeText } from "../state/time.ts";
import { change, type View } from "../state/view.ts";
import { textOf } from "./lines.tsx";
import { Panel } from "./Panel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { LongText, Text } from "./Text.tsx";
import { useQuery } from "./useQuery.ts";

interface EntityPanelProps {
  readonly entity: Captured;
  readonly rowKey: string;
  readonly view: View;
  readonly onClose: () => void;
}

/** A row, now or as of the time of the address, and all its versions, the last first. */
export function EntityPanel({ entity, rowKey, view, onClose }: EntityPanelProps) {
  const path = { entity: entity.name, key: rowKey };
  const asOf = view.all["as_of"] ?? null;
  const { data, problem, isLoading } = useQuery("/v1/entities/{entity}/{key}", { path, query: { as_of: asOf } });
  return (
    <Panel title={<><Text text={entity.name} /> <Text text={rowKey} most={120} /></>} onClose={onClose}>
      {problem?.status === 404 ? <p role="status"><Text text={asOf === null ? problem.detail : `As of then: ${problem.detail}`} /></p> : <ProblemNote problem={problem} />}
      {isLoading && !data && <p class="quiet-text" role="status">Reading …</p>}
      {data && (
        <section aria-label="The row">
          <h3>{data.as_of ? <>As of <time>{timeText(data.as_of.time, view.tz)}</time></> : "Now"}</h3>
          <dl class="fields">
            {entity.fields.map(({ name, type }) => (
              <div>
                <dt title={type}><Text text={name} /></dt>
                <dd>{data.item.unknown.includes(name) ? <i class="quiet-text">not known: no change told it</i> : <LongText text={shown(data.item.fields[name])} />}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <History path={path} view={view} />
    </Panel>
  );
}

function shown(value: unknown): string {
  return value === null ? "null" : value === undefined ? "(not sent)" : textOf(value);
}

function History({ path, view }: { path: { entity: string; key: string }; view: View }) {
  const versions = usePaged("/v1/entities/{entity}/{key}/history", { size: 50 }, true, path);
  const { items, page } = versions;
  return (
    <section aria-label="History">
      <h3>History, the last change first</h3>
      <ProblemNote problem={versions.problem} />
      {page && items.length === 0 && <p class="quiet-text">No change is kept of it.</p>}
      <ol class="versions">
        {items.map((one, n) => (
          <Entry key={one.id} version={one} before={items[n + 1]} isLast={n === items.length - 1 && !page?.next} view={view} />
        ))}
      </ol>
      {page?.next && <button type="button" class="secondary" disabled={versions.isLoading} onClick={versions.more}>Earlier changes</button>}
    </section>
  );
}

function Entry({ version, before, isLast, view }: { version: Version; before: Version | undefined; isLast: boolean; view: View }) {
  const { committed_at, kafka } = version.change;
  const changed = before || isLast ? differences(version, before) : [];
  return (
    <li>
      <div class="tools">
        <time>{timeText(committed_at ?? "", view.tz)}</time> <b>{doneText(version.change)}</b>
        {kafka && <span class="quiet-text">offset {String(kafka["offset"])}</span>}
        <span class="grow" />
        {committed_at && <button type="button" class="quiet" onClick={() => change({ as_of: committed_at })}>as of then</button>}
      </div>
      {version.fields && changed.length > 0 && (
        <dl class="fields">
          {changed.map(({ name, before: was, after }) => (
            <div>
              <dt><Text text={name} /></dt>
              <dd><span>{was !== null && <><s><Text text={textOf(was)} most={200} /></s> → </>}<Text text={shown(after)} most={200} /></span></dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}
