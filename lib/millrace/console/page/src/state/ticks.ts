// The one clock by which all that is live is asked for again.
import { useEffect, useRef, useState } from "preact/hooks";
import { isRelative } from "./time.ts";
import type { View } from "./view.ts";

const listeners = new Set<() => void>();
let ticks = 0;

/** Everything that is live is asked for again. */
export function tick(): void {
  ticks += 1;
  for (const told of listeners) told();
}

/** The seconds between two ticks of a view; null where it is paused, or does not move with time. */
export function intervalS(view: View): number | null {
  const match = /^(\d{1,4})s$/.exec(view.refresh);
  return match && isRelative(view.to) ? Math.max(2, +match[1]!) : null;
}

/** Has the clock run as the view says; a tab that nobody sees asks for nothing. */
export function useClock(view: View): void {
  const seconds = intervalS(view);
  useEffect(() => {
    if (seconds === null) return;
    const timer = setInterval(() => document.hidden || tick(), seconds * 1000);
    const seen = (): void => {
      if (!document.hidden) tick();
    };
    document.addEventListener("visibilitychange", seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [seconds]);
}

/** How many ticks there were; the component is drawn anew at each. */
export function useTicks(): number {
  const [seen, set] = useState(ticks);
  useEffect(() => {
    const told = (): void => set(ticks);
    listeners.add(told);
    return () => void listeners.delete(told);
  }, []);
  return seen;
}

/** How many ticks there were, but for those while it is held. */
export function useHeldTicks(isHeld: boolean): number {
  const now = useTicks();
  const seen = useRef(now);
  if (!isHeld) seen.current = now;
  return seen.current;
}
