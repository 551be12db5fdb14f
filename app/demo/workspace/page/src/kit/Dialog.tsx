// A dialog in the middle: focus goes in, stays in, and comes back.
import { useEffect, useRef, type ReactNode } from "react";
import { useEscape } from "./Menu";

interface Props {
  label: string;
  className?: string;
  onClose: () => void;
  sticky?: boolean; // a click beside it does not throw work away
  testid?: string;
  children: ReactNode;
}

const FOCUSABLE = "a[href],button:not([disabled]),input:not([disabled]),textarea:not([disabled]),select:not([disabled]),[tabindex='0']";

export function Dialog({ label, className = "", onClose, testid, sticky, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEscape(true, onClose);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const first = box.current?.querySelector<HTMLElement>("[data-autofocus]") ?? box.current?.querySelector<HTMLElement>("input,textarea");
    (first ?? box.current)?.focus();
    return () => before?.focus?.();
  }, []);
  const keepInside = (event: React.KeyboardEvent) => {
    if (event.key !== "Tab" || !box.current) return;
    const all = [...box.current.querySelectorAll<HTMLElement>(FOCUSABLE)];
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0])?.focus();
  };
  return (
    <div className="veil" onMouseDown={(event) => !sticky && event.target === event.currentTarget && onClose()}>
      <div ref={box} role="dialog" aria-modal="true" aria-label={label} tabIndex={-1} className={`dialog ${className}`} data-testid={testid} onKeyDown={keepInside}>
        {children}
      </div>
    </div>
  );
}
