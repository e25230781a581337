/** A guide to breathe along with: a disc that grows and shrinks or, where less motion is wanted, words. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { type Breath, breathAt, fullness } from "../playing/breathing.ts";

const SMALLEST = 0.45; // of the disc at its largest

/** `rate`: breaths a minute. */
export function Breathing({ rate }: { rate: number }) {
  const { words } = useApp().language.value;
  const [isShown, setShown] = useState(false);
  return (
    <section class="breathing">
      <button
        type="button"
        class="plain"
        aria-expanded={isShown}
        onClick={() => setShown(!isShown)}
      >
        {isShown ? words.session.breatheOff : words.session.breathe}
      </button>
      {isShown && <Guide rate={rate} />}
    </section>
  );
}

function Guide({ rate }: { rate: number }) {
  const { messages, numbers } = useApp().language.value;
  const disc = useRef<HTMLDivElement>(null);
  const [breath, setBreath] = useState<Breath>(() => breathAt(rate, 0));
  useEffect(() => {
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const began = performance.now();
    let frame = 0;
    const draw = () => {
      const now = breathAt(rate, (performance.now() - began) / 1000);
      setBreath((before) =>
        before.phase === now.phase && before.count === now.count ? before : now,
      );
      const size = isStill ? 1 : SMALLEST + (1 - SMALLEST) * fullness(now);
      disc.current?.style.setProperty("transform", `scale(${size})`);
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [rate]);
  return (
    <div class="guide">
      <div class="disc" ref={disc} />
      <p aria-live="off">
        {messages.playing.breathe[breath.phase]} {numbers.whole(breath.count)}
      </p>
    </div>
  );
}
