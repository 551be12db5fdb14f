// Light or dark: the system's wish, or the address's (?theme=dark) for a screenshot.
import { useSyncExternalStore } from "react";
import { useRoute } from "./route";

const system = window.matchMedia("(prefers-color-scheme: dark)");

export function useTheme(): "light" | "dark" {
  const asked = useRoute().theme;
  const dark = useSyncExternalStore(
    (listener) => {
      system.addEventListener("change", listener);
      return () => system.removeEventListener("change", listener);
    },
    () => system.matches,
  );
  return asked === "dark" || asked === "light" ? asked : dark ? "dark" : "light";
}
