// Queries as texts: what is being written at the cursor, and terms that are added.

const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_.@/-]*$/;
const WORDS = /^(AND|OR|NOT|TO)$/;

/** A value as a query has it where it means itself alone. */
export function quoted(value: string): string {
  if (PLAIN.test(value) && !WORDS.test(value)) return value;
  return `"${value.replace(/[\\"*?]/g, (sign) => `\\${sign}`)}"`;
}

/** A term that a field has that value; of none, that it is absent. */
export function termOf(field: string, value: string | number | boolean | null): string {
  if (value === null) return `NOT ${field}:*`;
  return `${field}:${quoted(String(value))}`;
}

/** The query with one term more, or with its opposite. */
export function withTerm(query: string, term: string, isNot = false): string {
  const own = isNot ? (term.startsWith("NOT ") ? term.slice(4) : `NOT ${term}`) : term;
  const before = query.trim();
  if (!before || before === "*") return own;
  if (before === own || before.endsWith(` ${own}`) || before.startsWith(`${own} `)) return before;
  return `${hasOr(before) ? `(${before})` : before} ${own}`;
}

/** Whether an OR stands outside of quotes: AND binds first. */
function hasOr(query: string): boolean {
  return / OR |\|\|/.test(query.replace(/"(?:[^"\\]|\\.)*"/g, '""'));
}

/** What is being written before the cursor: the name of a field, or a value of one. */
export interface Writing {
  readonly field: string | null;
  readonly begun: string;
  /** Where what is begun begins. */
  readonly start: number;
}

/** What is being written; null within a quoted text, or where nothing can be proposed. */
export function writingAt(query: string, cursor: number): Writing | null {
  const before = query.slice(0, cursor);
  const value = /(?:^|[\s(!-])([A-Za-z_@][\w.@-]*):(?:>=|<=|>|<)?((?:"[^"]*)|[^\s"()[\]{}]*)$/.exec(before);
  if (value) {
    const raw = value[2]!;
    return { field: value[1]!, begun: raw.replace(/^"/, ""), start: cursor - raw.length };
  }
  if ((before.match(/(?<!\\)"/g)?.length ?? 0) % 2) return null;
  const name = /(?:^|[\s(!-])([A-Za-z_@][\w.@]*|)$/.exec(before);
  return name ? { field: null, begun: name[1]!, start: cursor - name[1]!.length } : null;
}

/** The query with what is begun replaced, and where the cursor goes. */
export function completed(query: string, cursor: number, writing: Writing, text: string): [string, number] {
  const end = writing.start + text.length;
  return [query.slice(0, writing.start) + text + query.slice(cursor), end];
}

/** Proposals that fit what is begun: those that begin so first, then those that contain it. */
export function fitting(all: readonly string[], begun: string, most: number): string[] {
  const wanted = begun.toLowerCase();
  const starts = all.filter((one) => one.toLowerCase().startsWith(wanted));
  const rest = all.filter((one) => !one.toLowerCase().startsWith(wanted) && one.toLowerCase().includes(wanted));
  return [...starts, ...rest].slice(0, most);
}
