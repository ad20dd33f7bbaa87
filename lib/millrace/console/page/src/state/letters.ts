// Dead letters: what is asked of them, and what is done with them.
import { type Problem, problemOf, type Schemas, send } from "../api/client.ts";
import { useState } from "preact/hooks";
import { counted } from "../text/numbers.ts";
import { tick } from "./ticks.ts";

export type Letter = Schemas["Letter"];
export type Looked = Schemas["Looked"];
export type Parsed = Schemas["Parsed"];
export type Requeued = Schemas["Requeued"];

export const REASONS = [
  "empty", "too_long", "not_utf8", "bad_envelope", "no_match", "bad_json", "bad_timestamp", "missing_field", "bad_value", "internal_error",
] as const;
export const STATUSES = ["new", "requeued", "resolved", "discarded"] as const;
export type Reason = (typeof REASONS)[number];
export type Status = (typeof STATUSES)[number];

/** How many letters one request is of. */
export const MOST_IDS = 1000;

/** Whether anything can still be done with a letter. */
export const isOpen = ({ status }: Letter): boolean => status === "new" || status === "requeued";

/** Where a letter is looked at. */
export function pathOf(id: string): { feed: string; id: string } {
  const slash = id.indexOf("/");
  return { feed: id.slice(0, slash), id: id.slice(slash + 1) };
}

/** Parses letters again, `line` in place of the bytes of exactly one; as a dry run nothing is changed. */
export async function requeue(ids: readonly string[], line: string | null, isDry: boolean): Promise<Requeued> {
  const body = { ids, dry_run: isDry, ...(line === null ? {} : { line }) };
  return (await send("POST", "/v1/dead-letters/requeue", body)).json() as Promise<Requeued>;
}

/** Marks open letters; gives how many were. */
export async function settle(ids: readonly string[], status: "discarded" | "resolved", note: string): Promise<number> {
  const answer = await send("POST", "/v1/dead-letters/settle", { ids, status, ...(note.trim() ? { note: note.trim() } : {}) });
  return ((await answer.json()) as Schemas["Settled"]).settled;
}

/** What came of a requeue, or would come of it. */
export function requeuedText({ records, still_dead, cut }: Requeued, isDry: boolean): string {
  const dead = Object.entries(still_dead).map(([reason, many]) => `${many} ${reason}`);
  return [
    `${counted(records, "letter")} ${isDry ? "would become" : "became"} ${records === 1 ? "a record" : "records"}`,
    ...(dead.length ? [`still dead: ${dead.join(", ")}`] : []),
    ...(cut ? [`${cut} hold a part of their line alone, and stay as they are`] : []),
  ].join("; ");
}

export interface Acts {
  readonly isBusy: boolean;
  /** What was done last, in words. */
  readonly told: string;
  readonly problem: Problem | null;
  /** Does something with letters; what it gives is told. */
  readonly act: (acting: () => Promise<string>) => Promise<void>;
}

/** Acts one after another; what is shown is read anew after each. */
export function useActs(): Acts {
  const [state, set] = useState<Omit<Acts, "act">>({ isBusy: false, told: "", problem: null });
  return {
    ...state,
    act: async (acting) => {
      set({ isBusy: true, told: "", problem: null });
      try {
        set({ isBusy: false, told: await acting(), problem: null });
        tick();
      } catch (error) {
        set({ isBusy: false, told: "", problem: problemOf(error) });
      }
    },
  };
}
