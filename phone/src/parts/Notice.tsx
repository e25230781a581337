/** Something to know: said aloud by screen readers when it comes. What is bad is brought into view. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Given {
  kind?: "note" | "good" | "bad";
  children: ComponentChildren;
}

export function Notice({ kind = "note", children }: Given) {
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (kind === "bad") shown.current?.scrollIntoView({ block: "nearest" });
  }, [kind]);
  return (
    <div ref={shown} class={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}
