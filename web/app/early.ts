// early.ts - runs before the first paint, so that a dark screen never flashes white.
import { lookApply, lookKept } from '../shared/look.js';
import { kept } from './keep.js';
import { languageRemember } from './language.js';

lookApply(lookKept());

// On pages that the server chose the language of, a link to another one is remembered as the app remembers it.
addEventListener('click', ({ target }) => {
  const code = target instanceof HTMLElement ? target.dataset['language'] : undefined;
  if (code !== undefined) languageRemember(code);
});

// Whose page it is: pages for everybody are built before anybody knows, but whoever was in the app has its name.
addEventListener('DOMContentLoaded', () => {
  const campaign = kept<{ campaign: { name: string; names?: Record<string, string> } }>('seen')?.campaign;
  const language = kept<string>('language') ?? (document.documentElement.lang.split('-')[0] as string);
  const name = campaign?.names?.[language] ?? campaign?.name;
  const brand = document.querySelector<HTMLElement>('a.brand span');
  if (name === undefined || brand === null) return;
  brand.textContent = name;
  brand.lang = campaign?.names?.[language] === undefined ? 'ja' : document.documentElement.lang;
});
