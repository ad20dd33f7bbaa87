import { useEffect, useRef, useState } from "preact/hooks";
import { address, get, type Problem, problemOf, send } from "../api/client.ts";
import { type AlertRule, bodyOf, deliveryText, type Draft, draftOf, faultsOf, type MetricOfRules, NEW, STANDINGS, standingOf, valueText } from "../state/rules.ts";
import { tick } from "../state/ticks.ts";
import { timeText } from "../state/time.ts";
import { ofFigures } from "../state/trust.ts";
import { change, type View } from "../state/view.ts";
import { Badge } from "./Badge.tsx";
import type { Point } from "./LinesPanel.tsx";
import { Panel } from "./Panel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { RuleFields } from "./RuleForm.tsx";
import { RulePreview, useTried } from "./RulePreview.tsx";
import { Text } from "./Text.tsx";
import { Twice } from "./Twice.tsx";
import { useQuery } from "./useQuery.ts";

interface RulePanelProps {
  /** The rule; null of a new one. */
  readonly stored: AlertRule | null;
  readonly metrics: readonly MetricOfRules[];
  readonly view: View;
  readonly mayWrite: boolean;
  readonly onOpen: (point: Point) => void;
  readonly onMade: (made: AlertRule) => void;
}

const close = (): void => change({ rule: null });

