// A person or app as coloured initials: no picture is fetched.
import { useHere } from "../context";
import { colourOf, initials, userOf } from "../people";

interface Props {
  user?: string;
  name?: string;
  size?: number;
}

export function Avatar({ user: id, name, size = 36 }: Props) {
  const { state } = useHere();
  const user = userOf(state, id);
  const known = name || user?.real_name || user?.name || "?";
  const style = { width: size, height: size, fontSize: size * 0.4, background: colourOf(user, known), borderRadius: size > 30 ? 8 : size > 22 ? 5 : 4 };
  return (
    <span className="avatar" style={style} aria-hidden="true">
      {user?.is_bot ? <Spark size={size * 0.56} /> : size > 20 ? initials(known) : initials(known)[0]}
    </span>
  );
}

const Spark = ({ size }: { size: number }) => (
  <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round">
    <path d="M4 13h4l2.5-7 4 13 2.5-6h3" />
  </svg>
);

/** The dot that says somebody is here, away, or snoozing. */
export function Presence({ user: id }: { user: string }) {
  const { state } = useHere();
  const user = userOf(state, id);
  const word = user?.dnd?.dnd_enabled ? "do not disturb" : user?.presence === "away" ? "away" : "active";
  return <span className={`presence ${word === "active" ? "on" : ""}`} title={word} role="img" aria-label={word}>{word === "do not disturb" ? "z" : ""}</span>;
}
