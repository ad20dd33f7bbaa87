import { useState } from "preact/hooks";
import { type Problem, ProblemError } from "../api/client.ts";
import { ProblemNote } from "./ProblemNote.tsx";

/** Asks for a token. */
export function SignIn({ signIn }: { signIn: (token: string) => Promise<void> }) {
  const [problem, tell] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get("token") ?? "").trim();
    if (!token) return;
    setBusy(true);
    try {
      await signIn(token);
    } catch (error) {
      tell(error instanceof ProblemError ? error.problem : { title: "Not signed in", status: 0, detail: String(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <form class="card" onSubmit={(event) => void submit(event)}>
        <h1>millrace</h1>
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
        <button type="submit" class="primary" disabled={isBusy}>
          Sign in
        </button>
        <ProblemNote problem={problem} />
        <p class="quiet-text">
          On this machine <code>millrace status --secrets</code> shows it.
        </p>
      </form>
    </main>
  );
}
