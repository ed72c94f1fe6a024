// heading.ts - what a heading says, without the readings above its words.
export function headingText(title: HTMLElement): string {
  const copy = title.cloneNode(true) as HTMLElement;
  copy.querySelectorAll('rt, rp').forEach((reading) => reading.remove());
  return (copy.textContent ?? '').trim();
}
