// A line to be edited: what a text field would alter or not show is written as an escape.
import { CONTROL, escapeOf } from "./hostile.ts";

// Of line feeds a text field cannot be told apart from carriage returns.
const ESCAPED = new RegExp(`\\n|${CONTROL.source}`, "gu");
const ESCAPE = /\\(?:\\|x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\})/gi;

/** Whether a text has to be edited by its escapes. */
export const needsEscapes = (text: string): boolean => text.search(ESCAPED) >= 0;

/** The text with controls as escapes, and backslashes doubled: `unescaped` leads back to it. */
export const escaped = (text: string): string => text.replace(/\\/g, "\\\\").replace(ESCAPED, escapeOf);

/** What escapes stand for. */
export function unescaped(text: string): string {
  return text.replace(ESCAPE, (whole, ...found: unknown[]) => {
    const code = found.slice(0, 3).find((one) => one !== undefined);
    if (code === undefined) return "\\";
    const number = parseInt(String(code), 16);
    return number > 0x10ffff ? whole : String.fromCodePoint(number);
  });
}

/** The bytes of base64. */
export const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));

/** The text of bytes; null where they are no UTF-8. */
export function textOfBytes(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

export interface Editable {
  readonly text: string;
  /** Whether escapes in it stand for what they name. */
  readonly isEscaped: boolean;
  /** Whether the bytes are UTF-8; of others each byte that is no text is an escape. */
  readonly isUtf8: boolean;
}

/** Bytes as a text field can have them. */
export function editableOf(bytes: Uint8Array): Editable {
  const text = textOfBytes(bytes);
  if (text === null) return { text: withEscapes(bytes), isEscaped: true, isUtf8: false };
  const isEscaped = needsEscapes(text);
  return { text: isEscaped ? escaped(text) : text, isEscaped, isUtf8: true };
}

function withEscapes(bytes: Uint8Array): string {
  let made = "";
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!;
    const size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    const some = textOfBytes(bytes.subarray(at, at + size));
    made += some === null ? `\\x${first.toString(16)}` : escaped(some);
    at += some === null ? 1 : size;
  }
  return made;
}

/** Bytes as `00000010  3c 31 33 3e …  <13>`, sixteen a row. */
export function hexRows(bytes: Uint8Array, from: number, to: number): string[] {
  const rows: string[] = [];
  for (let at = from; at < Math.min(to, bytes.length); at += 16) {
    const some = [...bytes.subarray(at, Math.min(at + 16, to, bytes.length))];
    const hex = some.map((one) => one.toString(16).padStart(2, "0")).join(" ").padEnd(47);
    const text = some.map((one) => (one >= 0x20 && one < 0x7f ? String.fromCharCode(one) : "·")).join("");
    rows.push(`${at.toString(16).padStart(8, "0")}  ${hex}  ${text}`);
  }
  return rows;
}
