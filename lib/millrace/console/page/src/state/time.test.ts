import assert from "node:assert/strict";
import { test } from "node:test";
import { instantOf, isRelative, lengthText, millisOf, offsetMinutes, stepMs, stepOf, stepText, timeText } from "./time.ts";

test("a time is shown by the clock of its zone", () => {
  assert.equal(timeText("2026-11-28T10:32:05.123Z", "UTC"), "2026-11-28 10:32:05.123");
  assert.equal(timeText("2026-11-28T10:32:05.123Z", "Asia/Kolkata", false), "2026-11-28 16:02:05");
  assert.equal(timeText("2026-11-28T00:00:00Z", "America/New_York", false), "2026-11-27 19:00:00");
  assert.equal(timeText("no time", "UTC"), "no time");
});

test("what a clock shows leads back to its time", () => {
  assert.equal(instantOf("2026-11-28 16:02", "Asia/Kolkata"), "2026-11-28T10:32:00.000Z");
  assert.equal(instantOf("2026-07-01T12:00:00.25", "Europe/Berlin"), "2026-07-01T10:00:00.250Z");
  assert.equal(instantOf("now-1h", "UTC"), null);
  assert.equal(instantOf("28.11.2026", "UTC"), null);
});

test("an hour that comes twice is the first, and one that is left out is near", () => {
  assert.equal(instantOf("2026-11-01 01:30", "America/New_York"), "2026-11-01T05:30:00.000Z");
  assert.match(instantOf("2026-03-08 02:30", "America/New_York") ?? "", /^2026-03-08T0[67]:30/);
});

test("every hour of a year leads there and back", () => {
  for (const zone of ["Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]) {
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 3_600_000 * 7) {
      const shown = timeText(at, zone);
      assert.equal(timeText(instantOf(shown, zone) ?? "", zone), shown);
    }
  }
});

test("zones are ahead of UTC by minutes", () => {
  assert.equal(offsetMinutes(new Date("2026-11-28T10:00:00Z"), "Asia/Kathmandu"), 345);
});

test("times are read as the API reads them", () => {
  const now = Date.UTC(2026, 10, 28, 10, 32, 5);
  assert.equal(millisOf("now-15m", now), now - 900_000);
  assert.equal(millisOf("now/d", now), Date.UTC(2026, 10, 28));
  assert.equal(millisOf("2026-11-28T10:00", now), Date.UTC(2026, 10, 28, 10));
  assert.equal(millisOf("2026-11-28", now), Date.UTC(2026, 10, 28));
  assert.equal(millisOf("2026-11-28T10:00:00+02:00", now), Date.UTC(2026, 10, 28, 8));
  assert.equal(millisOf("1795836030172", now), 1795836030172);
  assert.equal(millisOf("yesterday", now), null);
  assert.ok(isRelative("now") && !isRelative("2026-11-28"));
});

test("steps make few points of any span", () => {
  assert.equal(stepOf(3_600_000), "1m");
  assert.equal(stepOf(86_400_000), "15m");
  assert.equal(stepMs("15m"), 900_000);
  for (const step of ["1m", "15m", "1h", "1d", "1w"]) assert.equal(stepText(stepMs(step) / 1000), step);
  assert.equal(lengthText(40_000), "40 s");
});
