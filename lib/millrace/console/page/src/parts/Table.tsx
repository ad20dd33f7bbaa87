import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, Ref } from "preact";
import { useKeys } from "../state/keys.ts";
import type { FileColumn } from "./Downloads.tsx";

export const ROW_PX = 26;
const BEYOND = 12; // rows that are drawn above and below those in sight

export interface Column<Row> extends FileColumn<Row> {
  /** The width as CSS has it: `12rem`, `1fr`. */
  readonly width: string;
  readonly cell: (row: Row) => ComponentChildren;
}

export interface TableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly classOf?: (row: Row) => string;
  /** The key of the row that is selected. */
  readonly selected: string | null;
  readonly onSelect: (row: Row) => void;
  /** Enter, or a click. */
  readonly onOpen: (row: Row) => void;
  /** The end came near: more rows are wanted. */
  readonly onEnd?: () => void;
  readonly scroller?: Ref<HTMLDivElement>;
  readonly empty?: ComponentChildren;
}

/** Rows of which only those in sight are drawn; `j` and `k` move, Enter opens. */
export function Table<Row>(props: TableProps<Row>) {
  const { label, rows, columns, keyOf, selected, onSelect, onOpen } = props;
  const id = useId();
  const own = useRef<HTMLDivElement>(null);
  const [first, last] = useSight(own, rows.length);
  const at = selected === null ? -1 : rows.findIndex((row) => keyOf(row) === selected);
  const move = (to: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (!row) return;
    onSelect(row);
    show(own.current, Math.max(0, Math.min(rows.length - 1, to)));
  };
  const open = (): void => {
    const row = rows[at];
    if (row) onOpen(row);
  };
  const steps: Record<string, () => void> = {
    j: () => move(at + 1), k: () => move(at < 0 ? 0 : at - 1), Enter: open,
  };
  useKeys(steps);
  const focused: Record<string, () => void> = {
    ArrowDown: () => move(at + 1), ArrowUp: () => move(at - 1), Home: () => move(0), End: () => move(rows.length - 1),
    PageDown: () => move(at + 20), PageUp: () => move(at - 20),
  };
  useEffect(() => {
    if (rows.length && last >= rows.length) props.onEnd?.();
  }, [last, rows.length]);
  useLayoutEffect(() => {
    if (typeof props.scroller === "function") props.scroller(own.current);
    else if (props.scroller) props.scroller.current = own.current;
  });
  const template = { gridTemplateColumns: columns.map((one) => one.width).join(" ") };
  return (
    <div
      class="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={at >= first && at < last ? `${id}-${at}` : undefined}
      tabIndex={0}
      ref={own}
      onKeyDown={(event) => {
        const act = focused[event.key];
        if (!act) return;
        event.preventDefault();
        act();
      }}
    >
      <div class="grid-head" role="row" aria-rowindex={1} style={template}>
        {columns.map((one) => (
          <div role="columnheader">{one.name}</div>
        ))}
      </div>
      <div class="grid-body" role="rowgroup" style={{ height: `${Math.max(1, rows.length) * ROW_PX}px` }}>
        {rows.length === 0 && (
          <div role="row" class="grid-empty">
            <div role="gridcell" aria-colspan={columns.length}>{props.empty ?? "No lines."}</div>
          </div>
        )}
        {rows.slice(first, last).map((row, n) => (
          <div
            key={keyOf(row)}
            id={`${id}-${first + n}`}
            role="row"
            aria-rowindex={first + n + 2}
            aria-selected={first + n === at}
            class={`grid-row ${props.classOf?.(row) ?? ""}`}
            style={{ ...template, transform: `translateY(${(first + n) * ROW_PX}px)` }}
            onClick={() => {
              if (String(getSelection() ?? "")) return;
              onSelect(row);
              onOpen(row);
            }}
          >
            {columns.map((one) => (
              <div role="gridcell">{one.cell(row)}</div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The rows in sight, as the first and the one after the last. */
function useSight(own: Ref<HTMLDivElement> & { current: HTMLDivElement | null }, count: number): [number, number] {
  const [sight, set] = useState<[number, number]>([0, 40]);
  useEffect(() => {
    const place = own.current;
    if (!place) return;
    let frame = 0;
    const look = (): void => {
      frame = 0;
      const first = Math.max(0, Math.floor(place.scrollTop / ROW_PX) - BEYOND);
      const last = Math.ceil((place.scrollTop + place.clientHeight) / ROW_PX) + BEYOND;
      set((before) => (before[0] === first && before[1] === last ? before : [first, last]));
    };
    const scrolled = (): void => {
      frame ||= requestAnimationFrame(look);
    };
    look();
    place.addEventListener("scroll", scrolled, { passive: true });
    const sized = new ResizeObserver(scrolled);
    sized.observe(place);
    return () => {
      cancelAnimationFrame(frame);
      place.removeEventListener("scroll", scrolled);
      sized.disconnect();
    };
  }, []);
  return [Math.min(sight[0], Math.max(0, count - 1)), Math.min(sight[1], count)];
}

function show(place: HTMLDivElement | null, row: number): void {
  if (!place) return;
  const top = row * ROW_PX;
  if (top < place.scrollTop) place.scrollTop = top;
  // The head stays in sight above the rows.
  const bottom = top + 2 * ROW_PX - place.clientHeight;
  if (bottom > place.scrollTop) place.scrollTop = bottom;
}
