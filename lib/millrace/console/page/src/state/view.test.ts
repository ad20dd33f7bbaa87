import assert from "node:assert/strict";
import { test } from "node:test";
import { hrefOf, shared, viewOf } from "./view.ts";

test("an address leads to its view, and the view to its address", () => {
  const search = "?from=now-6h&q=level:ERROR+%22a+b%22&tz=Asia/Kolkata&feed=app,access&line=app/1";
  const view = viewOf("/console/logs", search);
  assert.deepEqual([view.page, view.from, view.to, view.tz], ["logs", "now-6h", "now", "Asia/Kolkata"]);
  assert.equal(view.q, 'level:ERROR "a b"');
  assert.deepEqual(view.feeds, ["app", "access"]);
  assert.equal(hrefOf("logs", view.all), `/console/logs${search}`);
});

test("defaults are left out, and do not depend on the browser", () => {
  assert.equal(hrefOf("overview", { from: "now-1h", to: "now", tz: "UTC", q: "", feed: null }), "/console/overview");
  assert.equal(viewOf("/console/", "").tz, "UTC");
});

test("what pages share goes along, what is a page's own stays", () => {
  const view = viewOf("/console/logs", "?from=now-6h&line=app/1");
  assert.equal(hrefOf("overview", shared(view)), "/console/overview?from=now-6h");
});
