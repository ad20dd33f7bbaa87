// Lines that match, page by page.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Answer, get, type Problem, ProblemError } from "../api/client.ts";
import type { Line } from "../parts/lines.tsx";
import { useHeldTicks } from "./ticks.ts";
import type { View } from "./view.ts";

type Page = Answer<"/v1/logs">;

export interface Lines {
  readonly items: readonly Line[];
  /** The last page: its total, trust and plan. */
  readonly page: Page | null;
  readonly problem: Problem | null;
  readonly isLoading: boolean;
  /** Asks for the next page, where there is one. */
  readonly more: () => void;
}

const SIZE = 200;
const MOST = 20_000;
const EMPTY = { items: [] as readonly Line[], page: null, problem: null, isLoading: true };

/** The lines of a view, the newest first; while they are `held` no tick changes them. */
export function useLines(view: View, isHeld: boolean): Lines {
  const [state, set] = useState<Omit<Lines, "more">>(EMPTY);
  const ticks = useHeldTicks(isHeld);
  const query = { q: view.q, from: view.from, to: view.to, feed: [...view.feeds], size: SIZE };
  const question = JSON.stringify(query);
  const running = useRef<AbortController | null>(null);
  const ask = useCallback((after: string | null, before: readonly Line[]): void => {
    running.current?.abort();
    const abort = (running.current = new AbortController());
    set((now) => ({ ...now, isLoading: true }));
    get("/v1/logs", { query: { ...query, after }, signal: abort.signal }).then(
      (page) => {
        running.current = null;
        set({ items: [...before, ...(page.items as unknown as Line[])], page, problem: null, isLoading: false });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        running.current = null;
        const problem = error instanceof ProblemError ? error.problem : { title: "Error", status: 0, detail: String(error) };
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
