import { address, type Value } from "../api/client.ts";
import { type Cell, fileOf, FORMATS, type Format } from "../text/files.ts";

/** What a column of a file is called, and the value that a row has in it. */
export interface FileColumn<Row> {
  readonly name: string;
  /** None of what is only to be looked at. */
  readonly value?: (row: Row) => Cell;
}

interface DownloadsProps {
  /** What the files are of. */
  readonly of: string;
  readonly path: string;
  /** What the path names. */
  readonly at?: Record<string, string>;
  readonly query: Record<string, Value>;
  readonly name: string;
}

/** Files of all that is asked for, however much it is: the API makes them. */
export function Downloads({ of, path, at, query, name }: DownloadsProps) {
  return (
    <span class="exports" role="group" aria-label={`Download ${of}`}>
      {FORMATS.map((format) => (
        <a class="quiet" aria-label={`${of} as ${format}`} href={address(path, { ...(at ? { path: at } : {}), query: { ...query, format } })} download={`${name}.${format}`}>
          {format}
        </a>
      ))}
    </span>
  );
}

interface SaveRowsProps<Row> {
  readonly of: string;
  readonly name: string;
  readonly rows: readonly Row[];
  readonly columns: readonly FileColumn<Row>[];
}

/** Files of the rows that are shown, for which the API makes none. */
export function SaveRows<Row>({ of, name, rows, columns }: SaveRowsProps<Row>) {
  const save = async (format: Format): Promise<void> => {
    const own = columns.flatMap(({ name: head, value }) => (value ? [{ head, value }] : []));
    const sheet = { columns: own.map((one) => one.head), rows: rows.map((row) => own.map((one) => one.value(row))) };
    saveFile(await fileOf(sheet, format), `millrace-${name}.${format}`);
  };
  return (
    <span class="exports" role="group" aria-label={`Download ${of}`}>
      {FORMATS.map((format) => (
        <button type="button" class="quiet" aria-label={`${of} as ${format}`} disabled={!rows.length} onClick={() => void save(format)}>
          {format}
        </button>
      ))}
    </span>
  );
}

/** Has the browser keep a file under a name. */
function saveFile(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser reads it from there for a while.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
