// bell.ts - tells by sound and vibration that the turn has come, to whoever asked for it.
//
// A browser lets a page sound only after a press, so the press that asks for the bell also opens the way
// for it and lets it be heard once, softly.

const NOTES_HZ = [784, 988, 1175];
const NOTE_S = 0.35;
const PAUSE_S = 0.9;
const TIMES = 4;
const LOUD = 0.4;
const SOFT = 0.1;
const SHAKE_MS = [400, 200, 400, 200, 800];

let context: AudioContext | null = null;

function note(audio: AudioContext, hz: number, atS: number, loudness: number): void {
  const tone = audio.createOscillator();
  const swell = audio.createGain();
  tone.frequency.value = hz;
  swell.gain.setValueAtTime(0.0001, atS);
  swell.gain.exponentialRampToValueAtTime(loudness, atS + 0.03);
  swell.gain.exponentialRampToValueAtTime(0.0001, atS + NOTE_S);
  tone.connect(swell).connect(audio.destination);
  tone.start(atS);
  tone.stop(atS + NOTE_S);
}

function play(audio: AudioContext, times: number, loudness: number): void {
  const everyS = NOTES_HZ.length * NOTE_S + PAUSE_S;
  for (let time = 0; time < times; time += 1) {
    NOTES_HZ.forEach((hz, index) => note(audio, hz, audio.currentTime + time * everyS + index * NOTE_S, loudness));
  }
}

// Called by a press. False where the device can neither sound nor shake.
export async function bellArm(): Promise<boolean> {
  try {
    context ??= new AudioContext();
    await context.resume();
    play(context, 1, SOFT);
    return true;
  } catch {
    return 'vibrate' in navigator;
  }
}

export function bellRing(): void {
  if (context !== null) play(context, TIMES, LOUD);
  if ('vibrate' in navigator) navigator.vibrate(SHAKE_MS);
}
