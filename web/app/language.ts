// language.ts - keeps the choice of a language, for the app and for the pages that the server draws.
import { keep } from './keep.js';

const COOKIE_AGE_S = 34_560_000;

export function languageRemember(code: string): void {
  keep('language', code);
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `juncho-language=${code}; Path=/; Max-Age=${COOKIE_AGE_S}; SameSite=Lax${secure}`;
}
