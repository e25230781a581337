/**
 * A page that plays what a test gives it, and listens to what goes out: `window.laboratory`. Taps are real ones,
 * on its two buttons.
 */

import { startPlayer } from "../../src/playing/player.ts";
import type { PlayedPlan, Player, Sound } from "../../src/playing/types.ts";

/** What went out in the 90 ms before `at`, in ms: amplitudes of the tones that were asked about, effective and largest level. */
interface Heard {
  at: number;
  tones: number[];
  level: number;
  peak: number;
}

const LISTEN = 30; // ms
const told: [event: string, ...rest: unknown[]][] = [];
const heard: Heard[] = [];
const elements = new Set<HTMLMediaElement>();
let ear: AnalyserNode | undefined;
let progress = 0;
let player: Player;

// Whatever is connected to the way out is heard too.
const connect = AudioNode.prototype.connect as (...given: unknown[]) => AudioNode;
AudioNode.prototype.connect = function (this: AudioNode, to: unknown, ...rest: unknown[]) {
  if (to instanceof AudioDestinationNode) {
    ear = new AnalyserNode(this.context, { fftSize: 4096 });
    connect.call(this, ear);
  }
  return connect.call(this, to, ...rest);
} as typeof AudioNode.prototype.connect;

const begin = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  elements.add(this);
  return begin.call(this);
};

function listen(frequencies: number[]): void {
  if (ear === undefined) return;
  const samples = new Float32Array(ear.fftSize);
  ear.getFloatTimeDomainData(samples);
  const { sampleRate } = ear.context;
  const squares = samples.reduce((sum, sample) => sum + sample * sample, 0);
  heard.push({
    at: performance.now(),
    tones: frequencies.map((frequency) => amplitude(samples, frequency / sampleRate)),
    level: Math.sqrt(squares / samples.length),
    peak: samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
  });
}

/** Of a tone of so many turns a sample, through a Hann window. */
function amplitude(samples: Float32Array, turns: number): number {
  let [real, imaginary] = [0, 0];
  for (const [index, sample] of samples.entries()) {
    const window = 1 - Math.cos((2 * Math.PI * index) / samples.length);
    real += window * sample * Math.cos(2 * Math.PI * turns * index);
    imaginary += window * sample * Math.sin(2 * Math.PI * turns * index);
  }
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

/** Sounds as a test gives them: files in base64. */
interface Given {
  track: string;
  file: string;
  gain?: number;
}

function soundOf({ track, file, ...rest }: Given): Sound {
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  const blob = new Blob([bytes], { type: "audio/wav" });
  return { track, title: `Title of ${track}`, artist: "Somebody", blob, ...rest };
}

const list: Sound[] = [];
const laboratory = {
  told,
  get progress() {
    return progress;
  },
  heard,
  elements,
  /** As a call does on an iPhone. */
  interrupt: async () => {
    if (ear?.context instanceof AudioContext) await ear.context.suspend();
  },
  /** What comes next from now on. */
  give: (sounds: Given[]) => void list.splice(0, list.length, ...sounds.map(soundOf)),
  ready: (plan: PlayedPlan, crossfade: number, frequencies: number[]) => {
    const say =
      (event: string) =>
      (...rest: unknown[]) =>
        void told.push([event, ...rest]);
    player = startPlayer(
      { plan, crossfade, next: async () => list.shift() ?? null },
      {
        began: say("began"),
        progress: () => {
          progress += 1;
        },
        finished: say("finished"),
        skipped: say("skipped"),
        stopped: say("stopped"),
        failed: say("failed"),
        interrupted: say("interrupted"),
        changed: () => {},
        ended: say("ended"),
      },
    );
    Object.assign(laboratory, { player });
    setInterval(() => listen(frequencies), LISTEN);
  },
};
document.getElementById("begin")?.addEventListener("click", () => player.begin());
document.getElementById("resume")?.addEventListener("click", () => player.resume());
Object.assign(window, { laboratory });
