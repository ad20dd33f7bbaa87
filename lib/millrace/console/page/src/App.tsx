import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Page, type PageProps, pageOf, pagesOf } from "./pages.ts";
import { Bar } from "./parts/Bar.tsx";
import { Keyboard } from "./parts/Keyboard.tsx";
import { ProblemNote } from "./parts/ProblemNote.tsx";
import { SignIn } from "./parts/SignIn.tsx";
import { useKeys } from "./state/keys.ts";
import { type Session, type Signed, useSession } from "./state/session.ts";
import { choose, useTheme } from "./state/theme.ts";
import { useClock } from "./state/ticks.ts";
import { go, hrefOf, shared, useView, type View, within } from "./state/view.ts";

/** The whole console: who is not signed in is asked for a token. */
export function App() {
  const signed = useSession();
  if (signed.problem) {
    return (
      <main class="sign-in">
        <ProblemNote problem={signed.problem} />
        <button type="button" class="primary" onClick={() => location.reload()}>Try again</button>
      </main>
    );
  }
  if (signed.session === undefined) return <main class="sign-in" aria-busy="true" />;
  if (signed.session === null) return <SignIn signIn={signed.signIn} />;
  return <Shell signed={signed} session={signed.session} />;
}

function Shell({ signed, session }: { signed: Signed; session: Session }) {
  const view = useView();
  const page = pageOf(view.page);
  const [isHelping, help] = useState(false);
  useClock(view);
  useKeys({ "?": () => help(!isHelping), "/": () => focusQuery(page, view) });
  useEffect(() => {
    document.title = `${page.title} · millrace`;
  }, [page]);
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
        <span class="brand">millrace</span>
        <nav aria-label="Pages">
          {pagesOf(session).map((one) => (
            <a href={hrefOf(one.name, shared(view))} aria-current={one === page ? "page" : undefined} onClick={within}>
              {one.title}
            </a>
          ))}
        </nav>
        <Switches signed={signed} session={session} onHelp={() => help(!isHelping)} />
      </header>
      <Bar view={view} page={page} />
      <main id="main" tabIndex={-1}>
        <Shown key={page.name} page={page} view={view} session={session} />
      </main>
      {isHelping && <Keyboard onClose={() => help(false)} />}
    </>
  );
}

function focusQuery(page: Page, view: View): void {
  if (!page.hasQuery) go(hrefOf("logs", shared(view)));
  seekQuery(100);
}

/** Focuses the query, once the page that has it is there. */
function seekQuery(tries: number): void {
  const query = document.getElementById("query");
  if (query) query.focus();
  else if (tries) setTimeout(() => seekQuery(tries - 1), 50);
}

function Switches({ signed, session, onHelp }: { signed: Signed; session: Session; onHelp: () => void }) {
  const theme = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <div class="switches">
      <button type="button" class="quiet" aria-label={`Switch to ${other}`} title={`Switch to ${other}`} onClick={() => choose(other)}>
        {theme === "dark" ? "☀" : "☾"}
      </button>
      <button type="button" class="quiet" aria-label="Keys" title="Keys (?)" onClick={onHelp}>
        ?
      </button>
      <button type="button" class="quiet" title={`Role: ${session.role}`} onClick={() => void signed.signOut()}>
        Sign out
      </button>
    </div>
  );
}

function Shown({ page, view, session }: PageProps & { page: Page }) {
  const [Loaded, set] = useState<ComponentType<PageProps> | null>(null);
  const [failed, fail] = useState(false);
  useEffect(() => {
    page.load().then((module) => set(() => module.default), () => fail(true));
  }, [page]);
  if (failed) {
    return <ProblemNote problem={{ title: "Page not loaded", status: 0, detail: "reload: a new version may be there" }} />;
  }
  return Loaded ? <Loaded view={view} session={session} /> : <p class="quiet-text" aria-busy="true">Loading …</p>;
}
