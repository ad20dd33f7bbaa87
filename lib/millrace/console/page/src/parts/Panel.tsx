import { useEffect, useId, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { useKeys } from "../state/keys.ts";

/** What opens at the side of a page; Esc closes it, and the focus returns to where it was. */
export function Panel({ title, onClose, children }: { title: ComponentChildren; onClose: () => void; children: ComponentChildren }) {
  const own = useRef<HTMLElement>(null);
  const id = useId();
  useKeys({ Escape: onClose });
  useEffect(() => {
    const before = document.activeElement;
    own.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <section class="panel" ref={own} tabIndex={-1} role="dialog" aria-labelledby={id}>
      <header>
        {/* At the left: at the right it would stand where the page below has "Sign out". */}
        <button type="button" class="close" aria-label="Close" onClick={onClose}>
          ✕
        </button>
        <h2 id={id}>{title}</h2>
      </header>
      <div class="panel-body">{children}</div>
    </section>
  );
}
