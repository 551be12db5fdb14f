// A small panel that opens from a button and closes on Escape or a click elsewhere.
import { useEffect, useRef, useState, type ReactNode } from "react";

interface Props {
  label: string;
  button: ReactNode;
  className?: string;
  side?: "left" | "right";
  up?: boolean;
  testid?: string;
  children: (close: () => void) => ReactNode;
}

export function Menu({ label, button, className, side = "left", up, testid, children }: Props) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  const close = () => setOpen(false);
  useEscape(open, close);
  useEffect(() => {
    if (!open) return;
    const away = (event: MouseEvent) => !place.current?.contains(event.target as Node) && close();
    document.addEventListener("mousedown", away);
    return () => document.removeEventListener("mousedown", away);
  }, [open]);
  return (
    <span className="menu-place" ref={place}>
      <button type="button" className={className} aria-label={label} title={label} aria-expanded={open} aria-haspopup="true" data-testid={testid} onClick={() => setOpen(!open)}>
        {button}
      </button>
      {open && <div className={`menu ${side} ${up ? "up" : ""}`} role="group" aria-label={label}>{children(close)}</div>}
    </span>
  );
}

const stack: (() => void)[] = [];
window.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !stack.length || event.defaultPrevented) return;
  event.preventDefault();
  stack.at(-1)!();
});

/** Escape closes what opened last, and only that. */
export function useEscape(active: boolean, close: () => void) {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (!active) return;
    const run = () => latest.current();
    stack.push(run);
    return () => {
      stack.splice(stack.indexOf(run), 1);
    };
  }, [active]);
}
