// Times as they are shown and asked for, in any time zone.

const PARTS = {
  year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
} as const;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) formats.set(zone, (found = new Intl.DateTimeFormat("en-CA", { ...PARTS, timeZone: zone })));
  return found;
}

/** Whether a zone of that name is known. */
export function isZone(zone: string): boolean {
  try {
    return Boolean(format(zone));
  } catch {
    return false;
  }
}

/** Before all lines and changes: where a span begins that is to have everything. */
export const ALL_TIME = "1970-01-01T00:00:00.000Z";

/** The zone of this browser. */
export const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** The calendar and the clock of a zone: year, month ... second, as texts. */
function parts(at: Date, zone: string): Record<string, string> {
  return Object.fromEntries(format(zone).formatToParts(at).map(({ type, value }) => [type, value]));
}

/** A time as `2026-11-28 10:32:05.123`; of what is no time, the text itself. */
export function timeText(text: string | number, zone: string, withMs = true): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return String(text);
  const p = parts(at, zone);
  const ms = withMs ? `.${String(at.getUTCMilliseconds()).padStart(3, "0")}` : "";
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}${ms}`;
}

/** The time of day of a minute: `10:32`. */
export function clockText(text: string | number, zone: string): string {
  return timeText(text, zone, false).slice(11, 16);
}

/** What a zone is ahead of UTC by at a time, in minutes. */
export function offsetMinutes(at: Date, zone: string): number {
  const p = parts(at, zone);
  const asUtc = Date.UTC(+p.year!, +p.month! - 1, +p.day!, +p.hour!, +p.minute!, +p.second!);
  return Math.round((asUtc - Math.floor(at.getTime() / 1000) * 1000) / 60_000);
}

/** The time that a clock of the zone shows as `2026-11-28T10:32`, as ISO 8601 in UTC; else null.
 *
 * Of a time that a clock shows twice it is the first.
 */
export function instantOf(local: string, zone: string): string | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/.exec(local.trim());
  if (!match) return null;
  const [, y, mo, d, h, mi, s = "0", ms = "0"] = match;
  const wall = Date.UTC(+y!, +mo! - 1, +d!, +h!, +mi!, +s, +ms.padEnd(3, "0"));
  const candidates = [-1, 1].map((side) => {
    const near = new Date(wall + side * 86_400_000);
    return wall - offsetMinutes(near, zone) * 60_000;
  });
  const fitting = candidates.filter((one) => one + offsetMinutes(new Date(one), zone) * 60_000 === wall);
  const found = Math.min(...(fitting.length ? fitting : candidates));
  return Number.isFinite(found) ? new Date(found).toISOString() : null;
}

const UNITS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
const RELATIVE = /^now(?:([+-])(\d{1,9})([smhdw]))?(?:\/([mhdw]))?$/;
const FIRST_MONDAY = Date.UTC(1970, 0, 5);

/** The milliseconds of a time as the API reads it, relative ones included; null of what is none. */
export function millisOf(text: string, now: number): number | null {
  const match = RELATIVE.exec(text);
  if (match) {
    const [, sign, number, unit, start] = match;
    let at = now + (number ? (sign === "-" ? -1 : 1) * +number * UNITS[unit!]! : 0);
    if (start) at -= (((at - FIRST_MONDAY) % UNITS[start]!) + UNITS[start]!) % UNITS[start]!;
    return at;
  }
  if (/^\d{10}$/.test(text)) return +text * 1000;
  if (/^\d{13}$/.test(text)) return +text;
  const zoned = /[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.replace(" ", "T")}${text.length > 10 ? "Z" : ""}`;
  const at = /^\d{4}-/.test(text) ? Date.parse(zoned) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** Whether a time moves with the clock. */
export const isRelative = (text: string): boolean => RELATIVE.test(text);

/** A length of time in few words: `40 s`, `5 min`, `3 h`. */
export function lengthText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

/** The step of a span that makes at most `most` of them, as the API has it: `1m`, `5m`, `1h`. */
export function stepOf(spanMs: number, most = 120): string {
  const usual = ["1m", "5m", "15m", "30m", "1h", "3h", "6h", "12h", "1d", "1w"];
  return usual.find((one) => spanMs / stepMs(one) <= most) ?? "1w";
}

/** A length in seconds as a step: `5m`. */
export function stepText(seconds: number): string {
  const unit = (["w", "d", "h", "m"] as const).find((one) => (seconds * 1000) % UNITS[one]! === 0);
  return unit ? `${(seconds * 1000) / UNITS[unit]!}${unit}` : `${seconds}s`;
}

/** The milliseconds of a step. */
export const stepMs = (step: string): number => parseInt(step, 10) * UNITS[step.slice(-1)]!;

/** The milliseconds from one time to another as the API reads them: a minute at least, an hour of what is none. */
export function spanMs(from: string, to: string): number {
  const now = Date.now();
  const [since, until] = [millisOf(from, now), millisOf(to, now)];
  return since === null || until === null ? 3_600_000 : Math.max(60_000, until - since);
}
