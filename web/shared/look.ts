// look.ts - text size and colours: the resident's choice first, then what the device asks for.
//
// The style sheet knows only `data-theme` and `data-text` on the root element.

export const TEXT_SIZES = ['100', '125', '150', '200'] as const;
export const THEMES = ['auto', 'light', 'dark', 'contrast'] as const;

export type TextSize = (typeof TEXT_SIZES)[number];
export type Theme = (typeof THEMES)[number];

export interface Look {
  text: TextSize;
  theme: Theme;
}

const STORED = 'juncho.look';
const DEFAULT: Look = { text: '100', theme: 'auto' };

export function lookKept(): Look {
  try {
    const found = JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<Look>;
    return {
      text: TEXT_SIZES.find((size) => size === found.text) ?? DEFAULT.text,
      theme: THEMES.find((theme) => theme === found.theme) ?? DEFAULT.theme,
    };
  } catch {
    return DEFAULT;
  }
}

export function lookKeep(look: Look): void {
  try {
    localStorage.setItem(STORED, JSON.stringify(look));
  } catch {
    // The choice then lasts until the page is closed.
  }
}

function themeOfDevice(): Exclude<Theme, 'auto'> {
  if (matchMedia('(prefers-contrast: more)').matches) return 'contrast';
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function lookApply(look: Look): void {
  const root = document.documentElement;
  root.dataset['theme'] = look.theme === 'auto' ? themeOfDevice() : look.theme;
  root.dataset['text'] = look.text;
}

// Follows the device while the resident has not chosen, and a choice made in another tab.
export function lookFollow(now: () => Look, changed: () => void): void {
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) {
    matchMedia(query).addEventListener('change', () => lookApply(now()));
  }
  addEventListener('storage', (event) => {
    if (event.key === STORED) changed();
  });
}
