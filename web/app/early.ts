// early.ts - runs before the first paint, so that a dark screen never flashes white.
import { lookApply, lookKept } from '../shared/look.js';
import { languageRemember } from './language.js';

lookApply(lookKept());

// On pages that the server chose the language of, a link to another one is remembered as the app remembers it.
addEventListener('click', ({ target }) => {
  const code = target instanceof HTMLElement ? target.dataset['language'] : undefined;
  if (code !== undefined) languageRemember(code);
});
