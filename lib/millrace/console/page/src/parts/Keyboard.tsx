import { Panel } from "./Panel.tsx";

const KEYS = [
  ["/", "go to the query"],
  ["j, k", "next and previous line"],
  ["Enter", "open the line, or the point of a chart"],
  ["← →", "walk the steps of a chart, or the countries of the map, that has the focus"],
  ["Esc", "close what is open"],
  ["p", "pause and go on, in Live"],
  ["?", "these keys"],
] as const;

/** The keys that there are. */
export function Keyboard({ onClose }: { onClose: () => void }) {
  return (
    <Panel title="Keys" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([key, does]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
