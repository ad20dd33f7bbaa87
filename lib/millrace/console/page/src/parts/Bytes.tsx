import { useState } from "preact/hooks";
import type { Schemas } from "../api/client.ts";
import { bytesOf, hexRows } from "../text/editable.ts";
import { count } from "../text/numbers.ts";
import { LongText } from "./Text.tsx";

const FIRST = 1_024;
const MORE = 16_384;

/** The bytes that came, as text whose controls are shown, and one by one. */
export function Bytes({ bytes }: { bytes: Schemas["Bytes"] }) {
  const [isHex, showHex] = useState(false);
  const [shown, show] = useState(FIRST);
  const all = bytesOf(bytes.base64);
  const left = all.length - shown;
  return (
    <section class="bytes" aria-label="What came">
      <div class="tools">
        <h3>What came</h3>
        <span class="quiet-text">
          {bytes.is_cut ? `the first ${count(bytes.length)} of ${count(bytes.came)} bytes` : `${count(bytes.length)} bytes`}
        </span>
        <span class="grow" />
        <div class="tabs" role="group" aria-label="Show as">
          {(["text", "bytes"] as const).map((one) => (
            <button type="button" aria-pressed={(one === "bytes") === isHex} onClick={() => showHex(one === "bytes")}>
              {one}
            </button>
          ))}
        </div>
      </div>
      {isHex ? (
        <>
          <pre class="hex" tabIndex={0} aria-label="Bytes, sixteen a row">{hexRows(all, 0, shown).join("\n")}</pre>
          {left > 0 && (
            <button type="button" class="quiet" onClick={() => show(shown + MORE)}>
              show {count(Math.min(left, MORE))} more of {count(all.length)} bytes
            </button>
          )}
        </>
      ) : (
        <LongText text={bytes.length ? bytes.shown : "(nothing)"} />
      )}
    </section>
  );
}
