// One element's value and deed: asks first when it should, says when the app did not answer.
import { useState, type ReactNode } from "react";
import type { Json } from "../types";
import { Confirm } from "./Confirm";
import { useSurface } from "./surface";
import { heldIn, makeValue } from "./values";

export interface ElementProps {
  element: Json;
  blockId: string;
  /** In an input block nothing is sent until the form is, unless it says dispatch_action. */
  silent?: boolean;
  labelledBy?: string;
}

/** What went wrong, in a sentence; the app's own code stays readable in it. */
export function complaint(error: string | undefined): string {
  if (error === "operation_timeout") return "The app did not answer in time (operation_timeout). Please try again.";
  if (error === "dark") return "Slack is away just now. Please try again.";
  return `That did not work${error ? ` (${error})` : ""}. Please try again.`;
}

export function useDeed({ element, blockId, silent }: ElementProps) {
  const surface = useSurface();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const [asking, setAsking] = useState<Json>(undefined);

  const run = async (value: Json) => {
    setAsking(undefined);
    setFailure("");
    setBusy(true);
    const answer = await surface.click(blockId, element.action_id, value);
    setBusy(false);
    if (!answer.ok) setFailure(complaint(answer.error));
  };
  const doIt = (value: Json, isValue = true) => {
    if (isValue) surface.setValue(blockId, element.action_id, value);
    if (!silent) void run(value);
  };
  /** Choose a value: kept, and sent to the app unless this is a silent input. */
  const choose = (held: Json) => {
    const value = makeValue(element, held);
    if (element.confirm && !silent) setAsking({ value, isValue: true });
    else doIt(value);
  };
  /** Press: sent as it is (buttons, overflow). */
  const press = (value: Json) => {
    if (element.confirm) setAsking({ value, isValue: false });
    else doIt(value, false);
  };
  const notes: ReactNode = (
    <>
      {asking && <Confirm of={element.confirm} onYes={() => { setAsking(undefined); doIt(asking.value, asking.isValue); }} onNo={() => setAsking(undefined)} />}
      {failure && <span className="deed-failure" role="alert">⚠︎ {failure}</span>}
    </>
  );
  const held = heldIn(element, surface.valueOf(blockId, element));
  /** Keep a value without telling the app. */
  const keep = (next: Json) => surface.setValue(blockId, element.action_id, makeValue(element, next));
  return { held, keep, choose, press, run: (next: Json) => run(makeValue(element, next)), busy, notes, surface };
}
