import { useHere } from "../context";
import { Avatar } from "../kit/Avatar";
import type { State } from "../types";

/** How a command goes on, above the composer while it is written. */
export function CommandUsage({ command }: { command: State["commands"][number] }) {
  const { state } = useHere();
  return (
    <div className="completions usage" role="note" data-testid="usage">
      <Avatar user={state.app.bot_user_id} size={32} />
      <span className="completion-words">
        <span className="usage-line"><b>{command.command}</b>{command.usage_hint && <span className="hint"> {command.usage_hint}</span>}</span>
        {command.description && <small>{command.description}</small>}
      </span>
    </div>
  );
}
