import assert from "node:assert/strict";
import { test } from "node:test";
import { type AlertRule, bodyOf, boundsOf, conditionText, type Draft, faultsOf, type MetricOfRules, NEW, pointOf, standingOf, triedOf, valueText } from "./rules.ts";

const LATENCY: MetricOfRules = {
  name: "p95_ms", unit: "ms", formula: "f", tables: ["latency_by_minute"], filters: ["service_name", "http_route"], feeds: ["access"],
};
const SLOW: Draft = {
  ...NEW, name: "slow", metric: "p95_ms", threshold: 800, for_minutes: 5, window_minutes: 3,
  filter: { feed: [], service_name: ["checkout"], http_route: [], country: ["DE"] },
};
const refused = (detail: string) => ({ title: "Query not understood", status: 422, detail });

test("a body has what its metric and its comparison have a use for", () => {
  assert.deepEqual(bodyOf(SLOW, LATENCY)["filter"], { feed: [], service_name: ["checkout"], http_route: [] });
  assert.equal(bodyOf(SLOW, LATENCY)["threshold"], 800);
  assert.ok(!("lower" in bodyOf(SLOW, LATENCY)) && !("query" in bodyOf(SLOW, LATENCY)));
  const band = bodyOf({ ...SLOW, comparison: "outside", lower: 1, upper: 2 }, LATENCY);
  assert.deepEqual([band["lower"], band["upper"], "threshold" in band], [1, 2, false]);
});

test("what is not written yet is no breach of anything", () => {
  const tried = triedOf({ ...NEW, threshold: null }, undefined);
  assert.deepEqual([tried["threshold"], tried["name"]], [Number.MAX_VALUE, "not named yet"]);
  assert.deepEqual(boundsOf({ ...NEW, comparison: "outside", lower: 2 }), [2]);
});

test("a rule without data is not told as one that is well", () => {
  const stored = (value: number | null): AlertRule => ({ rule: { ...SLOW, enabled: true }, fault: null, state: { status: "ok", value } }) as unknown as AlertRule;
  assert.deepEqual([stored(3), stored(null)].map(standingOf), ["ok", "silent"]);
});

test("errors stand at their fields", () => {
  const of = (detail: string) => faultsOf(refused(detail)).fields;
  assert.deepEqual(of("body: Value error, threshold: expected a number"), { threshold: "expected a number" });
  assert.deepEqual(of("rule: Value error, lower: expected at most upper"), { lower: "expected at most upper" });
  assert.deepEqual(of("name: String should have at least 1 character; for_minutes: Input should be greater than or equal to 1"), {
    name: "String should have at least 1 character", for_minutes: "Input should be greater than or equal to 1",
  });
  assert.deepEqual(of("filter.http_route: volume is chosen by service_name; or not"), { http_route: "volume is chosen by service_name; or not" });
});

test("what is of no field is told as a whole", () => {
  assert.equal(faultsOf(refused("0: too long")).rest?.detail, "0: too long");
  const changed = { title: "Changed meanwhile", status: 412, detail: "name: it is of another version" };
  assert.equal(faultsOf(changed).rest, changed);
  assert.deepEqual(faultsOf(null), { fields: {}, rest: null });
});

test("values are read by their unit", () => {
  assert.equal(valueText("ratio", 0.0512), "5.12 %");
  assert.equal(valueText("ms", 812.5), "812.5 ms");
  assert.equal(valueText("money", 1234.5), "1,234.50");
  assert.equal(valueText("lines", null), "no data");
  assert.equal(conditionText(SLOW, "ms"), "p95_ms, of 3 min > 800 ms for 5 min");
});

test("a value leads to the lines of its window", () => {
  const table = { name: "latency_by_minute", keys: ["window_start", "feed", "service_name", "http_route"], figures: [], feeds: ["access"] };
  const end = Date.UTC(2026, 10, 28, 10, 32);
  const own = { ...SLOW, filter: { ...SLOW.filter, country: [] } };
  assert.deepEqual(pointOf(own, LATENCY, [table], end), {
    table: "latency_by_minute", windowStart: "2026-11-28T10:29:00.000Z", step: "3m", feeds: ["access"], keys: { service_name: ["checkout"] },
  });
  assert.equal(pointOf(SLOW, LATENCY, [table], end), null);
});
