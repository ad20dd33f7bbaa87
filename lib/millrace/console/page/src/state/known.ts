// What the API has: its feeds, fields and tables. It is asked once.
import { useEffect, useState } from "preact/hooks";
import { get, type Schemas } from "../api/client.ts";

export type FieldOfLines = Schemas["FieldOfLines"];
export type TableOfFigures = Schemas["TableOfFigures"];

interface Known {
  readonly feeds: readonly string[];
  readonly fields: readonly FieldOfLines[];
  readonly tables: readonly TableOfFigures[];
}

const NOTHING: Known = { feeds: [], fields: [], tables: [] };
let asked: Promise<Known> | null = null;
let known: Known = NOTHING;

async function ask(): Promise<Known> {
  const [fields, tables] = await Promise.all([get("/v1/fields"), get("/v1/figures")]);
  const feeds = [...new Set(tables.tables.flatMap((one) => one.feeds))];
  return { feeds, fields: fields.fields, tables: tables.tables };
}

/** What is known; nothing until the API has answered. */
export function useKnown(): Known {
  const [now, set] = useState(known);
  useEffect(() => {
    asked ??= ask();
    asked.then(
      (found) => set((known = found)),
      () => (asked = null),
    );
  }, []);
  return now;
}

/** The names of all feeds. */
export const useFeeds = (): readonly string[] => useKnown().feeds;

/** The feeds of a view that are counted in a table; of tables unknown yet, those of the view. */
export function feedsOf(known: Known, table: string, chosen: readonly string[]): readonly string[] {
  const own = known.tables.find((one) => one.name === table)?.feeds ?? [];
  return chosen.length ? own.filter((one) => chosen.includes(one)) : own;
}
