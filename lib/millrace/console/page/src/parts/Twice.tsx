import { useState } from "preact/hooks";

/** A button for what cannot be undone: it asks once more. */
export function Twice({ label, question, onSure, isDisabled }: { label: string; question: string; onSure: () => void; isDisabled?: boolean }) {
  const [isAsked, ask] = useState(false);
  if (!isAsked) return <button type="button" class="secondary" disabled={isDisabled ?? false} onClick={() => ask(true)}>{label} …</button>;
  return (
    <span class="twice" role="group" aria-label={question}>
      {question}{" "}
      <button type="button" class="danger" autofocus onClick={() => (ask(false), onSure())}>{label}</button>{" "}
      <button type="button" class="secondary" onClick={() => ask(false)}>Keep</button>
    </span>
  );
}
