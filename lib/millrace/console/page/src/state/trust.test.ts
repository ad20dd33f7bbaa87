import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bucket, lagText, markOf, ofFigures, ofLines, ofSum } from "./trust.ts";

const bucket = (state: Bucket["state"], proof: Bucket["proof"], late = 0): Bucket => ({
  window_start: "2026-11-28T10:00:00.000Z", state, proof, late_lines: late,
});
const trust = (lag: number | null, state: "holds" | "fails" | "never", until = "2026-11-28T10:00:00.000Z") => ({
  freshness: [{ feed: "app", committed_until: until, lag_lines: lag }],
  proof: [{ feed: "app", state, since: "2026-11-28T00:00:00.000Z", ended_at: "2026-11-28T09:00:00.000Z" }],
});
const NOW = Date.parse("2026-11-28T10:00:30Z");

test("a step is marked by its state and its proof", () => {
  assert.equal(markOf(bucket("open", "unknown")), "open");
  assert.equal(markOf(bucket("open", "equal")), "open");
  assert.equal(markOf(bucket("closed", "unknown")), "closed");
  assert.equal(markOf(bucket("closed", "late", 3)), "closed");
  assert.equal(markOf(bucket("revised", "unknown")), "revised");
  assert.equal(markOf(bucket("revised", "equal")), "proven");
  assert.equal(markOf(bucket("open", "differs")), "differs");
});

test("a sum is open while a step of it is", () => {
  const of = (...all: Bucket[]) => ofSum("t", all, trust(0, "holds"), "UTC");
  assert.deepEqual([of(bucket("closed", "equal"), bucket("open", "unknown"))].map((one) => [one.mark, one.also]), [["open", "1 of 2 steps"]]);
  assert.equal(of(bucket("open", "unknown"), bucket("closed", "differs")).mark, "differs");
  assert.equal(of(bucket("closed", "equal"), bucket("closed", "equal")).mark, "proven");
});

test("a chart is marked by the worst of its steps, its open end aside", () => {
  const of = (...all: Bucket[]) => ofFigures("t", all, trust(0, "holds"), "UTC");
  assert.equal(of(bucket("closed", "equal"), bucket("open", "unknown")).mark, "proven");
  assert.equal(of(bucket("closed", "equal"), bucket("closed", "unknown")).mark, "closed");
  assert.equal(of(bucket("closed", "differs"), bucket("closed", "equal")).mark, "differs");
  assert.equal(of(bucket("open", "unknown")).mark, "open");
  assert.equal(of().mark, "open");
});

test("late lines, the table and the reconcile are told", () => {
  const { facts } = ofFigures("traffic_by_minute", [bucket("closed", "late", 3)], trust(7, "holds"), "UTC");
  const told = new Map(facts);
  assert.equal(told.get("table"), "traffic_by_minute");
  assert.equal(told.get("late"), "3 lines came too late to be counted");
  assert.match(told.get("app") ?? "", /lag 7 lines/);
  assert.match(told.get("reconcile of app") ?? "", /holds as of 2026-11-28 09:00:00/);
});

test("lines are open while some wait, and proven where every feed was", () => {
  assert.equal(ofLines(trust(5, "holds"), NOW, "UTC").mark, "open");
  assert.equal(ofLines(trust(0, "holds"), NOW, "UTC").mark, "proven");
  assert.equal(ofLines(trust(0, "never"), NOW, "UTC").mark, "closed");
  assert.equal(ofLines(trust(0, "fails"), NOW, "UTC").mark, "differs");
});

test("a lag that nobody knows is not told as none", () => {
  assert.equal(lagText(trust(null, "holds"), NOW), "as of 30 s ago, lag unknown");
  assert.equal(lagText(trust(0, "holds"), NOW), "as of 30 s ago, no lag");
});

test("figures are as fresh as what is counted, not as what is stored", () => {
  const counted = [{ feed: "app", counted_until: "2026-11-28T09:58:30.000Z", lag_lines: 40 }];
  const both = { ...trust(0, "holds"), counted };
  assert.equal(lagText(both, NOW), "as of 2 min ago, lag 40 lines");
  const facts = new Map(ofFigures("traffic_by_minute", [bucket("closed", "equal")], both, "UTC").facts);
  assert.equal(facts.get("app"), "counted until 2026-11-28 09:58:30, lag 40 lines");
});
