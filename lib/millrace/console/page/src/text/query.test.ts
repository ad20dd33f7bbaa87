import assert from "node:assert/strict";
import { test } from "node:test";
import { completed, fitting, quoted, termOf, withTerm, writingAt } from "./query.ts";

test("a value means itself alone", () => {
  assert.equal(quoted("web-1"), "web-1");
  assert.equal(quoted("/api/*"), '"/api/\\*"');
  assert.equal(quoted('a"b\\c?'), '"a\\"b\\\\c\\?"');
  assert.equal(quoted("OR"), '"OR"');
  assert.equal(quoted("-5"), '"-5"');
  assert.equal(quoted(""), '""');
  assert.equal(termOf("country", null), "NOT country:*");
});

test("a term is added to what is there", () => {
  assert.equal(withTerm("", "level:ERROR"), "level:ERROR");
  assert.equal(withTerm("a", "level:ERROR"), "a level:ERROR");
  assert.equal(withTerm("a OR b", "c:d"), "(a OR b) c:d");
  assert.equal(withTerm('"a OR b"', "c:d"), '"a OR b" c:d');
  assert.equal(withTerm("a level:ERROR", "level:ERROR"), "a level:ERROR");
  assert.equal(withTerm("a", "level:ERROR", true), "a NOT level:ERROR");
  assert.equal(withTerm("a", "NOT country:*", true), "a country:*");
});

test("what is being written is a name, a value, or a text of nobody's business", () => {
  const at = (query: string) => writingAt(query, query.length);
  assert.deepEqual(at("lev"), { field: null, begun: "lev", start: 0 });
  assert.deepEqual(at("a -serv"), { field: null, begun: "serv", start: 3 });
  assert.deepEqual(at("level:ER"), { field: "level", begun: "ER", start: 6 });
  assert.deepEqual(at("(status_code:>=5"), { field: "status_code", begun: "5", start: 15 });
  assert.deepEqual(at('path:"/a b'), { field: "path", begun: "/a b", start: 5 });
  assert.equal(at('"level:'), null);
  assert.deepEqual(at(""), { field: null, begun: "", start: 0 });
});

test("a proposal takes the place of what is begun", () => {
  const writing = writingAt("level:ER x", 8)!;
  assert.deepEqual(completed("level:ER x", 8, writing, "ERROR"), ["level:ERROR x", 11]);
  assert.deepEqual(fitting(["bytes", "service_name", "user_service"], "serv", 5), ["service_name", "user_service"]);
});
