import { useState } from "preact/hooks";
import { cut, pieces } from "../text/hostile.ts";
import { count } from "../text/numbers.ts";

const FIRST = 4_000;
const MORE = 32_000;

/** A text of a line, shown as what it is: its direction alone, controls as escapes, a long one cut. */
export function Text({ text, most }: { text: string; most?: number }) {
  const [head, isCut] = cut(text, most ?? FIRST);
  return (
    <bdi class="text">
      {pieces(head).map((piece) => (piece.isControl ? <span class="control">{piece.text}</span> : piece.text))}
      {isCut && "…"}
    </bdi>
  );
}

/** A text that may be long: the rest of it comes as it is asked for. */
export function LongText({ text }: { text: string }) {
  const [shown, show] = useState(FIRST);
  const left = text.length - shown;
  return (
    <div class="long-text">
      <Text text={text} most={shown} />
      {left > 0 && (
        <button type="button" class="quiet" onClick={() => show(shown + MORE)}>
          show {count(Math.min(left, MORE))} more of {count(text.length)} characters
        </button>
      )}
    </div>
  );
}
