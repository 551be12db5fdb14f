// What every part of the page may know: the workspace, and who you are in it.
import { createContext, useContext } from "react";
import type { Channel, State, User } from "./types";

export interface Here {
  state: State;
  me: User;
  channel?: Channel; // the open one
  /** A word from Slack itself, seen by you alone, kept until the page is loaded again. */
  tell: (channel: string, text: string, thread?: string) => void;
}

export const HereContext = createContext<Here | undefined>(undefined);

export function useHere(): Here {
  const here = useContext(HereContext);
  if (!here) throw new Error("This part of the page stands outside the workspace.");
  return here;
}
