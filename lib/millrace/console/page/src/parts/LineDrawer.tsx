import { useState } from "preact/hooks";
import { address, type Answer } from "../api/client.ts";
import { timeText } from "../state/time.ts";
import { ofLines } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { termOf, withTerm } from "../text/query.ts";
import { Badge } from "./Badge.tsx";
import { Copy } from "./Copy.tsx";
import { type Line, lineClass, lineColumns, lineKey, textOf } from "./lines.tsx";
import { Panel } from "./Panel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { Table } from "./Table.tsx";
import { LongText, Text } from "./Text.tsx";
import { useQuery } from "./useQuery.ts";

const TABS = ["fields", "raw", "lineage", "context", "json"] as const;
type Tab = (typeof TABS)[number];
type Detail = Answer<"/v1/logs/{feed}/{id}">;

/** One line: its fields, the line itself, where it came from, and what stands around it. */
export function LineDrawer({ line, view, onClose }: { line: string; view: View; onClose: () => void }) {
  const [tab, show] = useState<Tab>("fields");
  const slash = line.indexOf("/");
  const path = { feed: line.slice(0, slash), id: line.slice(slash + 1) };
  const { data, problem, isLoading } = useQuery("/v1/logs/{feed}/{id}", { path });
  const item = data?.item as Line | undefined;
  const at = item ? String(item["timestamp"]) : "";
  return (
    <Panel title={item ? <>{timeText(at, view.tz)} · {path.feed}</> : "Line"} onClose={onClose}>
      <ProblemNote problem={problem} />
      {isLoading && !data && <p class="quiet-text" role="status">Reading …</p>}
      {data && item && (
        <>
          <div class="tools">
            <Badge vouched={ofLines(data, Date.parse(at), view.tz)} of="line" />
            <Copy label="link" text={location.href} />
            <Copy label="JSON" text={JSON.stringify(item, null, 2)} />
            <Copy label="curl" text={curl(path)} />
          </div>
          <Anomaly item={item} />
          <div class="tabs" role="tablist" aria-label="Parts of the line">
            {TABS.map((one) => (
              <button type="button" role="tab" id={`tab-${one}`} aria-controls="tab-body" aria-selected={one === tab} onClick={() => show(one)}>
                {one}
              </button>
            ))}
          </div>
          <div key={line} role="tabpanel" id="tab-body" aria-labelledby={`tab-${tab}`} class="tab-body" tabIndex={0}>
            {tab === "fields" && <Fields item={item} view={view} />}
            {tab === "raw" && (item["raw"] === undefined ? <p>The line itself is not stored.</p> : <LongText text={textOf(item["raw"])} />)}
            {tab === "lineage" && <Facts values={data.lineage} zone={view.tz} />}
            {tab === "context" && <Context path={path} item={item} view={view} />}
            {tab === "json" && <LongText text={JSON.stringify(item, null, 2)} />}
          </div>
        </>
      )}
    </Panel>
  );
}

/** The command that answers with this line. */
function curl(path: { feed: string; id: string }): string {
  const url = location.origin + address("/v1/logs/{feed}/{id}", { path }).replace(/'/g, "%27");
  return `curl -sH "Authorization: Bearer $TOKEN" '${url}'`;
}

interface Reason {
  readonly rule: string;
  readonly observed: string;
  readonly threshold: string;
  readonly points: number;
}

function Anomaly({ item }: { item: Line }) {
  const found = item["anomaly"] as { score?: number; severity?: string; reasons?: readonly Reason[] } | undefined;
  if (!found) return null;
  return (
    <section class="anomaly">
      <h3>
        Anomaly: {textOf(found.severity)}, score {textOf(found.score)}
      </h3>
      <ul class="why">
        {(found.reasons ?? []).map((one) => (
          <li>
            <b>
              <Text text={one.rule} />
            </b>
            : observed <Text text={textOf(one.observed)} most={200} />,{" "}
            {textOf(one.threshold) && <>threshold <Text text={textOf(one.threshold)} most={200} />, </>}
            {one.points} points
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Every value with its path; maps and structures are laid out flat. */
function flat(values: object, prefix = ""): [string, unknown][] {
  return Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    const isInner = value !== null && typeof value === "object" && !Array.isArray(value);
    return isInner ? flat(value as object, `${prefix}${name}.`) : [[prefix + name, value]];
  });
}

const SHOWN_ELSEWHERE = new Set(["raw", "anomaly.reasons"]);
const NO_TERM = /^(_id|feed|raw|kafka\.|parser_version)/;

function Fields({ item, view }: { item: Line; view: View }) {
  return (
    <dl class="fields">
      {flat(item).filter(([name]) => !SHOWN_ELSEWHERE.has(name)).map(([name, value]) => (
        <div>
          <dt>
            <Text text={name} most={120} />
          </dt>
          <dd>
            <LongText text={textOf(value)} />
            {!NO_TERM.test(name) && typeof value !== "object" && textOf(value).length < 1000 && (
              <span class="narrow">
                <button type="button" class="quiet" aria-label={`Only this ${name}`} onClick={() => narrow(view, name, value, false)}>+</button>
                <button type="button" class="quiet" aria-label={`Without this ${name}`} onClick={() => narrow(view, name, value, true)}>−</button>
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function narrow(view: View, name: string, value: unknown, isNot: boolean): void {
  change({ q: withTerm(view.q, termOf(name, textOf(value)), isNot), line: null });
}

function Facts({ values, zone }: { values: Detail["lineage"]; zone: string }) {
  return (
    <dl class="fields">
      {flat(values).map(([name, value]) => (
        <div>
          <dt>
            <Text text={name} most={120} />
          </dt>
          <dd>
            <Text text={name.endsWith("_at") ? timeText(textOf(value), zone) : textOf(value)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const SIDES = { partition: "partition", service: "service_name", request_id: "request_id" } as const;

function Context({ path, item, view }: { path: { feed: string; id: string }; item: Line; view: View }) {
  const [by, choose] = useState<keyof typeof SIDES>("partition");
  const { data, problem, isLoading } = useQuery("/v1/logs/{feed}/{id}/context", { path, query: { by, size: 25 } });
  const rows = data ? ([...data.before, data.item, ...data.after] as unknown as Line[]) : [];
  return (
    <div class="context">
      <div class="tabs" role="group" aria-label="Lines around it by">
        {(Object.keys(SIDES) as (keyof typeof SIDES)[])
          .filter((one) => one === "partition" || item[SIDES[one]] !== undefined)
          .map((one) => (
            <button type="button" aria-pressed={one === by} onClick={() => choose(one)}>
              {one}
            </button>
          ))}
      </div>
      <ProblemNote problem={problem} />
      <Table
        label={`Lines around it by ${by}`}
        rows={rows}
        columns={lineColumns(["timestamp", "level", "summary"], view.tz)}
        keyOf={lineKey}
        classOf={(line) => `${lineClass(line)} ${lineKey(line) === lineKey(item) ? "here" : ""}`}
        selected={null}
        onSelect={() => undefined}
        onOpen={(line) => change({ line: lineKey(line) }, "replace")}
        empty={isLoading ? "Reading …" : "No line."}
      />
    </div>
  );
}