/** A rule: how it stands, what it would have done, its keys, what became of it. */
export function RulePanel({ stored, metrics, view, mayWrite, onOpen, onMade }: RulePanelProps) {
  const [draft, set] = useState<Draft>(stored ? draftOf(stored.rule) : { ...NEW, filter: { ...NEW.filter, feed: [...view.feeds] } });
  // Changes are of the version that was read, whatever the list has by now.
  const [version, setVersion] = useState(stored?.version ?? 0);
  const [problem, tell] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const from = view.all["tried"] ?? "now-24h";
  const metric = metrics.find((one) => one.name === draft.metric);
  const tried = useTried(draft, metric, from);
  const { fields, rest } = faultsOf(problem ?? tried.problem);
  // The API tells of bounds that are missing before it looks at the rest.
  const faults = problem && !draft.name.trim() ? { ...fields, name: "expected a name" } : fields;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  const act = async (acting: () => Promise<void>): Promise<void> => {
    setBusy(true);
    tell(null);
    try {
      await acting();
      tick();
    } catch (error) {
      tell(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const url = stored ? address("/v1/alerts/{id}", { path: { id: stored.id } }) : "/v1/alerts";
  const save = (): Promise<void> =>
    act(async () => {
      const answer = await send(stored ? "PUT" : "POST", url, bodyOf(draft, metric), stored ? { ifMatch: `"${version}"` } : {});
      const made = (await answer.json()) as AlertRule;
      setVersion(made.version);
      if (stored) return;
      onMade(made);
      change({ rule: made.id }, "replace");
    });
  const readAgain = (): Promise<void> =>
    act(async () => {
      const now = await get("/v1/alerts/{id}", { path: { id: stored?.id ?? "" } });
      set(draftOf(now.rule));
      setVersion(now.version);
    });
  const remove = (): Promise<void> =>
    act(async () => {
      await send("DELETE", url, undefined, { ifMatch: `"${version}"` });
      close();
    });
  return (
    <Panel title={stored ? <Text text={stored.rule.name} most={128} /> : "New rule"} onClose={close}>
      {stored && <Standing stored={stored} metrics={metrics} view={view} />}
      {stored && mayWrite && <Silence stored={stored} url={url} act={act} isBusy={isBusy} />}
      <RulePreview draft={draft} metric={metric} tried={tried} from={from} view={view} onOpen={onOpen} onSpan={(span) => change({ tried: span === "now-24h" ? null : span }, "replace")} />
      <form
        class="rule"
        ref={form}
        aria-label="Rule"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <fieldset disabled={!mayWrite || isBusy}>
          <RuleFields draft={draft} metrics={metrics} faults={faults} view={view} onChange={(next) => (tell(null), set(next))} />
          <ProblemNote problem={rest} />
          {problem?.status === 412 && stored && (
            <button type="button" class="secondary" onClick={() => void readAgain()}>
              Read it again, without these changes
            </button>
          )}
          {mayWrite ? (
            <div class="tools">
              <button type="submit" class="primary">{stored ? "Save" : "Create"}</button>
              {stored && <Twice label="Delete" question="Delete this rule? What it fires is resolved." onSure={() => void remove()} />}
            </div>
          ) : (
            <p class="quiet-text">Your token may read alone: rules are changed with one of the role operate.</p>
          )}
        </fieldset>
      </form>
      {stored && <History id={stored.id} unit={metric?.unit} view={view} />}
    </Panel>
  );
}

function Standing({ stored, metrics, view }: { stored: AlertRule; metrics: readonly MetricOfRules[]; view: View }) {
  const { state, rule, fault } = stored;
  const standing = standingOf(stored);
  const unit = metrics.find((one) => one.name === rule.metric)?.unit;
  const at = (time: string): string => timeText(time, view.tz, false);
  const { window } = state ?? {};
  const vouched = window?.trust ? ofFigures(window.table, [window.trust], { freshness: [], proof: [] }, view.tz) : null;
  return (
    <section class={`standing ${standing}`} aria-label="How it stands">
      <p>
        <strong class={`state ${standing}`}>{STANDINGS[standing]}</strong>
        {state?.since && <> since {at(state.since)}</>}
        {state && (
          <>
            , last value <b>{valueText(unit, state.value)}</b> <Badge vouched={vouched} of="Last value" />
          </>
        )}
      </p>
      {fault && <p class="wrong"><Text text={fault} /></p>}
      {state && (
        <p class="quiet-text">
          Evaluated until {at(state.evaluated_until)}, counted until {at(state.counted_until)}; {deliveryText(stored, view.tz)}.
        </p>
      )}
    </section>
  );
}

const SILENCES = [["now+1h", "1 h"], ["now+4h", "4 h"], ["now+24h", "24 h"], ["now+7d", "7 d"]] as const;

interface SilenceProps {
  readonly stored: AlertRule;
  readonly url: string;
  readonly act: (acting: () => Promise<void>) => Promise<void>;
  readonly isBusy: boolean;
}

function Silence({ stored, url, act, isBusy }: SilenceProps) {
  const silence = (until: string) => act(async () => void (await send("POST", `${url}/silence`, { until })));
  const end = () => act(async () => void (await send("POST", `${url}/unsilence`)));
  return (
    <div class="tools" role="group" aria-label="Silence">
      <span class="quiet-text">{stored.silenced_until ? "Silenced: nobody is told of it." : "Tell nobody of it for"}</span>
      {stored.silenced_until ? (
        <button type="button" disabled={isBusy} onClick={() => void end()}>End the silence</button>
      ) : (
        <span class="tabs">
          {SILENCES.map(([until, text]) => (
            <button type="button" disabled={isBusy} onClick={() => void silence(until)}>{text}</button>
          ))}
        </span>
      )}
    </div>
  );
}

function History({ id, unit, view }: { id: string; unit: string | undefined; view: View }) {
  const { data, problem } = useQuery("/v1/alerts/{id}/history", { path: { id }, query: { from: "now-30d", to: "now" } }, { live: true });
  const at = (time: string): string => timeText(time, view.tz, false);
  return (
    <section aria-label="History">
      <h3>History of 30 days</h3>
      <ProblemNote problem={problem} />
      {data && !data.items.length && <p class="quiet-text">It has not fired.</p>}
      {data && data.items.length > 0 && (
        <div class="steps" tabIndex={0} role="region" aria-label="History as a table">
          <table>
            <thead>
              <tr>{["minute until", "what", "value", "bounds", "told"].map((one) => <th scope="col">{one}</th>)}</tr>
            </thead>
            <tbody>
              {data.items.map((one) => (
                <tr class={one.withdrawn_at ? "withdrawn" : ""}>
                  <th scope="row"><time>{at(one.at)}</time></th>
                  <td>
                    {one.kind}
                    {one.is_correction && ", corrected"}
                    {one.withdrawn_at && `, withdrawn ${at(one.withdrawn_at)}`}
                  </td>
                  <td>{one.cause === "no_data" ? "no data" : valueText(unit, one.value)}</td>
                  <td>{one.bounds}</td>
                  <td><time>{at(one.told_at)}</time></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data?.is_cut && <p class="quiet-text">There is more.</p>}
    </section>
  );
}
