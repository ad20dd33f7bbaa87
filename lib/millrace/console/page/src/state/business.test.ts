import assert from "node:assert/strict";
import { test } from "node:test";
import { builtUntil, ofBusiness, openFrom, queryOf } from "./business.ts";

const MINUTE = 60_000;
const AT = Date.parse("2026-11-02T10:00:00Z");
const time = (minutes: number): string => new Date(AT + minutes * MINUTE).toISOString();
const loaded = (feed: string, built: string | null, waiting_rows = 0) => ({ feed, loaded_at: time(0), built_at: built, waiting_rows });
const proof = (state: "holds" | "fails" | "never") => ({ feed: "/warehouse", state, since: time(-60), ended_at: time(0) });

test("the facts reach as far as the feed that is furthest behind", () => {
  assert.equal(builtUntil({ freshness: [loaded("a", time(5)), loaded("b", time(0))], proof: [] }), AT);
  assert.equal(builtUntil({ freshness: [loaded("a", time(5)), loaded("b", null)], proof: [] }), null);
  assert.equal(builtUntil({ freshness: [], proof: [] }), null);
});

test("a badge is the last verdict, and says what may still come", () => {
  const of = (state: "holds" | "fails" | "never") => ({ freshness: [loaded("shop", time(0), 7)], proof: [proof(state)] });
  assert.equal(ofBusiness(of("holds"), time(0), "UTC").mark, "proven");
  assert.equal(ofBusiness(of("holds"), time(0), "UTC").also, undefined);
  assert.equal(ofBusiness(of("holds"), time(1), "UTC").also, "open since 11-02 10:00");
  assert.equal(ofBusiness(of("fails"), time(0), "UTC").mark, "differs");
  assert.equal(ofBusiness(of("never"), time(0), "UTC").mark, "closed");
  const nothing = ofBusiness({ freshness: [loaded("shop", null, 7)], proof: [proof("never")] }, time(0), "UTC");
  assert.equal(nothing.mark, "open");
  assert.ok(nothing.facts.some(([name, fact]) => name === "shop" && fact === "not built yet, 7 rows wait to be built"));
});

test("steps are open from the first that the facts do not cover whole", () => {
  const of = { freshness: [loaded("shop", time(10))], proof: [] };
  const times = [AT, AT + 5 * MINUTE, AT + 10 * MINUTE];
  assert.equal(openFrom(of, times, 5 * MINUTE), 2);
  assert.equal(openFrom(of, times, 6 * MINUTE), 1);
  assert.equal(openFrom({ freshness: [loaded("shop", time(99))], proof: [] }, times, 5 * MINUTE), null);
});

test("cohorts are asked for by twelve weeks, figures in steps by about as many as fit", () => {
  assert.deepEqual(queryOf("cohorts", { from: "now-1h", to: "now" }), { from: "now-12w", to: "now" });
  const week = queryOf("cohorts", { from: time(-60), to: time(0) });
  assert.deepEqual(week, { from: "2026-08-10T10:00:00.000Z", to: time(0) });
  assert.deepEqual(queryOf("revenue", { from: "now-24h", to: "now" }), { from: "now-24h", to: "now", step: "15m" });
  assert.deepEqual(queryOf("sessions", { from: "now-24h", to: "now" }), { from: "now-24h", to: "now" });
});
