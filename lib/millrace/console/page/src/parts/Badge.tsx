import { useId, useState } from "preact/hooks";
import type { Vouched } from "../state/trust.ts";
import { Text } from "./Text.tsx";

const SIGNS = { open: "◌", closed: "●", revised: "↻", proven: "✓", differs: "≠" } as const;

/** How far to trust the number beside it, in one word; who points at it or focuses it sees why. */
export function Badge({ vouched, of }: { vouched: Vouched | null; of: string }) {
  const id = useId();
  const [isShown, show] = useState(false);
  if (!vouched) return null;
  return (
    <span class="badge-place" onMouseEnter={() => show(true)} onMouseLeave={() => show(false)}>
      <button
        type="button"
        class={`badge ${vouched.mark}`}
        aria-label={[`${of}: ${vouched.mark}`, vouched.also].filter(Boolean).join(", ")}
        aria-describedby={isShown ? id : undefined}
        aria-expanded={isShown}
        onFocus={() => show(true)}
        onBlur={() => show(false)}
        onClick={() => show(true)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !isShown) return;
          show(false);
          event.preventDefault();
        }}
      >
        <span aria-hidden="true">{SIGNS[vouched.mark]}</span> {vouched.mark}
        {vouched.also && <span class="also"> · {vouched.also}</span>}
      </button>
      {isShown && (
        <span class="tip" role="tooltip" id={id}>
          {vouched.facts.map(([name, fact]) => (
            <span class="fact">
              <span class="fact-name">
                <Text text={name} />
              </span>{" "}
              <Text text={fact} />
            </span>
          ))}
        </span>
      )}
    </span>
  );
}
