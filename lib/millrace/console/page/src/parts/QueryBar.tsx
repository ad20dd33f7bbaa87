import { useEffect, useId, useRef, useState } from "preact/hooks";
import { get, type Problem } from "../api/client.ts";
import { useKnown } from "../state/known.ts";
import { change, type View } from "../state/view.ts";
import { completed, fitting, quoted, type Writing, writingAt } from "../text/query.ts";
import { ProblemNote } from "./ProblemNote.tsx";
import { Text } from "./Text.tsx";

const MOST = 12;

/** The query, with proposals for names of fields and their values. */
export function QueryBar({ view, problem }: { view: View; problem: Problem | null }) {
  const id = useId();
  const own = useRef<HTMLInputElement>(null);
  const [text, write] = useState(view.q);
  const [writing, setWriting] = useState<Writing | null>(null);
  const [at, moveTo] = useState(-1);
  const proposals = useProposals(view, writing);
  useEffect(() => write(view.q), [view.q]);
  const isOpen = writing !== null && proposals.length > 0;
  const look = (): void => {
    const input = own.current!;
    setWriting(input.value ? writingAt(input.value, input.selectionStart ?? 0) : null);
    moveTo(-1);
  };
  const submit = (query: string): void => {
    setWriting(null);
    change({ q: query.trim(), line: null });
  };
  const take = (proposal: string): void => {
    const input = own.current!;
    const isName = writing!.field === null;
    const [made, cursor] = completed(text, input.selectionStart ?? text.length, writing!, isName ? `${proposal}:` : quoted(proposal));
    write(made);
    moveTo(-1);
    setWriting(isName ? writingAt(made, cursor) : null);
    requestAnimationFrame(() => {
      input.focus();
      input.setSelectionRange(cursor, cursor);
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      if (isOpen) setWriting(null);
      else own.current?.blur();
    } else if (isOpen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const by = event.key === "ArrowDown" ? 1 : -1;
      moveTo((at + by + proposals.length + (at < 0 && by < 0 ? 1 : 0)) % proposals.length);
    } else if (isOpen && at >= 0 && (event.key === "Enter" || event.key === "Tab")) take(proposals[at]!);
    else if (event.key === "Enter") submit(text);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="query" role="search">
      <div class="query-line">
        <input
          id="query"
          ref={own}
          value={text}
          maxLength={4096}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          placeholder='level:ERROR service_name:web status_code:>=500 "connection refused"'
          aria-label="Query"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={isOpen}
          aria-controls={`${id}-list`}
          aria-activedescendant={isOpen && at >= 0 ? `${id}-${at}` : undefined}
          aria-invalid={problem?.position !== undefined}
          onInput={(event) => {
            write(event.currentTarget.value);
            look();
          }}
          onKeyDown={onKeyDown}
          onBlur={() => setWriting(null)}
        />
        <button type="button" class="primary" onClick={() => submit(text)}>
          Search
        </button>
        {view.q && (
          <button type="button" class="quiet" onClick={() => submit("")}>
            clear
          </button>
        )}
      </div>
      <ul class="proposals" id={`${id}-list`} role="listbox" aria-label="Proposals" hidden={!isOpen}>
        {isOpen &&
          proposals.map((one, n) => (
            <li
              id={`${id}-${n}`}
              role="option"
              aria-selected={n === at}
              onPointerDown={(event) => {
                event.preventDefault();
                take(one);
              }}
            >
              <Text text={one} most={120} />
            </li>
          ))}
      </ul>
      <ProblemNote problem={problem} q={view.q} onName={(name) => rename(view.q, problem, name)} />
    </div>
  );
}

/** Puts the name that was meant where the query names another. */
function rename(query: string, problem: Problem | null, name: string): void {
  const start = problem?.position ?? 0;
  const wrong = /^[\w.@-]+/.exec(query.slice(start))?.[0] ?? "";
  change({ q: query.slice(0, start) + name + query.slice(start + wrong.length) });
}

/** Names of fields, or values of the field that is being written. */
function useProposals(view: View, writing: Writing | null): string[] {
  const { fields } = useKnown();
  const [values, set] = useState<readonly string[]>([]);
  const field = writing?.field ?? null;
  const { from, to } = view;
  const feed = view.feeds.join(",");
  useEffect(() => {
    set([]);
    if (field === null) return;
    const abort = new AbortController();
    const query = { from, to, feed: feed ? [feed] : [], size: 200 };
    get("/v1/fields/{field}/values", { path: { field }, query, signal: abort.signal }).then(
      (found) => set(found.values.map((one) => String(one.value))),
      () => undefined, // Of a field that is none nothing can be proposed.
    );
    return () => abort.abort();
  }, [field, from, to, feed]);
  if (!writing) return [];
  const all = field === null ? [...new Set(fields.flatMap((one) => [one.name, ...one.synonyms]))] : values;
  const found = fitting(all, writing.begun, MOST);
  return found.length === 1 && found[0] === writing.begun ? [] : found;
}
