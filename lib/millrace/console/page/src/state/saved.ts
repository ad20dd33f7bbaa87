// Views that this browser keeps.
import { useEffect, useState } from "preact/hooks";
import { viewOf, type View } from "./view.ts";

const KEY = "millrace.views";
const MOST = 50;
const LONGEST_NAME = 80;
/** What is open for a moment is no part of a view that is kept. */
const OPENED = ["line", "letter"];

export interface Saved {
  readonly name: string;
  /** An address of the console. */
  readonly href: string;
}

let kept: readonly Saved[] | null = null;
const listeners = new Set<() => void>();

export interface Views {
  readonly views: readonly Saved[];
  readonly save: (view: View, name: string) => void;
  readonly remove: (one: Saved) => void;
}

/** The views that are kept, the newest first, anew whenever they change. */
export function useSaved(): Views {
  const [views, set] = useState(() => (kept ??= stored()));
  useEffect(() => {
    const told = (): void => set(kept ?? []);
    listeners.add(told);
    return () => void listeners.delete(told);
  }, []);
  return {
    views,
    save: (view, name) => {
      const made = { name: name.trim().slice(0, LONGEST_NAME), href: hrefOfView(view) };
      keep([made, ...views.filter((one) => one.name !== made.name)].slice(0, MOST));
    },
    remove: (one) => keep(views.filter((own) => own !== one)),
  };
}

/** What a view that is kept shows. */
export function shownBy({ href }: Saved): View {
  const { pathname, search } = new URL(href, "http://console");
  return viewOf(pathname, search);
}

function hrefOfView(view: View): string {
  const all = new URLSearchParams(view.all);
  for (const name of OPENED) all.delete(name);
  return `/console/${view.page}?${all}`;
}

function keep(made: readonly Saved[]): void {
  kept = made;
  try {
    localStorage.setItem(KEY, JSON.stringify(made));
  } catch {
    // Without storage they last as long as the page.
  }
  for (const told of listeners) told();
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
