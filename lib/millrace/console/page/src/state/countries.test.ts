import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, grown, levelOf, levels, nameOf } from "./countries.ts";

test("shapes have the codes that lines have", () => {
  assert.equal(codeOf("276", "Germany"), "DE");
  assert.equal(codeOf("036", "Ashmore and Cartier Is."), "AU");
  assert.equal(codeOf(undefined, "Kosovo"), "XK");
  assert.equal(codeOf(undefined, "N. Cyprus"), null);
});

test("codes have names, and what is none stays as it is", () => {
  assert.equal(nameOf("DE"), "Germany");
  assert.equal(nameOf("-"), "no country");
  assert.equal(nameOf("\u202ed"), "\u202ed");
  assert.equal(nameOf("Q1"), "Q1");
});

test("levels begin at round numbers, each above the one before", () => {
  assert.deepEqual(levels(100_000), [1, 10, 100, 1000, 10_000]);
  assert.deepEqual(levels(1), [1]);
  for (const most of [0, 2, 7, 30, 1142, 9_999_999]) {
    const begins = levels(most);
    assert.deepEqual(begins, [...new Set(begins)].sort((a, b) => a - b));
    assert.equal(begins[0], 1);
    assert.equal(levelOf(Math.max(1, most), begins), begins.length);
  }
  assert.equal(levelOf(0, [1, 10]), 0);
});

test("what grew most comes first, and what is gone is not left out", () => {
  const rows = grown(new Map([["DE", 5], ["FR", 9]]), new Map([["DE", 1], ["FR", 8], ["IT", 2]]));
  assert.deepEqual(rows.map((one) => [one.code, one.many, one.before]), [["DE", 5, 1], ["FR", 9, 8], ["IT", 0, 2]]);
});
