// Captured rows: what is asked of them, and what tells one version of a row from the one before.
import type { Schemas } from "../api/client.ts";
import { instantOf } from "./time.ts";

export type Captured = Schemas["CapturedEntity"];
export type Connector = Schemas["Connector"];
export type EntityRow = Schemas["EntityRow"];
export type Version = Schemas["EntityVersion"];

/** Heartbeats that may be late before a connector counts as silent. */
const MISSED = 6;

/** What an operation of a source did, in a word. */
const DONE: Record<string, string> = { c: "inserted", u: "updated", d: "deleted", r: "read by a snapshot", t: "table emptied" };

export const doneText = ({ op, mended_at }: Schemas["RowChange"]): string => (mended_at ? "mended by reconcile" : DONE[op] ?? op);

/** The terms of a text, as the API takes them: they are told apart by ` & `. */
export const termsOf = (text: string): string[] => text.split(/\s+&\s+/).map((one) => one.trim()).filter(Boolean);

/** A time as it was typed, as the API takes it: what a clock of the zone shows, or what the API reads itself. */
export const asOfOf = (text: string, zone: string): string | null => (text.trim() ? instantOf(text, zone) ?? text.trim() : null);

/** What is wrong with a connector, in a few words; null where nothing is known to be. */
export function wrongWith(one: Connector): string | null {
  if (one.problem) return one.problem;
  if (one.state === null) return "there is no such connector";
  if (one.state !== "running" || !one.tasks.length || one.tasks.some((task) => task !== "running")) {
    return `${one.state}, its task ${one.tasks.join(", ") || "missing"}`;
  }
  const age = one.heartbeat_age_s;
  if (age !== null && age > MISSED * one.heartbeat_every_s) return `its last heartbeat was ${Math.round(age)} s ago`;
  return null;
}

export interface Difference {
  readonly name: string;
  /** Null where there was none. */
  readonly before: unknown;
  readonly after: unknown;
}

/** The fields that differ between a version and the one before it, in the order of their names. */
export function differences(version: Version, before: Version | undefined): Difference[] {
  const [then, now] = [before?.fields ?? {}, version.fields ?? {}];
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort();
  return names
    .filter((name) => JSON.stringify(then[name] ?? null) !== JSON.stringify(now[name] ?? null))
    .map((name) => ({ name, before: then[name] ?? null, after: now[name] ?? null }));
}
