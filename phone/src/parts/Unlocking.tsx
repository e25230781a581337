/** Asks for what opens the lock: a PIN, or a passkey. */

import { useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { Proof, Way } from "../locking/lock.ts";
import { NotConfirmed } from "../locking/passkey.ts";
import { TooSoon, WrongPin } from "../locking/tries.ts";
import { Notice } from "./Notice.tsx";

interface Given {
  ways: Way[];
  /** What it throws of the lock is said here. */
  onProof: (proof: Proof) => Promise<void>;
}

export function Unlocking({ ways, onProof }: Given) {
  const { words, messages, numbers } = useApp().language.value;
  const [pin, setPin] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const say = words.lock;
  const said = messages.lock;

  async function prove(proof: Proof): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await onProof(proof);
    } catch (refused) {
      if (refused instanceof WrongPin) setProblem(said.wrong(seconds(refused.wait), numbers));
      else if (refused instanceof TooSoon) {
        setProblem(said.tooSoon(seconds(refused.wait), numbers));
      } else if (refused instanceof NotConfirmed) setProblem(said.notConfirmed);
      else throw refused;
    } finally {
      setPin("");
      setBusy(false);
    }
  }
  return (
    <>
      {ways.includes("passkey") && (
        <button
          type="button"
          class="primary"
          disabled={isBusy}
          onClick={() => prove({ passkey: navigator.credentials })}
        >
          {say.usePasskey}
        </button>
      )}
      {ways.includes("pin") && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void prove({ pin });
          }}
        >
          <label>
            {say.pin}
            <input
              type="password"
              name="pin"
              inputMode="numeric"
              autocomplete="off"
              value={pin}
              aria-invalid={problem !== null}
              onInput={({ currentTarget }) => setPin(currentTarget.value)}
            />
          </label>
          <button type="submit" class="equal" disabled={isBusy}>
            {isBusy ? words.common.working : say.unlock}
          </button>
        </form>
      )}
      {problem !== null && <Notice kind="bad">{problem}</Notice>}
    </>
  );
}

/** Begun seconds count. */
function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
