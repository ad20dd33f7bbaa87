import { percent, count } from "../text/numbers.ts";
import type { Vouched } from "../state/trust.ts";
import { Badge } from "./Badge.tsx";

export interface Stage {
  readonly name: string;
  readonly events: number;
}

interface FunnelProps {
  readonly title?: string;
  readonly stages: readonly Stage[];
  readonly vouched: Vouched | null;
  /** What is counted. */
  readonly note: string;
  /** Opens the lines of a stage, where it has some. */
  readonly onOpen?: (name: string) => void;
}

/** How many there are of each stage, and what part of the stage before that is. */
export function Funnel({ title = "Funnel", stages, vouched, note, onOpen }: FunnelProps) {
  const most = Math.max(1, ...stages.map((one) => one.events));
  return (
    <section class="card funnel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <Badge vouched={vouched} of={title} />
      </header>
      <ol>
        {stages.map((one, at) => {
          const before = stages[at - 1];
          const stage = (
            <>
              <span class="funnel-stage">
                <b>{one.name}</b>
                <span>
                  {count(one.events)}
                  {before && before.events > 0 && `, ${percent(one.events / before.events)} of ${before.name}`}
                </span>
              </span>
              <span class="stage-bar" style={{ width: `${(100 * one.events) / most}%` }} />
            </>
          );
          return (
            <li>
              {onOpen ? (
                <button type="button" onClick={() => onOpen(one.name)}>
                  {stage}
                </button>
              ) : (
                stage
              )}
            </li>
          );
        })}
      </ol>
      <p class="quiet-text">{note}</p>
    </section>
  );
}
