// Where blocks live (a message, a modal, a Home tab), and how a deed in them reaches the app.
import { createContext, useCallback, useContext, useMemo, useRef, useState } from "react";
import { act } from "../api";
import type { Answer, Json } from "../types";
import { initialValue } from "./values";

export type Where = { view_id: string } | { channel: string; ts: string };

export interface Surface {
  where: Where;
  kind: "message" | "modal" | "home";
  errors: Record<string, string>;
  valueOf: (blockId: string, element: Json) => Json;
  setValue: (blockId: string, actionId: string, value: Json) => void;
  click: (blockId: string, actionId: string, value: Json) => Promise<Answer>;
  suggest: (blockId: string, actionId: string, typed: string) => Promise<Answer>;
  onEnter?: () => void;
}

export const SurfaceContext = createContext<Surface | undefined>(undefined);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (!surface) throw new Error("Blocks need a surface.");
  return surface;
}

export type Values = Record<string, Record<string, Json>>;

interface Options {
  where: Where;
  kind: Surface["kind"];
  user: string;
  errors?: Record<string, string>;
  onChange?: (blockId: string) => void;
  onEnter?: () => void;
}

/** The surface and what was typed into it: kept while block_id and action_id stay the same. */
export function useMakeSurface({ where, kind, user, errors, onChange, onEnter }: Options): Surface & { values: Values } {
  const [values, setValues] = useState<Values>({});
  const latest = useRef(values);
  latest.current = values;
  const key = JSON.stringify(where);
  const setValue = useCallback(
    (blockId: string, actionId: string, value: Json) => {
      setValues((was) => ({ ...was, [blockId]: { ...was[blockId], [actionId]: value } }));
      onChange?.(blockId);
    },
    [onChange],
  );
  return useMemo(() => {
    const place = JSON.parse(key) as Where;
    return {
      where: place,
      kind,
      values,
      errors: errors ?? {},
      onEnter,
      setValue,
      valueOf: (blockId, element) => latest.current[blockId]?.[element.action_id] ?? initialValue(element),
      click: (blockId, actionId, value) => {
        const { type: _, ...said } = value ?? {};
        return act("click", { user, ...place, block_id: blockId, action_id: actionId, ...said });
      },
      suggest: (blockId, actionId, value) =>
        act("suggest", { user, ...place, block_id: blockId, action_id: actionId, value }),
    };
  }, [key, kind, user, values, errors, setValue, onEnter]);
}
