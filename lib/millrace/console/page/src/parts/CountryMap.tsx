import { useMemo } from "preact/hooks";
import { levels, nameOf, NO_COUNTRY } from "../state/countries.ts";
import { count, counted, percent } from "../text/numbers.ts";
import { ProblemNote } from "./ProblemNote.tsx";
import { Text } from "./Text.tsx";
import { useWorld, WorldMap } from "./WorldMap.tsx";

/** How many there are of a country, by its code. */
export interface Country {
  readonly code: string;
  readonly many: number;
}

export interface CountryMapProps {
  /** In the order that arrows walk them. */
  readonly rows: readonly Country[];
  /** What is counted: `request`. */
  readonly noun: string;
  readonly pointed: string | null;
  readonly onPoint: (code: string | null) => void;
  readonly onOpen: (code: string) => void;
}

/** The sum of all. */
export const sum = (rows: readonly Country[]): number => rows.reduce((total, one) => total + one.many, 0);

/** The name of a country, shown as text. */
export const CountryName = ({ code }: { code: string }) => <Text text={nameOf(code)} most={60} />;

/** Countries on the map, a legend or what is pointed at, and those that the map has no place for. */
export function CountryMap({ rows, noun, pointed, onPoint, onOpen }: CountryMapProps) {
  const { world, problem } = useWorld();
  const values = useMemo(() => new Map(rows.map((one) => [one.code, one.many])), [rows]);
  const begins = useMemo(() => levels(Math.max(0, ...rows.filter((one) => one.code !== NO_COUNTRY).map((one) => one.many))), [rows]);
  const absent = world ? rows.filter((one) => !world.codes.has(one.code)) : [];
  const at = rows.findIndex((one) => one.code === pointed);
  const walk = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -rows.length, End: rows.length }[event.key];
    if (by !== undefined) onPoint(rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.code ?? null);
    else if (event.key === "Enter" && at >= 0) onOpen(rows[at]!.code);
    else return;
    event.preventDefault();
  };
  return (
    <section class="card world" aria-label="World map">
      <ProblemNote problem={problem} />
      {!world && !problem && <p class="quiet-text" role="status">Loading the map …</p>}
      {world && (
        <WorldMap world={world} values={values} begins={begins} selected={pointed} onPoint={onPoint} onOpen={onOpen} onKeyDown={walk}
          label={`World map of ${noun}s. Arrows walk countries as the table has them, Enter opens the lines.`} />
      )}
      <p class="reading" aria-live="polite">{pointed === null ? <Legend begins={begins} /> : <Reading code={pointed} rows={rows} noun={noun} />}</p>
      {absent.length > 0 && (
        <p class="absent">
          Not on the map:{" "}
          {absent.map((one) => (
            <button type="button" class="quiet" onClick={() => onOpen(one.code)}>
              <CountryName code={one.code} /> <b>{count(one.many)}</b>
            </button>
          ))}
        </p>
      )}
    </section>
  );
}

function Legend({ begins }: { begins: readonly number[] }) {
  return (
    <>
      <span class="legend">
        <span class="swatch level-0" aria-hidden="true" /> none
      </span>
      {begins.map((one, n) => (
        <span class="legend">
          <span class={`swatch level-${n + 1}`} aria-hidden="true" /> from {count(one)}
        </span>
      ))}
    </>
  );
}

function Reading({ code, rows, noun }: { code: string; rows: readonly Country[]; noun: string }) {
  const row = rows.find((one) => one.code === code);
  return (
    <>
      <CountryName code={code} /> <b>{row?.many ? `${counted(row.many, noun)}, ${percent(row.many / sum(rows))}` : `no ${noun}s`}</b>
    </>
  );
}
