// Rows as files: CSV, NDJSON and Parquet, in the form that the API's own files have.

export const FORMATS = ["csv", "ndjson", "parquet"] as const;
export type Format = (typeof FORMATS)[number];

/** A value of a file; a time is a Date. */
export type Cell = string | number | boolean | Date | null;

/** Columns by their names, and the cells of each row in their order. */
export interface Sheet {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const MEDIA_TYPES: Record<Format, string> = {
  csv: "text/csv;charset=utf-8", ndjson: "application/x-ndjson", parquet: "application/vnd.apache.parquet",
};

/** The file of a format. */
export async function fileOf(sheet: Sheet, format: Format): Promise<Blob> {
  const content = format === "csv" ? csv(sheet) : format === "ndjson" ? ndjson(sheet) : await parquet(sheet);
  return new Blob([content], { type: MEDIA_TYPES[format] });
}

// What a spreadsheet takes for a formula, or would once an apostrophe is taken off. A hyphen alone
// is none.
const FORMULA = /^'*(?:[=+@\t\r]|-(?!$))/;

/** As RFC 4180 has it; a text that a spreadsheet would take for a formula has an apostrophe before it. */
export function csv({ columns, rows }: Sheet): string {
  return [columns, ...rows].map((row) => `${row.map(cellOfCsv).join(",")}\r\n`).join("");
}

function cellOfCsv(cell: Cell): string {
  if (cell === null) return "";
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell !== "string") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An object of JSON a line, in ASCII; the last line says how many there are. */
export function ndjson({ columns, rows }: Sheet): string {
  const objects: unknown[] = rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])));
  return [...objects, { complete: true, lines: rows.length }].map((one) => `${ascii(JSON.stringify(one))}\n`).join("");
}

// What a line has in it ends no line of the file, whoever splits it.
const ascii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Typed columns: text, numbers, truth, times in UTC; one of several types is text. */
export async function parquet({ columns, rows }: Sheet): Promise<ArrayBuffer> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const columnData = columns.map((name, at) => {
    const cells = rows.map((row) => row[at] ?? null);
    return { name, nullable: true, ...typed(cells) };
  });
  return parquetWriteBuffer({ columnData });
}

type Typed = { type: "STRING" | "BOOLEAN" | "INT64" | "DOUBLE" | "TIMESTAMP"; data: unknown[] };

function typed(cells: readonly Cell[]): Typed {
  const known = cells.filter((one) => one !== null);
  const every = (is: (cell: Cell) => boolean): boolean => known.length > 0 && known.every(is);
  if (every((one) => one instanceof Date)) return { type: "TIMESTAMP", data: [...cells] };
  if (every((one) => typeof one === "boolean")) return { type: "BOOLEAN", data: [...cells] };
  if (every((one) => Number.isSafeInteger(one))) return { type: "INT64", data: cells.map((one) => (one === null ? null : BigInt(one as number))) };
  if (every((one) => typeof one === "number")) return { type: "DOUBLE", data: [...cells] };
  return { type: "STRING", data: cells.map((one) => (one instanceof Date ? one.toISOString() : one === null ? null : String(one))) };
}
