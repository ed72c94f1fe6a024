// notices.ts - the server's refusals in words: what happened, and one thing to do.
import { Trouble } from './api.js';
import type { Notice } from './model.js';
import type { Key } from './words.js';
import ja from '../messages/ja.json';

function isKey(text: string): text is Key {
  return text in ja;
}

// A code that has no words of its own gets the general ones.
export function noticeOf(error: unknown): Notice {
  if (!(error instanceof Trouble)) throw error;
  const title = `problem.${error.code}.title`;
  const body = `problem.${error.code}.body`;
  if (isKey(title) && isKey(body)) return { title, body };
  return { title: 'problem.general.title', body: 'problem.general.body' };
}
