// Line icons, drawn here.
const PATHS: Record<string, string> = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h17M3 15h17",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  home: "M4 11 12 4l8 7v9h-5v-6H9v6H4z",
  message: "M4 5h16v11H9l-5 4z",
  phone: "M8 2.5h8a1.5 1.5 0 0 1 1.5 1.5v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4A1.5 1.5 0 0 1 8 2.5zM11 18.5h2",
  levers: "M5 4v6M5 14v6M12 4v3M12 11v9M19 4v9M19 17v3M2.5 12h5M9.5 9h5M16.5 15h5",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.6v.2M15 9.6v.2",
  thread: "M4 5h16v11H9l-5 4zM8 9.5h8M8 12.5h5",
  pin: "M14.5 3.5 20.5 9.5 16 11l-4 5-5-5 5-4zM9.5 13.5 4 20",
  more: "M12 5.5v.3M12 12v.3M12 18.5v.3",
  plus: "M12 5v14M5 12h14",
  down: "M6 9.5l6 6 6-6",
  right: "M9.5 6l6 6-6 6",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.6 3-6 6.5-6s6.5 2.4 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M17.5 14.3c2.4.7 4 2.8 4 5.7",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20 20",
  bold: "M7 4h6a4 4 0 0 1 0 8H7zM7 12h7a4 4 0 0 1 0 8H7z",
  italic: "M10 4h8M6 20h8M14 4l-4 16",
  strike: "M4 12h16M16.5 7.5C16 5.5 14.3 4 12 4 9.5 4 7.5 5.5 7.5 8M7.5 16c.3 2.4 2.2 4 4.7 4 2.6 0 4.6-1.6 4.6-4",
  code: "M8.5 7 3.5 12l5 5M15.5 7l5 5-5 5",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6v.1M4.5 12v.1M4.5 18v.1",
  quote: "M4.5 5v14M9 7h11M9 12h11M9 17h7",
  bookmark: "M7 3.5h10v17l-5-4-5 4z",
  bolt: "M13 3 5 13.5h6L10 21l8-10.5h-6z",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21.5h4",
  muted: "M6 17V11a6 6 0 0 1 9-5.2M18 11v6l1.5 2h-13M4 4l16 16M10 21.5h4",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  warn: "M12 3.5 22 20.5H2zM12 10v5M12 17.8v.1",
  back: "M14.5 6l-6 6 6 6",
  menu: "M4 7h16M4 12h16M4 17h16",
  calendar: "M4 6h16v14H4zM4 10h16M8 3.5v4M16 3.5v4",
  edit: "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19z",
};

export function Icon({ name, size = 18 }: { name: string; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
