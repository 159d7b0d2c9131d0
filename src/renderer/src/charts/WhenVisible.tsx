import { useEffect, useRef, useState, type ReactNode } from 'react';

/** How far outside the window something counts as seen, so that it is there when it is scrolled to. */
const MARGIN = '200px';

/** Keeps room for what is not seen and draws it when it comes near: a page of many charts draws the few that are looked at. */
export function WhenVisible({ height, children }: { readonly height: number; readonly children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: MARGIN,
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={ref} style={{ minHeight: height }}>
      {isSeen && children}
    </div>
  );
}
