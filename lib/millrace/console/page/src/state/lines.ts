// Lines that match, page by page.
import type { Line } from "../parts/lines.tsx";
import { type Paged, usePaged } from "./paged.ts";
import type { View } from "./view.ts";

export interface Lines extends Omit<Paged<"/v1/logs">, "items"> {
  readonly items: readonly Line[];
}

const SIZE = 200;

/** The lines of a view, the newest first; while they are `held` no tick changes them. */
export function useLines(view: View, isHeld: boolean): Lines {
  const query = { q: view.q, from: view.from, to: view.to, feed: [...view.feeds], size: SIZE };
  const paged = usePaged("/v1/logs", query, isHeld);
  return { ...paged, items: paged.items as unknown as readonly Line[] };
}
