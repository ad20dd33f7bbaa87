import { useKnown } from "../state/known.ts";
import { change, type View } from "../state/view.ts";

const USUAL = matchMedia("(max-width: 640px)").matches
  ? ["timestamp", "level", "summary"]
  : ["timestamp", "level", "service_name", "summary"];
const ALSO = ["summary", "feed", "_id"];

/** The columns of a view: those of its address, or the usual ones. */
export function columnsOf(view: View): string[] {
  const chosen = (view.all["cols"] ?? "").split(",").filter(Boolean);
  return chosen.length ? chosen.slice(0, 20) : USUAL;
}

/** Chooses the columns of lines. */
export function Columns({ view }: { view: View }) {
  const { fields } = useKnown();
  const chosen = columnsOf(view);
  const offered = fields.filter((one) => !view.feeds.length || one.feeds.some((feed) => view.feeds.includes(feed)));
  const names = [...new Set([...chosen, ...ALSO, ...offered.filter((one) => one.type !== "map").map((one) => one.name)])];
  // Where a line comes from in Kafka is asked for last.
  names.sort((one, other) => Number(one.startsWith("kafka.")) - Number(other.startsWith("kafka.")));
  const toggle = (name: string): void => {
    const made = chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name];
    const isUsual = made.join() === USUAL.join();
    change({ cols: isUsual || !made.length ? null : made.join(",") }, "replace");
  };
  return (
    <details class="menu">
      <summary class="quiet">columns</summary>
      <div class="menu-body" role="group" aria-label="Columns">
        {names.map((name) => (
          <label>
            <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} /> {name}
          </label>
        ))}
      </div>
    </details>
  );
}
