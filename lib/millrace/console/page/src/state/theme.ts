// Light or dark: what the system says, unless one was chosen here.
import { useEffect, useState } from "preact/hooks";

export type Theme = "light" | "dark";

const KEY = "millrace.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

/** What is shown now. */
export function theme(): Theme {
  const chosen = stored();
  return chosen ?? (system.matches ? "dark" : "light");
}

/** Chooses one; the system's own choice is no choice. */
export function choose(wanted: Theme): void {
  const isSystems = wanted === (system.matches ? "dark" : "light");
  try {
    if (isSystems) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, wanted);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  apply(wanted);
}

/** Applies the theme to the page, from its start on. */
export function begin(): void {
  apply(theme());
  system.addEventListener("change", () => apply(theme()));
}

/** The theme; the component is drawn anew as it changes. */
export function useTheme(): Theme {
  const [now, set] = useState(theme);
  useEffect(() => {
    const told = (): void => set(document.documentElement.dataset["theme"] === "dark" ? "dark" : "light");
    listeners.add(told);
    told();
    return () => void listeners.delete(told);
  }, []);
  return now;
}

function apply(wanted: Theme): void {
  document.documentElement.dataset["theme"] = wanted;
  for (const told of listeners) told();
}

function stored(): Theme | null {
  try {
    const found = localStorage.getItem(KEY);
    return found === "light" || found === "dark" ? found : null;
  } catch {
    return null;
  }
}
