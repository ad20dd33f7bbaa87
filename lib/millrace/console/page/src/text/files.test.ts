import assert from "node:assert/strict";
import { test } from "node:test";
import { csv, fileOf, ndjson, parquet, type Sheet } from "./files.ts";

const HOSTILE = ["=1+1", "'=1", "-2", "-", "@x", "\t=1", 'a "b", c', "two\nlines\r\n", "\u2028\u202e", "😀", ""];
const SHEET: Sheet = {
  columns: ["at", "=name", "many", "ratio", "is"],
  rows: HOSTILE.map((text, n) => [new Date(n * 1000), text, n, n ? n / 2 : null, n % 2 === 0]),
};

test("a text that a spreadsheet would compute has an apostrophe before it, and can be had back", () => {
  const [head, ...rows] = csv({ columns: ["=name"], rows: HOSTILE.slice(0, 5).map((one) => [one]) }).trimEnd().split("\r\n");
  assert.equal(head, "'=name");
  assert.deepEqual(rows, ["'=1+1", "''=1", "'-2", "-", "'@x"]);
});

test("what separates cells and rows is quoted", () => {
  assert.equal(csv({ columns: ["a", "b"], rows: [['x "y"', "1,2"], ["p\nq", null]] }), 'a,b\r\n"x ""y""","1,2"\r\n"p\nq",\r\n');
});

test("each row is a line of ASCII, and the last says how many there are", () => {
  const text = ndjson(SHEET);
  assert.match(text, /^[\x00-\x7f]*$/);
  const [last, ...rows] = text.trimEnd().split("\n").map((one) => JSON.parse(one) as Record<string, unknown>).reverse();
  assert.deepEqual(last, { complete: true, lines: HOSTILE.length });
  assert.deepEqual(rows.reverse().map((one) => one["=name"]), HOSTILE);
  assert.equal(rows[1]!["at"], "1970-01-01T00:00:01.000Z");
});

test("Parquet has its marks at both ends, of no rows as well", async () => {
  for (const sheet of [SHEET, { ...SHEET, rows: [] }]) {
    const bytes = new Uint8Array(await parquet(sheet));
    const mark = (at: number): string => String.fromCharCode(...bytes.slice(at, at + 4));
    assert.deepEqual([mark(0), mark(bytes.length - 4)], ["PAR1", "PAR1"]);
  }
});

test("a file has the media type of its format", async () => {
  assert.equal((await fileOf(SHEET, "csv")).type, "text/csv;charset=utf-8");
  assert.ok((await fileOf(SHEET, "parquet")).size > 100);
});
