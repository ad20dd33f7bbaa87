import { useState } from "preact/hooks";
import type { Page } from "../pages.ts";
import { useFeeds } from "../state/known.ts";
import { intervalS, tick } from "../state/ticks.ts";
import { instantOf, isRelative, isZone, millisOf, OWN_ZONE, timeText } from "../state/time.ts";
import { change, DEFAULTS, type View } from "../state/view.ts";
import { SavedViews } from "./SavedViews.tsx";

const SPANS = [
  ["now-15m", "15 min"], ["now-1h", "1 h"], ["now-6h", "6 h"], ["now-24h", "24 h"], ["now-7d", "7 d"],
] as const;

/** What all pages share: the span of time with its zone, the feeds, and how often to ask again. */
export function Bar({ view, page }: { view: View; page: Page }) {
  const feeds = useFeeds();
  return (
    <div class="bar" role="group" aria-label="Time and feeds">
      {!page.isTimeless && <Span view={view} />}
      <Zone view={view} />
      {feeds.length > 1 && (
        <label class="field">
          <span>feed</span>
          <select value={view.feeds.join(",")} onChange={(event) => change({ feed: event.currentTarget.value })}>
            <option value="">all</option>
            {view.feeds.length > 1 && <option value={view.feeds.join(",")}>{view.feeds.join(", ")}</option>}
            {feeds.map((one) => (
              <option value={one}>{one}</option>
            ))}
          </select>
        </label>
      )}
      {!page.isStill && (!page.isTimeless || page.hasRefresh) && <Refresh view={view} />}
      <SavedViews view={view} />
    </div>
  );
}

function Span({ view }: { view: View }) {
  const [isEdited, edit] = useState(false);
  const isUsual = view.to === "now" && SPANS.some(([from]) => from === view.from);
  const named = isUsual ? null : `${spanText(view.from, view.tz)} – ${spanText(view.to, view.tz)}`;
  return (
    <>
      <div class="tabs" role="group" aria-label="Span of time">
        {SPANS.map(([from, text]) => (
          <button
            type="button"
            aria-pressed={view.to === "now" && view.from === from}
            onClick={() => {
              edit(false);
              change({ from, to: "now" });
            }}
          >
            {text}
          </button>
        ))}
        <button type="button" aria-pressed={!isUsual} aria-expanded={isEdited} onClick={() => edit(!isEdited)}>
          {named ?? "from – to"}
        </button>
      </div>
      {isEdited && <Custom view={view} onDone={() => edit(false)} />}
    </>
  );
}

function spanText(text: string, zone: string): string {
  const at = millisOf(text, Date.now());
  return isRelative(text) || at === null ? text : timeText(at, zone, false);
}

function Custom({ view, onDone }: { view: View; onDone: () => void }) {
  const [wrong, tell] = useState("");
  const shown = (text: string): string => (isRelative(text) ? text : spanText(text, view.tz));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const read = (name: string): string => {
      const text = String(form.get(name) ?? "").trim();
      return instantOf(text, view.tz) ?? text;
    };
    const [from, to] = [read("from"), read("to")];
    const [since, until] = [millisOf(from, Date.now()), millisOf(to, Date.now())];
    if (since === null || until === null || since >= until) {
      tell("Expected a beginning before the end, as now-2h or 2026-11-28 10:00");
      return;
    }
    change({ from, to });
    onDone();
  };
  return (
    <form class="custom" onSubmit={submit}>
      <label class="field">
        <span>from</span>
        <input name="from" value={shown(view.from)} size={19} autocomplete="off" />
      </label>
      <label class="field">
        <span>to</span>
        <input name="to" value={shown(view.to)} size={19} autocomplete="off" />
      </label>
      <button type="submit" class="primary">Apply</button>
      {wrong && <span class="wrong" role="alert">{wrong}</span>}
    </form>
  );
}

function Zone({ view }: { view: View }) {
  return (
    <label class="field">
      <span>zone</span>
      <input
        list="zones"
        value={view.tz}
        size={12}
        spellcheck={false}
        aria-invalid={!isZone(view.tz)}
        onChange={(event) => {
          const zone = event.currentTarget.value.trim() || DEFAULTS.tz;
          if (isZone(zone)) change({ tz: zone });
          else event.currentTarget.value = view.tz;
        }}
      />
      <datalist id="zones">
        {[...new Set(["UTC", OWN_ZONE, ...Intl.supportedValuesOf("timeZone")])].map((one) => (
          <option value={one} />
        ))}
      </datalist>
    </label>
  );
}

function Refresh({ view }: { view: View }) {
  const seconds = intervalS(view);
  if (!isRelative(view.to)) return null;
  return (
    <div class="tabs" role="group" aria-label="Refresh">
      <button type="button" aria-pressed={seconds === null} onClick={() => change({ refresh: seconds === null ? null : "off" })}>
        {seconds === null ? "▶ go on" : `❚❚ every ${seconds} s`}
      </button>
      <button type="button" aria-label="Refresh now" title="Refresh now" onClick={tick}>
        ↻
      </button>
    </div>
  );
}
