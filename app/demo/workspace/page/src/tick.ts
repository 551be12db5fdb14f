// Draws again every second, for what depends on the time.
import { useEffect, useReducer } from "react";

export function useTick(on: boolean) {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(draw, 1000);
    return () => clearInterval(timer);
  }, [on]);
}
