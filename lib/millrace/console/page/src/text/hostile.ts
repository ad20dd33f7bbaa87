// What a line contains is an attacker's text: nothing of it may act, hide, or reorder what is shown.

/** A piece of a text; a control is shown as its escape. */
export interface Piece {
  readonly text: string;
  readonly isControl: boolean;
}

// C0 and C1 controls but tab and newline, soft hyphen, marks and embeddings of direction, zero
// widths, line and paragraph separators, byte order mark, tags, variation selectors, and halves of
// surrogate pairs that stand alone.
export const CONTROL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu;

/** The text in pieces, controls apart and as escapes: `\x1b`, `\u202e`. */
export function pieces(text: string): Piece[] {
  const made: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(CONTROL)) {
    if (match.index > end) made.push({ text: text.slice(end, match.index), isControl: false });
    made.push({ text: escapeOf(match[0]), isControl: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) made.push({ text: text.slice(end), isControl: false });
  return made;
}

/** A control as an escape. */
export function escapeOf(control: string): string {
  const code = control.codePointAt(0)!;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** The text with its controls as escapes, on one line, for what takes plain text: titles, labels. */
export function plain(text: string, most = 200): string {
  const [head, isCut] = cut(text, most);
  const shown = pieces(head.replace(/[\t\n]/g, " ")).map((one) => one.text).join("");
  return isCut ? `${shown}…` : shown;
}

/** The beginning of a text, at most so many characters, and whether there is more. */
export function cut(text: string, most: number): [string, boolean] {
  if (text.length <= most) return [text, false];
  // No half of a surrogate pair.
  const end = /[\ud800-\udbff]/.test(text[most - 1]!) ? most - 1 : most;
  return [text.slice(0, end), true];
}
