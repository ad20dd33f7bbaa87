import { useEffect, useState } from "preact/hooks";
import { type Acts, isOpen, type Letter, type Looked, type Parsed, pathOf, requeue, type Requeued, requeuedText, settle, useActs } from "../state/letters.ts";
import { timeText } from "../state/time.ts";
import { hrefOf, shared, type View, within } from "../state/view.ts";
import { bytesOf, type Editable, editableOf, unescaped } from "../text/editable.ts";
import { Bytes } from "./Bytes.tsx";
import { Field } from "./Field.tsx";
import { textOf } from "./lines.tsx";
import { Panel } from "./Panel.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { LongText, Text } from "./Text.tsx";
import { Twice } from "./Twice.tsx";
import { useQuery } from "./useQuery.ts";

interface LetterPanelProps {
  readonly id: string;
  readonly view: View;
  readonly mayWrite: boolean;
  readonly onClose: () => void;
}

/** A dead letter: what came, why it is no record, and what can be done with it. */
export function LetterPanel({ id, view, mayWrite, onClose }: LetterPanelProps) {
  const [done, tellDone] = useState(0);
  const acts = useActs();
  const { data, problem, isLoading } = useQuery("/v1/dead-letters/{feed}/{id}", { path: pathOf(id) }, { again: done });
  return (
    <Panel title={data ? <>Dead letter of {timeText(textOf(data.letter["received_at"]), view.tz)}</> : "Dead letter"} onClose={onClose}>
      <ProblemNote problem={problem} />
      {isLoading && !data && <p class="quiet-text" role="status">Reading …</p>}
      {data && (
        <>
          <Facts letter={data.letter} view={view} />
          {data.bytes ? <Bytes bytes={data.bytes} /> : <p class="quiet-text">The configuration hides the bytes.</p>}
          <section aria-label="Today's parser">
            <h3>Today's parser says</h3>
            <Outcome parsed={data.parsed} />
          </section>
          {!isOpen(data.letter) && <p>It is {data.letter.status}: nothing is left to be done.</p>}
          {data.letter["resolution"] === "requeued" && (
            <p><a href={hrefOf("logs", { ...shared(view), line: id, feed: data.letter.feed })} onClick={within}>Open its record</a></p>
          )}
          {isOpen(data.letter) && mayWrite && <Settle key={id} looked={data} acts={acts} onDone={() => tellDone(done + 1)} />}
          {!isOpen(data.letter) && <Told acts={acts} />}
          {isOpen(data.letter) && !mayWrite && <p class="quiet-text">Your token may read alone: letters are settled with one of the role operate.</p>}
        </>
      )}
    </Panel>
  );
}

const SHOWN = ["reason", "detail", "status", "feed", "kafka", "received_at", "settled_at", "resolution", "note", "parser_version"];

function Facts({ letter, view }: { letter: Letter; view: View }) {
  const textAt = (name: string): string => {
    const value = letter[name];
    if (name === "kafka" && value && typeof value === "object") return Object.entries(value).map(([key, own]) => `${key} ${own}`).join(", ");
    return name.endsWith("_at") ? timeText(textOf(value), view.tz) : textOf(value);
  };
  return (
    <dl class="fields">
      {SHOWN.filter((name) => letter[name] !== undefined && letter[name] !== null).map((name) => (
        <div>
          <dt>{name}</dt>
          <dd><Text text={textAt(name)} /></dd>
        </div>
      ))}
    </dl>
  );
}

function Outcome({ parsed }: { parsed: Parsed }) {
  if (parsed.becomes === "unknown") return <p>Not known: the letter holds a part of its line alone.</p>;
  if (parsed.becomes === "dead_letter") {
    return (
      <p>
        still dead: <b>{parsed.reason}</b>, <Text text={parsed.detail ?? ""} />
      </p>
    );
  }
  return (
    <>
      <p class="good">It is a record:</p>
      <LongText text={JSON.stringify(parsed.document, null, 2)} />
    </>
  );
}

/** Edit, try, requeue; or discard. */
function Settle({ looked, acts, onDone }: { looked: Looked; acts: Acts; onDone: () => void }) {
  const id = looked.letter._id;
  const [original] = useState(() => editableOf(looked.bytes ? bytesOf(looked.bytes.base64) : new Uint8Array()));
  const [written, write] = useState(original.text);
  const [note, setNote] = useState("");
  const [tried, setTried] = useState<Requeued | null>(null);
  const { act, isBusy } = acts;
  const isEdited = written !== original.text;
  const line = !isEdited ? null : original.isEscaped ? unescaped(written) : written;
  useEffect(() => setTried(null), [written]);
  const attempt = (isDry: boolean): Promise<void> =>
    act(async () => {
      const done = await requeue([id], line, isDry);
      setTried(isDry ? done : null);
      if (!isDry) onDone();
      return requeuedText(done, isDry);
    });
  const outcome = tried?.outcomes[id];
  return (
    <section class="settle" aria-label="Settle it">
      <Field
        label="The line, to be edited"
        hint={hintOf(original)}
      >
        {(own) => <textarea {...own} class="line" rows={6} dir="ltr" spellcheck={false} maxLength={60_000} value={written} onInput={(event) => write(event.currentTarget.value)} />}
      </Field>
      <div class="tools">
        <button type="button" class="primary" disabled={isBusy} onClick={() => void attempt(true)}>Dry run</button>
        <button type="button" class="secondary" disabled={isBusy || outcome?.becomes !== "record"} onClick={() => void attempt(false)}>
          {isEdited ? "Requeue as edited" : "Requeue"}
        </button>
        <span class="quiet-text">{isEdited ? "the edited line" : "the bytes as they came"}; it can be requeued after a dry run that makes it a record</span>
      </div>
      <Told acts={acts} />
      {outcome && <Outcome parsed={outcome} />}
      <Field label="Note">
        {(own) => <input {...own} value={note} maxLength={1000} onInput={(event) => setNote(event.currentTarget.value)} />}
      </Field>
      <div class="tools">
        {(["discarded", "resolved"] as const).map((status) => (
          <Twice
            label={status === "discarded" ? "Discard" : "Mark as resolved"}
            question={status === "discarded" ? "Discard it? It never becomes a record." : "Mark it as resolved? It never becomes a record here."}
            isDisabled={isBusy}
            onSure={() => void act(async () => {
              const many = await settle([id], status, note);
              onDone();
              return many ? status : "it was settled meanwhile";
            })}
          />
        ))}
      </div>
    </section>
  );
}

function Told({ acts }: { acts: Acts }) {
  return (
    <>
      <p role="status" class="told">{acts.isBusy ? "Working …" : acts.told}</p>
      <ProblemNote problem={acts.problem} />
    </>
  );
}

function hintOf({ isEscaped, isUtf8 }: Editable): string {
  if (!isUtf8) return "The bytes are no UTF-8: unchanged they are parsed as they came. Once the line is edited, \\xe9 is written as é, and \\\\ is a backslash.";
  if (isEscaped) return "Control characters are written as \\x1b or \\u202e, a line feed as \\x0a, a backslash as \\\\.";
  return "Unchanged, the very bytes are parsed again.";
}
