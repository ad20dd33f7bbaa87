// The view is the address: what is shown can be pasted, and the back button leads to what was.
import { useEffect, useState } from "preact/hooks";

const ROOT = "/console/";

export const DEFAULTS = { from: "now-1h", to: "now", q: "", tz: "UTC", feed: "", refresh: "10s" } as const;

/** What is shown: a page, and the parameters of its address. */
export interface View {
  readonly page: string;
  readonly from: string;
  readonly to: string;
  readonly q: string;
  readonly tz: string;
  /** Names of feeds; all where there are none. */
  readonly feeds: readonly string[];
  /** How often what is live is asked for again: `10s`, or `off`. */
  readonly refresh: string;
  /** Every parameter of the address, those of a page's own included. */
  readonly all: Readonly<Record<string, string>>;
}

/** Changes of parameters; null takes one away. */
export type Changes = Record<string, string | null>;

/** The view of an address. */
export function viewOf(pathname: string, search: string): View {
  const all = Object.fromEntries(new URLSearchParams(search));
  const of = (name: keyof typeof DEFAULTS): string => all[name] || DEFAULTS[name];
  const page = pathname.startsWith(ROOT) ? pathname.slice(ROOT.length).split("/")[0]! : "";
  return {
    page, from: of("from"), to: of("to"), q: of("q"), tz: of("tz"), refresh: of("refresh"),
    feeds: of("feed").split(",").filter(Boolean), all,
  };
}

/** The address of a page with these parameters; those that have their defaults are left out. */
export function hrefOf(page: string, parameters: Changes): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    const isDefault = (DEFAULTS as Record<string, string>)[name] === value;
    if (value !== null && value !== "" && !isDefault) search.set(name, value);
  }
  // Addresses are read by people: what needs no escape within a query has none.
  const text = search.toString().replace(/%3A/g, ":").replace(/%2C/g, ",").replace(/%2F/g, "/");
  return `${ROOT}${page}${text ? `?${text}` : ""}`;
}

/** The parameters that all pages share: they stay as one goes from page to page. */
export function shared(view: View): Changes {
  const { from, to, q, tz, feed, refresh } = view.all;
  const kept = { from, to, q, tz, feed, refresh };
  return Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, value ?? null]));
}

const listeners = new Set<() => void>();

/** Shows a page of an address. */
export function go(href: string, how: "push" | "replace" = "push"): void {
  if (href === location.pathname + location.search) return;
  history[how === "push" ? "pushState" : "replaceState"](null, "", href);
  for (const told of listeners) told();
}

/** Follows a link of the console without loading the page anew. */
export function within(event: MouseEvent): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
  const link = event.currentTarget as HTMLAnchorElement;
  event.preventDefault();
  go(link.pathname + link.search);
}

/** Changes parameters of the address, and stays on the page. */
export function change(changes: Changes, how: "push" | "replace" = "push"): void {
  const view = viewOf(location.pathname, location.search);
  go(hrefOf(view.page, { ...view.all, ...changes }), how);
}

/** The view that is shown, anew whenever the address changes. */
export function useView(): View {
  const [view, set] = useState(() => viewOf(location.pathname, location.search));
  useEffect(() => {
    const told = (): void => set(viewOf(location.pathname, location.search));
    listeners.add(told);
    addEventListener("popstate", told);
    told();
    return () => {
      listeners.delete(told);
      removeEventListener("popstate", told);
    };
  }, []);
  return view;
}
