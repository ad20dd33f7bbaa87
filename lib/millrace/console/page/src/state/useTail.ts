// The live tail of a view, drawn a few times a second.
import { useEffect, useRef, useState } from "preact/hooks";
import { address, type Problem, ProblemError, request } from "../api/client.ts";
import type { Line } from "../parts/lines.tsx";
import { type Tally, Tail } from "./tail.ts";
import type { Trust } from "./trust.ts";
import type { View } from "./view.ts";

const DRAW_MS = 120;
const AT_FIRST = 100;

/** Lines that were passed over, as the tail was too late. */
export interface Missed {
  readonly feed: string;
  readonly records: number | null;
  readonly since: string | null;
  readonly until: string | null;
}

export interface Tailed {
  readonly rows: readonly Line[];
  readonly tally: Tally;
  readonly isOpen: boolean;
  readonly trust: Trust | null;
  readonly problem: Problem | null;
  readonly missed: readonly Missed[];
  readonly clear: () => void;
}

/** The lines of a view as they come; while they are held they are counted, and not shown. */
export function useTail(view: View, isHeld: boolean): Tailed {
  const tail = useRef(new Tail());
  const held = useRef(isHeld);
  held.current = isHeld;
  const [, draw] = useState(0);
  const [state, set] = useState<Pick<Tailed, "isOpen" | "trust" | "problem" | "missed">>(CLOSED);
  const source = view.all["source"] === "kafka" ? "kafka" : "mongo";
  const url = address("/v1/logs/tail", { query: { q: view.q, feed: [...view.feeds], source, last: AT_FIRST } });
  useEffect(() => {
    tail.current = new Tail();
    set(CLOSED);
    const events = new EventSource(url);
    const told = <T>(name: string, act: (values: T) => void): void =>
      events.addEventListener(name, (event) => act(JSON.parse((event as MessageEvent<string>).data) as T));
    events.onopen = () => set((now) => ({ ...now, isOpen: true, problem: null }));
    events.onmessage = (event: MessageEvent<string>) => tail.current.push(JSON.parse(event.data) as Line, performance.now());
    told<{ more: number }>("more", ({ more }) => tail.current.skip(more));
    told<Missed>("missed", (one) => set((now) => ({ ...now, missed: [...now.missed, one].slice(-20) })));
    told<Trust>("trust", (trust) => set((now) => ({ ...now, trust, problem: null })));
    told<Pick<Problem, "status" | "detail">>("problem", (one) => set((now) => ({ ...now, problem: { title: "A server is away", ...one } })));
    const abort = new AbortController();
    events.onerror = () => {
      set((now) => ({ ...now, isOpen: false }));
      // A browser does not tell why it was refused, nor try again: asked by other means it is told.
      if (events.readyState === EventSource.CLOSED) void reason(url, abort).then((problem) => problem && set((now) => ({ ...now, problem })));
    };
    let seen = "";
    const end = drawing(() => {
      if (!held.current) tail.current.show();
      const now = JSON.stringify(tail.current.tally(performance.now()));
      if (now !== seen) draw((n) => n + 1);
      seen = now;
    });
    return () => {
      abort.abort();
      events.close();
      end();
    };
  }, [url]);
  return {
    ...state, rows: tail.current.rows, tally: tail.current.tally(performance.now()),
    clear: () => {
      tail.current.clear();
      draw((n) => n + 1);
    },
  };
}

const CLOSED = { isOpen: false, trust: null, problem: null, missed: [] };

/** Calls `act` a few times a second, each time before the page is drawn; gives what ends it. */
function drawing(act: () => void): () => void {
  let frame = 0;
  const timer = setInterval(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(act);
  }, DRAW_MS);
  return () => {
    clearInterval(timer);
    cancelAnimationFrame(frame);
  };
}

/** Why a tail is refused; null where it is not. */
async function reason(url: string, abort: AbortController): Promise<Problem | null> {
  try {
    await request(url, { signal: abort.signal });
    abort.abort();
    return null;
  } catch (error) {
    return error instanceof ProblemError ? error.problem : null;
  }
}

