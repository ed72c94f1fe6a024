// settle.ts - what appears above pushes everything below it down: for a moment a finger that is on its way hits nothing.
const SETTLE_MS = 700;

let timer: ReturnType<typeof setTimeout> | undefined;

export function settle(): void {
  const { classList } = document.documentElement;
  clearTimeout(timer);
  classList.add('settling');
  timer = setTimeout(() => classList.remove('settling'), SETTLE_MS);
}
