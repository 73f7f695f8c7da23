import { type ReactNode, useLayoutEffect, useRef, useState } from "react";

const HEADER_HEIGHT = 60;

/** A table whose header stays in sight while the page is scrolled; one too wide for its place scrolls sideways besides. */
export function FittingTable({ label, children }: { label: string; children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  const [isWide, setWide] = useState(false);
  useLayoutEffect(() => {
    const place = ref.current;
    const table = place?.firstElementChild;
    if (!place || !table) {
      return undefined;
    }
    const observer = new ResizeObserver(() => setWide(table.scrollWidth > place.clientWidth + 1));
    observer.observe(place);
    observer.observe(table);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => (isWide && ref.current ? followed(ref.current) : undefined), [isWide]);
  return (
    <div ref={ref} className={isWide ? "scroll edged-x" : undefined} {...(isWide ? { tabIndex: 0, role: "group", "aria-label": label } : {})}>
      {children}
    </div>
  );
}

/** Moves the header down as the page is scrolled: what scrolls sideways cannot stick to the page. */
function followed(place: HTMLElement): () => void {
  const follow = () => {
    const { top, height } = place.getBoundingClientRect();
    const room = height - (place.querySelector("thead")?.offsetHeight ?? 0);
    place.style.setProperty("--down", `${Math.min(Math.max(HEADER_HEIGHT - top, 0), Math.max(room, 0))}px`);
  };
  follow();
  window.addEventListener("scroll", follow, { passive: true });
  return () => window.removeEventListener("scroll", follow);
}
