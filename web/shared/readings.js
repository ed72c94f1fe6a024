// readings.js - how a word is read, 漢字《かんじ》, for the app and for the build (src/base/readings.c for the server).
//
// The word is the kanji before its reading; one with a number in it begins behind a bar: ｜1人《ひとり》.
const READING = /(?:｜([\d\p{Script=Han}々〆ヶ]+)|([\p{Script=Han}々〆ヶ]+))《([^》]+)》/gu;
// A browser that breaks Japanese between phrases does not see where one begins with a word that has a reading.
const PHRASE_END = /(?:[をがにはのとでもやへ]|から|まで)$/;

// Some counters are read by the number before them, which a text with a placeholder does not know.
function readingAfter(before, word, reading) {
  if (word === '分' && reading === 'ふん' && /[013468]$/.test(before)) return 'ぷん';
  if (word === '人' && reading === 'にん' && /(?:^|[^\d,])1$/.test(before)) return 'ひとり';
  if (word === '人' && reading === 'にん' && /(?:^|[^\d,])2$/.test(before)) return 'ふたり';
  return reading;
}

// The text alone, for titles, attributes and announcements.
export function withoutReadings(text) {
  return text.replace(READING, '$1$2');
}

// The words with a reading, each with the text before it and whether a line may break there; then the rest.
export function cutReadings(text) {
  const words = [];
  let at = 0;
  for (const match of text.matchAll(READING)) {
    const word = match[1] ?? match[2];
    const before = text.slice(at, match.index);
    words.push({ before, breaks: PHRASE_END.test(before), word, reading: readingAfter(before, word, match[3]) });
    at = match.index + match[0].length;
  }
  return { words, rest: text.slice(at) };
}
