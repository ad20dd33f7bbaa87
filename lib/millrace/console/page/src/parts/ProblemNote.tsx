import type { Problem } from "../api/client.ts";
import { Text } from "./Text.tsx";

/** What is wrong with a request; where it is of the query, the place in it and names that may be meant. */
export function ProblemNote({ problem, q, onName }: { problem: Problem | null; q?: string; onName?: (name: string) => void }) {
  if (!problem) return null;
  const { position, nearest } = problem;
  return (
    <div class="problem" role="alert">
      <strong>{problem.title}.</strong> <Text text={problem.detail} />
      {q !== undefined && typeof position === "number" && (
        <pre class="at" aria-label={`at character ${position + 1}`}>
          <Text text={q.slice(0, position)} />
          <mark>{q.slice(position, position + 1) || " "}</mark>
          <Text text={q.slice(position + 1)} />
        </pre>
      )}
      {nearest && nearest.length > 0 && (
        <div class="nearest">
          Meant:{" "}
          {nearest.map((name) =>
            onName ? (
              <button type="button" class="quiet" onClick={() => onName(name)}>
                <Text text={name} />
              </button>
            ) : (
              <code>
                <Text text={name} />
              </code>
            ),
          )}
        </div>
      )}
    </div>
  );
}
