import { percent, count } from "../text/numbers.ts";
import type { Vouched } from "../state/trust.ts";
import { Badge } from "./Badge.tsx";

export interface Stage {
  readonly name: string;
  readonly events: number;
}

interface FunnelProps {
  readonly stages: readonly Stage[];
  readonly vouched: Vouched | null;
  readonly onOpen: (name: string) => void;
}

/** How many events there are of each stage, and what part of the stage before that is. */
export function Funnel({ stages, vouched, onOpen }: FunnelProps) {
  const most = Math.max(1, ...stages.map((one) => one.events));
  return (
    <section class="card funnel" aria-label="Funnel">
      <header>
        <h2>Funnel</h2>
        <Badge vouched={vouched} of="Funnel" />
      </header>
      <ol>
        {stages.map((one, at) => {
          const before = stages[at - 1];
          return (
            <li>
              <button type="button" onClick={() => onOpen(one.name)}>
                <span class="funnel-stage">
                  <b>{one.name}</b>
                  <span>
                    {count(one.events)}
                    {before && before.events > 0 && `, ${percent(one.events / before.events)} of ${before.name}`}
                  </span>
                </span>
                <span class="stage-bar" style={{ width: `${(100 * one.events) / most}%` }} />
              </button>
            </li>
          );
        })}
      </ol>
      <p class="quiet-text">Events, not visitors: who searches twice is counted twice.</p>
    </section>
  );
}
