import { pageOf } from "../pages.ts";
import { type Saved, shownBy, useSaved, type Views } from "../state/saved.ts";
import { go, type View } from "../state/view.ts";
import { plain } from "../text/hostile.ts";
import { Text } from "./Text.tsx";

/** A menu of the views that this browser keeps, and where the one that is shown is given a name. */
export function SavedViews({ view }: { view: View }) {
  const saved = useSaved();
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get("name") ?? "").trim();
    saved.save(view, name || view.q || pageOf(view.page).title);
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
        {saved.views.map((one) => (
          <div class="saved">
            <Opener one={one} />
            <Remover one={one} saved={saved} />
          </div>
        ))}
      </div>
    </details>
  );
}

/** The same as a table, with what each of them shows. */
export function SavedList() {
  const saved = useSaved();
  if (!saved.views.length) {
    return <p class="quiet-text">No view is kept yet: give the one that you look at a name, by <b>views</b> above. Reports are kept so as well.</p>;
  }
  return (
    <div class="scrolled" tabIndex={0} role="region" aria-label="Saved views as a table">
      <table class="plain">
        <thead>
          <tr>
            {["name", "page", "time", "of"].map((one) => <th scope="col">{one}</th>)}
            <th scope="col"><span class="hidden">remove</span></th>
          </tr>
        </thead>
        <tbody>
          {saved.views.map((one) => {
            const shown = shownBy(one);
            return (
              <tr key={one.name}>
                <th scope="row"><Opener one={one} /></th>
                <td>{pageOf(shown.page).title}</td>
                <td>{plain(`${shown.from} – ${shown.to}`, 80)}</td>
                <td><Text text={[...shown.feeds, shown.q].filter(Boolean).join(" ") || "all"} most={120} /></td>
                <td><Remover one={one} saved={saved} /></td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const Opener = ({ one }: { one: Saved }) => (
  <a href={one.href} onClick={(event) => (event.preventDefault(), go(one.href))}>{plain(one.name, 80)}</a>
);

const Remover = ({ one, saved }: { one: Saved; saved: Views }) => (
  <button type="button" class="quiet" aria-label={`Remove ${plain(one.name, 80)}`} onClick={() => saved.remove(one)}>
    ✕
  </button>
);
