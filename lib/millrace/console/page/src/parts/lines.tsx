import { Text } from "./Text.tsx";
import type { Column } from "./Table.tsx";
import { timeText } from "../state/time.ts";

/** A stored line: what it is named by, and whatever fields it has. */
export interface Line {
  readonly _id: string;
  readonly feed: string;
  readonly [field: string]: unknown;
}

const WIDTHS: Record<string, string> = {
  timestamp: "14rem", received_at: "14rem", level: "4.2rem", feed: "6rem", service_name: "9rem", method: "4.5rem",
  status_code: "4rem", country: "3.5rem", response_time_ms: "6rem", client_ip: "9rem", summary: "minmax(18rem, 1fr)",
  message: "minmax(18rem, 1fr)", path: "minmax(12rem, 1fr)",
};

/** What tells a line from all others: its feed and its id. */
export const lineKey = (line: Line): string => `${line.feed}/${line._id}`;

/** A class by the line's level and anomaly. */
export function lineClass(line: Line): string {
  const level = String(line["level"] ?? "").toLowerCase();
  const known = /^(error|fatal|warn)$/.test(level) ? level : "";
  return `${known}${line["anomaly"] ? " anomalous" : ""}`;
}

/** The value at a path of a line: `attributes.user.id` may be a key with dots of its own. */
export function valueAt(line: Readonly<Record<string, unknown>>, path: string): unknown {
  if (path in line) return line[path];
  const dot = path.indexOf(".");
  if (dot < 0) return undefined;
  const inner = line[path.slice(0, dot)];
  return inner && typeof inner === "object" ? valueAt(inner as Record<string, unknown>, path.slice(dot + 1)) : undefined;
}

/** A value as text. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What a line says, in one text: its message, or its request, or the line itself. */
export function summary(line: Line): string {
  const message = textOf(line["message"]);
  if (message) return message;
  const request = [line["method"], line["path"] ?? line["http_route"], line["status_code"]].map(textOf).filter(Boolean);
  if (request.length) return request.join(" ");
  if (line["event_type"]) return [line["event_type"], line["query"], line["product_id"], line["user_id"]].map(textOf).filter(Boolean).join(" ");
  return textOf(line["raw"]);
}

/** Whether there is little room: of times the clock alone is shown. */
export const narrow = matchMedia("(max-width: 640px)");

const isTime = (name: string): boolean => name === "timestamp" || name.endsWith("_at");

/** Columns of lines by the names of fields; `summary` is what the line says. */
export function lineColumns(names: readonly string[], zone: string): Column<Line>[] {
  const isShort = narrow.matches;
  return names.map((name) => ({
    name,
    width: (isShort && name === "timestamp" ? "8rem" : WIDTHS[name]) ?? "minmax(7rem, 12rem)",
    cell: (line) => {
      if (name === "summary" || name === "message") return <Text text={summary(line)} most={400} />;
      const value = valueAt(line, name);
      if (value === undefined || value === null) return <span class="none">–</span>;
      return isTime(name) ? <time>{timeText(String(value), zone).slice(isShort ? 11 : 0)}</time> : <Text text={textOf(value)} most={200} />;
    },
    value: (line) => {
      if (name === "summary") return summary(line);
      const value = valueAt(line, name);
      if (value === undefined || value === null) return null;
      if (isTime(name)) return new Date(String(value));
      return typeof value === "number" || typeof value === "boolean" ? value : textOf(value);
    },
  }));
}
