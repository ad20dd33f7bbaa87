// Answers that go on page by page.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Answer, get, type Problem, problemOf, type QueryOf } from "../api/client.ts";
import { useHeldTicks } from "./ticks.ts";

/** Answers that have `items`, and `next` to be handed back as `after`, by their paths. */
interface Pages {
  "/v1/logs": Answer<"/v1/logs">;
  "/v1/dead-letters": Answer<"/v1/dead-letters">;
  "/v1/entities/{entity}": Answer<"/v1/entities/{entity}">;
  "/v1/entities/{entity}/{key}/history": Answer<"/v1/entities/{entity}/{key}/history">;
}
export type PagedPath = keyof Pages;
type ItemOf<P extends PagedPath> = Pages[P]["items"][number];

export interface Paged<P extends PagedPath> {
  readonly items: readonly ItemOf<P>[];
  /** The last page, with what it says of itself. */
  readonly page: Pages[P] | null;
  readonly problem: Problem | null;
  readonly isLoading: boolean;
  /** Asks for the next page, where there is one. */
  readonly more: () => void;
}

const MOST = 20_000;

/** All that a question has, read page by page; while it is `held` no tick changes it. `place` fills in the path. */
export function usePaged<P extends PagedPath>(path: P, query: QueryOf<P>, isHeld: boolean, place: Record<string, string> = {}): Paged<P> {
  const [state, set] = useState<Omit<Paged<P>, "more">>({ items: [], page: null, problem: null, isLoading: true });
  const ticks = useHeldTicks(isHeld);
  const question = JSON.stringify([query, place]);
  const running = useRef<AbortController | null>(null);
  const ask = useCallback((after: string | null, before: readonly ItemOf<P>[]): void => {
    running.current?.abort();
    const abort = (running.current = new AbortController());
    set((now) => ({ ...now, isLoading: true }));
    const asked = get(path, { query: { ...(query as object), after } as never, path: place, signal: abort.signal }) as Promise<Pages[P]>;
    asked.then(
      (page) => {
        running.current = null;
        set({ items: [...before, ...page.items], page, problem: null, isLoading: false });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        running.current = null;
        const problem = problemOf(error);
        set((now) => ({ ...now, problem, isLoading: false, ...(problem.status === 422 && !after ? { items: [], page: null } : {}) }));
      },
    );
  }, [question]);
  useEffect(() => {
    ask(null, []);
    return () => running.current?.abort();
  }, [question, ticks]);
  const next = state.page?.next ?? null;
  return {
    ...state,
    more: () => {
      if (next && !running.current && state.items.length < MOST) ask(next, state.items);
    },
  };
}
