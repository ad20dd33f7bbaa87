// A report as the API makes it: one document, which is shown, kept and printed as it is.
import { useEffect, useState } from "preact/hooks";
import { address, type Problem, problemOf, request } from "../api/client.ts";
import type { View } from "./view.ts";

export interface Report {
  /** Where the document is, in this browser's memory; null before there is one. */
  readonly href: string | null;
  /** What a file of it is called. */
  readonly name: string;
  readonly problem: Problem | null;
  readonly isMaking: boolean;
}

const NONE: Report = { href: null, name: "millrace-report.html", problem: null, isMaking: true };

/** The report of a view's time, feeds and zone; made anew when they change, and when `again` does. */
export function useReport({ from, to, tz, feeds }: View, again: number): Report {
  const [report, set] = useState<Report>(NONE);
  const url = address("/v1/report", { query: { from, to, tz, feed: [...feeds] } });
  useEffect(() => {
    const abort = new AbortController();
    let href: string | null = null;
    set(NONE);
    made(url, abort.signal).then(
      ([document, name]) => {
        if (abort.signal.aborted) return;
        href = URL.createObjectURL(document);
        set({ href, name, problem: null, isMaking: false });
      },
      (error: unknown) => {
        if (!abort.signal.aborted) set({ ...NONE, problem: problemOf(error), isMaking: false });
      },
    );
    return () => {
      abort.abort();
      if (href) URL.revokeObjectURL(href);
    };
  }, [url, again]);
  return report;
}

async function made(url: string, signal: AbortSignal): Promise<[Blob, string]> {
  const answer = await request(url, { signal });
  const name = /filename="([\w.-]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? NONE.name;
  return [new Blob([await answer.text()], { type: "text/html;charset=utf-8" }), name];
}
