// Who is signed in. The token is in a cookie that no script can read.
import { useEffect, useState } from "preact/hooks";
import { get, type Problem, ProblemError, type Schemas, send, whenSignedOut } from "../api/client.ts";

export type Session = Schemas["Session"];

export interface Signed {
  /** Undefined while that is not known yet, null where nobody is. */
  readonly session: Session | null | undefined;
  /** Why it cannot be known. */
  readonly problem: Problem | null;
  readonly signIn: (token: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
}

/** The session of this browser. */
export function useSession(): Signed {
  const [session, set] = useState<Session | null | undefined>(undefined);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const end = whenSignedOut(() => set(null));
    get("/console/session").then(set, (error: unknown) => {
      const told = error instanceof ProblemError ? error.problem : null;
      if (told?.status !== 401) setProblem(told);
    });
    return end;
  }, []);
  return {
    session, problem,
    signIn: async (token) => {
      const answer = await send("POST", "/console/session", { token });
      setProblem(null);
      set((await answer.json()) as Session);
    },
    signOut: async () => {
      await send("DELETE", "/console/session");
      set(null);
    },
  };
}
