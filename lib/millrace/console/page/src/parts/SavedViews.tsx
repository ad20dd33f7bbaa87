import { useState } from "preact/hooks";
import { go, type View } from "../state/view.ts";
import { plain } from "../text/hostile.ts";

const KEY = "millrace.views";
const MOST = 50;

interface Saved {
  readonly name: string;
  readonly href: string;
}

/** Views that this browser keeps. */
export function SavedViews({ view }: { view: View }) {
  const [views, set] = useState(stored);
  const keep = (made: readonly Saved[]): void => {
    set(made);
    try {
      localStorage.setItem(KEY, JSON.stringify(made));
    } catch {
      // Without storage they last as long as the page.
    }
  };
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get("name") ?? "").trim() || view.q || "all lines";
    const all = new URLSearchParams(view.all);
    all.delete("line");
    const made = { name: name.slice(0, 80), href: `/console/${view.page}?${all}` };
    keep([made, ...views.filter((one) => one.name !== made.name)].slice(0, MOST));
    form.reset();
  };
  return (
    <details class="menu">
      <summary class="quiet">views</summary>
      <div class="menu-body">
        <form onSubmit={save}>
          <input name="name" placeholder="name of this view" aria-label="Name of this view" maxLength={80} />
          <button type="submit" class="primary">Save</button>
        </form>
        {views.map((one) => (
          <div class="saved">
            <a href={one.href} onClick={(event) => (event.preventDefault(), go(one.href))}>{plain(one.name, 80)}</a>
            <button type="button" class="quiet" aria-label={`Remove ${plain(one.name, 80)}`} onClick={() => keep(views.filter((own) => own !== one))}>
              ✕
            </button>
          </div>
        ))}
      </div>
    </details>
  );
}

function stored(): readonly Saved[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    const fit = (one: unknown): one is Saved => {
      const { name, href } = (one ?? {}) as Partial<Saved>;
      return typeof name === "string" && typeof href === "string" && href.startsWith("/console/");
    };
    return Array.isArray(found) ? found.filter(fit) : [];
  } catch {
    return [];
  }
}
