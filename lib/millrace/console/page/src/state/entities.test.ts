import assert from "node:assert/strict";
import { test } from "node:test";
import { asOfOf, type Connector, differences, termsOf, type Version, wrongWith } from "./entities.ts";

const CONNECTOR: Connector = {
  source: "mongo", connector: "millrace-mongo", state: "running", tasks: ["running"], problem: null, heartbeat_age_s: 9, heartbeat_every_s: 10,
};
const version = (fields: Version["fields"]): Version => ({
  id: "1", fields, unknown: [], change: { op: "u", position: [1] }, superseded_at: null,
});

test("terms are told apart by an ampersand between blanks", () => {
  assert.deepEqual(termsOf("name:Bob*  &  popularity:>=5"), ["name:Bob*", "popularity:>=5"]);
  assert.deepEqual(termsOf("name:R&B"), ["name:R&B"]);
  assert.deepEqual(termsOf("  "), []);
});

test("a time is that of the clock of the zone, or what the API reads itself", () => {
  assert.equal(asOfOf("2026-11-28 10:32", "Asia/Kolkata"), "2026-11-28T05:02:00.000Z");
  assert.equal(asOfOf(" now-1h ", "UTC"), "now-1h");
  assert.equal(asOfOf(" ", "UTC"), null);
});

test("a connector that runs may be silent all the same", () => {
  assert.equal(wrongWith(CONNECTOR), null);
  assert.equal(wrongWith({ ...CONNECTOR, heartbeat_age_s: 61 }), "its last heartbeat was 61 s ago");
  assert.equal(wrongWith({ ...CONNECTOR, tasks: [] }), "running, its task missing");
  assert.equal(wrongWith({ ...CONNECTOR, state: null }), "there is no such connector");
  assert.equal(wrongWith({ ...CONNECTOR, state: null, problem: "refused" }), "refused");
});

test("versions differ in what one has and the other has not, or has otherwise", () => {
  const before = version({ id: 1, name: "a", tags: ["x"], gone: 1 });
  assert.deepEqual(differences(version({ id: 1, name: "b", tags: ["x"], new: null, more: 2 }), before), [
    { name: "gone", before: 1, after: null },
    { name: "more", before: null, after: 2 },
    { name: "name", before: "a", after: "b" },
  ]);
  assert.deepEqual(differences(version(null), version(null)), []);
  assert.equal(differences(version({ id: 1 }), undefined).length, 1);
});
