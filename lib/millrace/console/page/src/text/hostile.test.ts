import assert from "node:assert/strict";
import { test } from "node:test";
import { cut, pieces, plain } from "./hostile.ts";

const shown = (text: string): string => pieces(text).map((one) => one.text).join("");

test("controls are shown, not obeyed", () => {
  assert.equal(shown("a\x1b[31mred\x00\x9b"), "a\\x1b[31mred\\x00\\x9b");
  assert.equal(shown("abc\u202etxt.exe\u2066"), "abc\\u202etxt.exe\\u2066");
  assert.equal(shown("a\u200bb\ufeff\u{e0041}"), "a\\u200bb\\ufeff\\u{e0041}");
  assert.equal(shown("half \ud83d alone"), "half \\ud83d alone");
});

test("what is text stays as it is", () => {
  const text = '<img src=x onerror=alert(1)></script> "שלום" 😀 \t\n &amp;';
  assert.deepEqual(pieces(text), [{ text, isControl: false }]);
});

test("controls stand apart from text that reads like them", () => {
  assert.deepEqual(pieces("\\x1b\x1b"), [
    { text: "\\x1b", isControl: false },
    { text: "\\x1b", isControl: true },
  ]);
});

test("a cut halves no character", () => {
  assert.deepEqual(cut("ab😀", 3), ["ab", true]);
  assert.deepEqual(cut("abc", 3), ["abc", false]);
  assert.equal(plain("a\nb\x07c", 4), "a b\\x07…");
});
