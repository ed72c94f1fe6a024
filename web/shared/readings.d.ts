export interface Word {
  before: string;
  breaks: boolean;
  word: string;
  reading: string;
}
export function withoutReadings(text: string): string;
export function cutReadings(text: string): { words: Word[]; rest: string };
