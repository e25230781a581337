/** The frame of a screen: its title, what it says, and at the bottom, where a thumb is, what to do. */

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useApp } from "../app/context.ts";

interface Given {
  title: string;
  /** Of what changes its title while it stays the same screen: what it is, so that nobody is moved. */
  place?: string;
  children: ComponentChildren;
  /** At the bottom; the most likely one first. */
  actions?: ComponentChildren;
  /** Where a step back leads; left out where there is none. */
  back?: (() => void) | undefined;
}

export function Page({ title, place = title, children, actions, back }: Given) {
  const { words } = useApp().language.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Attune`;
  }, [title]);
  // Before anybody can focus something else.
  useLayoutEffect(() => {
    heading.current?.focus({ preventScroll: true }); // a screen reader says where one is now
    window.scrollTo(0, 0);
  }, [place]);
  return (
    <>
      <main>
        {back && (
          <button type="button" class="back" onClick={back}>
            <span aria-hidden="true">‹</span> {words.common.back}
          </button>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </main>
      {actions && <footer class="actions">{actions}</footer>}
    </>
  );
}
