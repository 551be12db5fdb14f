import { createPortal } from "react-dom";
import { Dialog } from "../kit/Dialog";
import type { Json } from "../types";
import { Text } from "../words/Mrkdwn";

/** "Are you sure?" before a button or a choice is sent. */
export function Confirm({ of, onYes, onNo }: { of: Json; onYes: () => void; onNo: () => void }) {
  return createPortal(
    <Dialog label={of.title?.text ?? "Are you sure?"} className="confirm" onClose={onNo} testid="confirm">
      <h2><Text of={of.title ?? "Are you sure?"} /></h2>
      <div className="confirm-text"><Text of={of.text} /></div>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onNo} data-testid="confirm-no"><Text of={of.deny ?? "Cancel"} /></button>
        <button type="button" data-autofocus className={`button ${of.style === "danger" ? "danger solid" : "primary"}`} onClick={onYes} data-testid="confirm-yes">
          <Text of={of.confirm ?? "Yes"} />
        </button>
      </div>
    </Dialog>,
    document.body,
  );
}
