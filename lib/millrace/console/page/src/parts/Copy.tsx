import { useState } from "preact/hooks";

/** Copies a text; where the browser does not let it, shows the text to be copied by hand. */
export function Copy({ label, text }: { label: string; text: string }) {
  const [state, set] = useState<"" | "copied" | "shown">("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      set("copied");
      setTimeout(() => set(""), 2000);
    } catch {
      set("shown");
    }
  };
  return (
    <>
      <button type="button" class="quiet" onClick={() => void copy()}>
        {state === "copied" ? "copied ✓" : `copy ${label}`}
      </button>
      <span class="hidden" role="status">{state === "copied" ? `${label} copied` : ""}</span>
      {state === "shown" && (
        <textarea class="by-hand" readOnly rows={3} aria-label={`${label}, to copy`} value={text} onFocus={(event) => event.currentTarget.select()} />
      )}
    </>
  );
}
