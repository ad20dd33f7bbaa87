import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_PER_S, MOST_ROWS, Tail } from "./tail.ts";

const line = (n: number) => ({ _id: String(n), feed: "app" });

test("lines wait until they are shown, the newest first", () => {
  const tail = new Tail();
  for (let n = 0; n < 3; n += 1) tail.push(line(n), 1000);
  assert.equal(tail.rows.length, 0);
  assert.equal(tail.tally(1000).fresh, 3);
  assert.ok(tail.show());
  assert.deepEqual(tail.rows.map((one) => one._id), ["2", "1", "0"]);
  assert.equal(tail.tally(1000).fresh, 0);
  assert.ok(!tail.show());
});

test("no more rows are kept than may be, however long it is held", () => {
  const tail = new Tail();
  const came = 60 * 1000;
  for (let n = 0; n < came; n += 1) tail.push(line(n), n);
  assert.equal(tail.tally(came).fresh, came);
  tail.show();
  assert.equal(tail.rows.length, MOST_ROWS);
  assert.equal(tail.rows[0]!._id, String(came - 1));
  assert.equal(tail.rows[MOST_ROWS - 1]!._id, String(came - MOST_ROWS));
});

test("a usual rate is shown whole, a higher one is sampled, and what is left out is counted", () => {
  const tail = new Tail();
  for (let n = 0; n < 10_000; n += 1) tail.push(line(n), n); // 1,000 a second
  assert.equal(tail.tally(10_000).sampled, 0);
  assert.equal(tail.tally(10_000).perS, 1000);
  const rate = 6000;
  for (let n = 0; n < 3 * rate; n += 1) tail.push(line(n), 20_000 + (n * 1000) / rate);
  const { received, sampled } = tail.tally(23_000);
  assert.equal(received, 10_000 + 3 * rate);
  const kept = 3 * rate - sampled;
  assert.ok(kept > 2 * MOST_PER_S && kept <= 3 * MOST_PER_S, String(kept));
});

test("what was not sent is counted apart", () => {
  const tail = new Tail();
  tail.skip(12_431);
  assert.deepEqual(tail.tally(0), { received: 0, fresh: 0, sampled: 0, unsent: 12_431, perS: 0 });
});
