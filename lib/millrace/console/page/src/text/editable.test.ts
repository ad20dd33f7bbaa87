import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, editableOf, escaped, hexRows, needsEscapes, textOfBytes, unescaped } from "./editable.ts";

test("what is escaped leads back to itself", () => {
  const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).join("");
  for (const text of [all, "a\\x1b\x1b\\\\n\n", '{"a":"\\u202e\u202e"}', "\u{e0041}😀", "\\", "\\u{", "tab\tstays", "\r\n"]) {
    assert.equal(unescaped(escaped(text)), text);
  }
});

test("nothing that is escaped is left to a text field", () => {
  const shown = escaped("a\x1b[31m\u202ecba\r\n\u200b\ufeff\x9b");
  assert.equal(shown, "a\\x1b[31m\\u202ecba\\x0d\\x0a\\u200b\\ufeff\\x9b");
  assert.ok(!needsEscapes(shown));
  assert.ok(!needsEscapes('plain "text" \\ with\ttab, שלום'));
});

test("what is no escape stays", () => {
  assert.equal(unescaped("\\u{110000} \\q \\x1"), "\\u{110000} \\q \\x1");
});

test("bytes are text where they are UTF-8", () => {
  assert.equal(textOfBytes(bytesOf(btoa("abc"))), "abc");
  assert.equal(textOfBytes(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])), "\ufeffa");
  assert.equal(textOfBytes(new Uint8Array([0x61, 0xe9])), null);
});

test("bytes that are no text are escapes among the text", () => {
  const bytes = new Uint8Array([0x63, 0xe9, 0x5c, 0xc3, 0xa9, 0x1b, 0xe2, 0x82]);
  assert.deepEqual(editableOf(bytes), { text: "c\\xe9\\\\é\\x1b\\xe2\\x82", isEscaped: true, isUtf8: false });
  assert.deepEqual(editableOf(bytesOf(btoa("a\\n"))), { text: "a\\n", isEscaped: false, isUtf8: true });
});

test("bytes are shown by sixteen", () => {
  const rows = hexRows(new Uint8Array([...Array(18).keys()].map((one) => one + 0x30)), 0, 100);
  assert.equal(rows[0], "00000000  30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f  0123456789:;<=>?");
  assert.equal(rows[1], `00000010  40 41${" ".repeat(42)}  @A`);
  assert.match(hexRows(new Uint8Array([0x1b, 0xff, 0x41]), 0, 3)[0]!, /1b ff 41 .* ··A$/);
});
