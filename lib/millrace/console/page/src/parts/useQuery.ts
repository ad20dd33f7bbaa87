import { useEffect, useState } from "preact/hooks";
import { type Answer, type Asked, type GetPath, type Problem, get, problemOf } from "../api/client.ts";
import { useTicks } from "../state/ticks.ts";

export interface Loaded<T> {
  /** The last answer; that of the question before while a new one is on its way. */
  readonly data: T | null;
  /** Why the last request was refused. */
  readonly problem: Problem | null;
  readonly isLoading: boolean;
}

/**
 * The answer to a GET of the API, asked for anew when the question changes, at each tick where it is
 * `live`, and when `again` changes. Without a path nothing is asked for.
 */
export function useQuery<P extends GetPath>(
  path: P | null,
  asked: Omit<Asked<P>, "signal"> = {},
  { live = false, again = 0 }: { live?: boolean; again?: number } = {},
): Loaded<Answer<P>> {
  const [loaded, set] = useState<Loaded<Answer<P>>>({ data: null, problem: null, isLoading: path !== null });
  const ticks = useTicks();
  const question = path === null ? null : JSON.stringify([path, asked.path, asked.query]);
  useEffect(() => {
    if (path === null || question === null) {
      set({ data: null, problem: null, isLoading: false });
      return;
    }
    const abort = new AbortController();
    set((before) => ({ ...before, isLoading: true }));
    get(path, { ...asked, signal: abort.signal } as Asked<P>).then(
      (data) => set({ data, problem: null, isLoading: false }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const problem = problemOf(error);
        // What was shown stays where a server is away for a moment; of another question it is wrong.
        set((before) => ({
          data: problem.status === 0 || problem.status >= 500 || problem.status === 429 ? before.data : null,
          problem, isLoading: false,
        }));
      },
    );
    return () => abort.abort();
  }, [question, live ? ticks : 0, again]);
  return loaded;
}
