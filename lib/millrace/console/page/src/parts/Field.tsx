import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { Text } from "./Text.tsx";

/** What a control takes over from its field: its name for screen readers, and what is wrong with it. */
export interface Labelled {
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly fault?: string | undefined;
  readonly isWide?: boolean;
  readonly children: (own: Labelled) => JSX.Element;
}

/** A labelled control of a form; what is wrong with it stands below it. */
export function Field({ label, hint, fault, isWide, children }: FieldProps) {
  const id = useId();
  const told = [fault && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div class={`form-field ${isWide ? "wide" : ""}`}>
      <label for={id}>{label}</label>
      {children({ id, "aria-invalid": fault !== undefined, "aria-describedby": told || undefined })}
      {fault !== undefined && (
        <p class="wrong" id={`${id}-fault`}>
          <Text text={fault} />
        </p>
      )}
      {hint && <p class="quiet-text" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

interface ValuesProps {
  readonly own: Labelled;
  readonly values: readonly string[];
  /** What may be meant. */
  readonly options: readonly string[];
  readonly onChange: (values: string[]) => void;
}

/** Several texts, added one by one; none is all. */
export function Values({ own, values, options, onChange }: ValuesProps) {
  const [begun, begin] = useState("");
  const add = (text: string): void => {
    const value = text.trim();
    begin("");
    if (value && !values.includes(value)) onChange([...values, value]);
  };
  return (
    <div class="values">
      {values.map((one) => (
        <button type="button" class="value" aria-label={`Take away ${one}`} onClick={() => onChange(values.filter((other) => other !== one))}>
          <Text text={one} most={80} /> <span aria-hidden="true">✕</span>
        </button>
      ))}
      <input
        {...own}
        value={begun}
        list={`${own.id}-options`}
        placeholder={values.length ? "or …" : "all"}
        maxLength={256}
        autocomplete="off"
        onInput={(event) => begin(event.currentTarget.value)}
        onChange={(event) => add(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !begun.trim()) return;
          event.preventDefault();
          add(begun);
        }}
      />
      <datalist id={`${own.id}-options`}>
        {options.filter((one) => !values.includes(one)).map((one) => (
          <option value={one} />
        ))}
      </datalist>
    </div>
  );
}

/** A number, or null where none is written. */
export function NumberInput({ own, value, onChange, ...rest }: {
  own: Labelled; value: number | null; onChange: (value: number | null) => void; min?: number; max?: number; step?: number | "any";
}) {
  return (
    <input
      {...own}
      {...rest}
      type="number"
      inputMode="decimal"
      value={value ?? ""}
      onInput={(event) => {
        const { valueAsNumber } = event.currentTarget;
        onChange(Number.isFinite(valueAsNumber) ? valueAsNumber : null);
      }}
    />
  );
}
