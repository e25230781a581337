/** The app is locked: whoever can open it goes on; help can be had without. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { lockOf, type Way } from "../locking/lock.ts";
import { Page } from "../parts/Page.tsx";
import { Unlocking } from "../parts/Unlocking.tsx";
import { Forget } from "./DataScreen.tsx";

export function Locked() {
  const app = useApp();
  const { words, messages } = app.language.value;
  const [ways, setWays] = useState<Way[]>([]);
  useEffect(() => {
    void lockOf(app.database).then((lock) => setWays(lock.ways));
  }, []);
  return (
    <Page title={words.lock.title}>
      <Unlocking ways={ways} onProof={(proof) => app.unlock(proof)} />
      <details>
        <summary>{words.lock.forgotten}</summary>
        <p>{messages.lock.forgotten}</p>
        <Forget />
      </details>
    </Page>
  );
}
