// The API over HTTP, with the types that it describes itself by.
import type { components, paths } from "./schema.ts";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

/** Paths that can be asked by GET. */
export type GetPath = {
  [P in keyof paths]: paths[P] extends { get: { responses: Record<200, unknown> } } ? P : never;
}[keyof paths];
type Operation<P extends GetPath> = paths[P] extends { get: infer O } ? O : never;

/** What a GET of a path answers with. */
export type Answer<P extends GetPath> =
  Operation<P> extends { responses: { 200: { content: { "application/json": infer A } } } } ? A : never;

type Parameters<P extends GetPath, In extends string> =
  Operation<P> extends { parameters: Partial<Record<In, infer Q>> } ? Exclude<Q, undefined> : never;

/** What may be asked for by the query of a path. */
export type QueryOf<P extends GetPath> = Parameters<P, "query">;
export type Value = string | number | readonly string[] | null | undefined;

/** A request that was refused, as `application/problem+json` tells it; of status 0 without answer. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.problem = problem;
  }
}

const signedOut = new Set<() => void>();

/** Calls `told` whenever an answer says that there is no session; gives what ends that. */
export function whenSignedOut(told: () => void): () => void {
  signedOut.add(told);
  return () => signedOut.delete(told);
}

export interface Asked<P extends GetPath> {
  query?: QueryOf<P> & Record<string, Value>;
  path?: Record<string, string>;
  signal?: AbortSignal;
}

/** The answer to a GET; throws ProblemError. */
export async function get<P extends GetPath>(path: P, asked: Asked<P> = {}): Promise<Answer<P>> {
  const answer = await request(address(path, asked), asked.signal ? { signal: asked.signal } : {});
  return (await answer.json()) as Answer<P>;
}

/** The address of a GET on this origin: `/v1/logs?q=...`. Values that are empty are left out. */
export function address(
  path: string,
  asked: { query?: Record<string, Value> | undefined; path?: Record<string, string> },
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(asked.path?.[name] ?? ""),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {})) {
    const all = Array.isArray(value) ? value : [value];
    for (const one of all) if (one !== undefined && one !== null && one !== "") query.append(name, String(one));
  }
  const text = query.toString();
  return text ? `${filled}?${text}` : filled;
}

/** Any request to the API; throws ProblemError where it is refused. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ProblemError({ title: "No answer", status: 0, detail: "the API cannot be reached" });
  }
  if (answer.ok) return answer;
  if (answer.status === 401) for (const told of signedOut) told();
  throw new ProblemError(await read(answer));
}

export interface Sent {
  /** The version that is meant: its `ETag`. */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

/** A request that may change something, with a JSON body where one is given. */
export async function send(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown, sent: Sent = {}): Promise<Response> {
  const headers: Record<string, string> = sent.ifMatch ? { "If-Match": sent.ifMatch } : {};
  const rest = sent.signal ? { signal: sent.signal } : {};
  if (body === undefined) return request(path, { method, headers, ...rest });
  headers["Content-Type"] = "application/json";
  return request(path, { method, headers, body: JSON.stringify(body), ...rest });
}

/** What an error tells, whatever it is. */
export function problemOf(error: unknown): Problem {
  return error instanceof ProblemError ? error.problem : { title: "Not understood", status: 0, detail: String(error) };
}

async function read(answer: Response): Promise<Problem> {
  const unreadable = { title: answer.statusText || "Error", status: answer.status, detail: "no reason was given" };
  try {
    return { ...unreadable, ...((await answer.json()) as Partial<Problem>) };
  } catch {
    return unreadable;
  }
}
