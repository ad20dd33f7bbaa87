// Countries by the codes that lines have (ISO 3166-1 alpha-2), and the shapes that a map has of them.
import codes from "i18n-iso-countries/codes.json" with { type: "json" };

const NUMERIC = new Map((codes as unknown as string[][]).map(([alpha2, , numeric]) => [numeric!, alpha2!]));
const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** The value that figures have where a line has no country. */
export const NO_COUNTRY = "-";

/** The code of a shape by its number, or by its name where it has none; null where it has neither. */
export function codeOf(numeric: string | undefined, name: string): string | null {
  // Kosovo has a code that ISO leaves to users, and that databases of addresses use.
  return (numeric && NUMERIC.get(numeric)) || (name === "Kosovo" ? "XK" : null);
}

/** The name of a code; the code itself where it is of no country. */
export function nameOf(code: string): string {
  if (code === NO_COUNTRY) return "no country";
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return names.of(code) ?? code;
}

const STEPS = 5;

/** Where levels of colour begin, for values up to `most`: round numbers, each some times the one before. */
export function levels(most: number): number[] {
  const made = Array.from({ length: STEPS }, (_, n) => round(Math.max(1, most) ** (n / STEPS)));
  return [...new Set(made)];
}

/** The level of a value, from 1 on; 0 of none. */
export const levelOf = (value: number, begins: readonly number[]): number =>
  value > 0 ? Math.max(1, begins.filter((one) => value >= one).length) : 0;

/** The nearest of 1, 2 and 5 times a power of ten that is not above. */
function round(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return power * ([5, 2, 1].find((one) => one * power <= value + 1e-9) ?? 1);
}

/** How many there are of a country, and how many there were before. */
export interface Grown {
  readonly code: string;
  readonly many: number;
  readonly before: number;
}

/** Both numbers of each country that has one of them: what grew most comes first. */
export function grown(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): Grown[] {
  const codes = [...new Set([...now.keys(), ...before.keys()])];
  const rows = codes.map((code) => ({ code, many: now.get(code) ?? 0, before: before.get(code) ?? 0 }));
  return rows.sort((a, b) => b.many - b.before - (a.many - a.before) || b.many - a.many || (a.code < b.code ? -1 : 1));
}
