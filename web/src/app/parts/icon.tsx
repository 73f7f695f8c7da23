/** Strokes of icons in a box of 24 by 24. */
const STROKES = {
  overview: "M4 19V11M9.3 19V5M14.7 19v-6M20 19V8",
  segments: "M12 3v9l7.8 4.5A9 9 0 1 1 12 3ZM15.5 3.7a9 9 0 0 1 5.3 7.3L15.5 8.6Z",
  customers: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5M16 4.8a3.5 3.5 0 0 1 0 6.4M18.2 14.9c1.8.8 3 2.3 3.3 4.6",
  retention: "M4 12a8 8 0 0 1 13.7-5.6L20 8.6M20 4v4.6h-4.6M20 12a8 8 0 0 1-13.7 5.6L4 15.4M4 20v-4.6h4.6",
  value: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM14.8 9.2c-.5-1-1.5-1.5-2.8-1.5-1.6 0-2.8.8-2.8 2.1 0 3 5.8 1.4 5.8 4.4 0 1.3-1.3 2.1-3 2.1-1.5 0-2.6-.6-3.1-1.7M12 6v1.7M12 16.3V18",
  patterns: "M5 5h14a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1ZM4 10h16M8.5 3v4M15.5 3v4M8 14h2M14 14h2M8 17h2",
  acquisition: "M14 4h5a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1h-5M3.5 12H14M10 7.5l4.5 4.5-4.5 4.5",
  receivables: "M6 3h12v18l-3-2-3 2-3-2-3 2ZM9.5 8h5M9.5 12h5",
  products: "M12 3l8 4.3v9.4L12 21l-8-4.3V7.3ZM4 7.3l8 4.3 8-4.3M12 11.6V21",
  quality: "M12 3l7.5 3v5.5c0 4.6-3 8-7.5 9.5-4.5-1.5-7.5-4.9-7.5-9.5V6ZM8.8 12l2.3 2.3 4.3-4.6",
  sales: "M5 7h15l-1.6 8.5H7.2L5 3.5H2.5M8.5 20.5h.01M17 20.5h.01",
  explorer: "M8 8l-4 4 4 4M16 8l4 4-4 4M13.5 5l-3 14",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM20 20l-4.9-4.9",
  calendar: "M5 5h14a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1ZM4 10h16M8.5 3v4M15.5 3v4",
  filter: "M4 6h16M7 12h10M10 18h4",
  close: "M6 6l12 12M18 6L6 18",
  person: "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-3.9 3.7-6 7.5-6s6.7 2.1 7.5 6",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1 1M17.4 17.4l1 1M18.4 5.6l-1 1M6.6 17.4l-1 1",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5Z",
} as const;

export type IconName = keyof typeof STROKES;

/** A small drawing beside words that say the same. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={STROKES[name]} />
    </svg>
  );
}
