// Keys that work wherever the focus is, but where one types.
import { useEffect, useRef } from "preact/hooks";

export type Keys = Record<string, (event: KeyboardEvent) => void>;

// The latest comes first: a panel that is open takes the keys of the page below it.
const stack: { current: Keys }[] = [];

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

// Enter and space belong to what has the focus, where that does something by itself.
function isTaken(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" && event.key !== " ") return false;
  return event.target instanceof HTMLElement && Boolean(event.target.closest("button, a, summary, [data-enter]"));
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if ((isTyping(event.target) && event.key !== "Escape") || isTaken(event)) return;
  for (const { current } of [...stack].reverse()) {
    const act = current[event.key];
    if (act) {
      event.preventDefault();
      act(event);
      return;
    }
  }
}

/** Has keys act while the component is shown; those of components shown later come first. */
export function useKeys(keys: Keys): void {
  const own = useRef(keys);
  own.current = keys;
  useEffect(() => {
    if (!stack.length) addEventListener("keydown", pressed);
    stack.push(own);
    return () => {
      stack.splice(stack.indexOf(own), 1);
      if (!stack.length) removeEventListener("keydown", pressed);
    };
  }, []);
}
