/** Reads the clinic's QR code with the camera, where the browser can; elsewhere the code is typed. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { Notice } from "./Notice.tsx";

interface Detector {
  detect(image: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
declare const BarcodeDetector: (new (given: { formats: string[] }) => Detector) | undefined;

const LOOK = 250; // ms between two looks

export function QrScanner({ onCode }: { onCode: (code: string) => void }) {
  const { words } = useApp().language.value;
  const [state, setState] = useState<"closed" | "open" | "no-camera">("closed");
  if (typeof BarcodeDetector === "undefined") return null;
  if (state === "open") {
    const end = (code: string | null) => {
      if (code !== null) onCode(code);
      setState(code === null ? "no-camera" : "closed");
    };
    return <Camera onEnd={end} onClose={() => setState("closed")} />;
  }
  return (
    <>
      <button type="button" onClick={() => setState("open")}>
        {words.pair.scan}
      </button>
      {state === "no-camera" && <Notice>{words.pair.noCamera}</Notice>}
    </>
  );
}

interface Given {
  /** With the code; null where the camera could not be used. */
  onEnd: (code: string | null) => void;
  onClose: () => void;
}

function Camera({ onEnd, onClose }: Given) {
  const { words } = useApp().language.value;
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const stop = new AbortController();
    watch(video.current as HTMLVideoElement, stop.signal).then(
      (code) => code !== null && onEnd(code),
      () => onEnd(null),
    );
    return () => stop.abort();
  }, []);
  return (
    <div class="camera">
      <p>{words.pair.scanning}</p>
      <video ref={video} playsInline muted />
      <button type="button" onClick={onClose}>
        {words.common.cancel}
      </button>
    </div>
  );
}

/** The code in the first QR code that the camera sees; null where it was stopped before. */
async function watch(video: HTMLVideoElement, stop: AbortSignal): Promise<string | null> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment" },
  });
  try {
    video.srcObject = stream;
    await video.play();
    const detector = new (BarcodeDetector as NonNullable<typeof BarcodeDetector>)({
      formats: ["qr_code"],
    });
    while (!stop.aborted) {
      for (const { rawValue } of await detector.detect(video)) {
        const code = codeIn(rawValue);
        if (code !== null) return code;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** The code that the clinic's QR code has behind `#`; null of any other QR code. */
export function codeIn(text: string): string | null {
  try {
    const address = new URL(text);
    return address.origin === location.origin && address.hash.length > 1
      ? decodeURIComponent(address.hash.slice(1))
      : null;
  } catch {
    return null;
  }
}
