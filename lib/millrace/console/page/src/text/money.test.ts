import assert from "node:assert/strict";
import { test } from "node:test";
import { drawable, money, total, unitsOf } from "./money.ts";

test("amounts are exact, however large", () => {
  assert.equal(money(unitsOf("489823.0800")), "489,823.08");
  assert.equal(money(unitsOf("999999999999999999999999.9999")), "999,999,999,999,999,999,999,999.9999");
  assert.equal(money(total(["0.1000", "0.2000"])), "0.30");
  assert.equal(money(total(Array.from({ length: 1000 }, () => "0.0700"))), "70.00");
  assert.equal(money(unitsOf("-1234.5")), "-1,234.50");
  assert.equal(money(unitsOf("0.0005")), "0.0005");
  assert.equal(money(unitsOf("0.0050")), "0.005");
});

test("what is no amount counts nothing", () => {
  for (const one of [null, undefined, "", "NaN", "1e5", "<b>1</b>"]) assert.equal(unitsOf(one), 0n);
});

test("what is drawn is near", () => {
  assert.equal(drawable(unitsOf("489823.0800")), 489823.08);
});
