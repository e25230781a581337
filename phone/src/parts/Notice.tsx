/** Something to know: said aloud by screen readers when it comes. */

import type { ComponentChildren } from "preact";

interface Given {
  kind?: "note" | "good" | "bad";
  children: ComponentChildren;
}

export function Notice({ kind = "note", children }: Given) {
  return (
    <div class={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}
