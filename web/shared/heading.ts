// heading.ts - what a heading says, and how a reader gets there.

// Without the readings above its words.
export function headingText(title: HTMLElement): string {
  const copy = title.cloneNode(true) as HTMLElement;
  copy.querySelectorAll('rt, rp').forEach((reading) => reading.remove());
  return (copy.textContent ?? '').trim();
}

const SAID_MS = 150;

function take(title: HTMLElement): void {
  title.tabIndex = -1;
  title.addEventListener('blur', () => title.removeAttribute('tabindex'), { once: true });
  title.focus({ preventScroll: true });
}

// Puts the reader at the heading of a new screen, once the old one is gone and that was said: a screen reader that hears
// in one breath that its place was taken away and that the focus is elsewhere says nothing (Orca). Whoever went on
// meanwhile stays where they are. The heading takes the focus for this once alone, for what can always take it is read
// as something to press.
export function readFrom(title: HTMLElement | null): void {
  const place = document.activeElement;
  const arrive = (): void => {
    if (title !== null && document.activeElement === place) take(title);
  };
  requestAnimationFrame(() => setTimeout(arrive, SAID_MS));
}
