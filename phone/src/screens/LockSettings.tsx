/** A PIN or a passkey before anything of the patient is shown, and after how long. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { go } from "../app/routes.ts";
import {
  lockNow,
  lockOf,
  type Proof,
  removeLock,
  setPasskey,
  setPin,
  type Way,
} from "../locking/lock.ts";
import { isPasskeyOffered, NoPrf, NotConfirmed } from "../locking/passkey.ts";
import { SHORTEST_PIN } from "../locking/pin.ts";
import { finishSealing } from "../locking/resealing.ts";
import { STAYS, USUAL_STAY } from "../locking/staying.ts";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { Unlocking } from "../parts/Unlocking.tsx";

/** What is to be done once the lock that there is was opened again. */
type Wish = "pin" | "passkey" | "remove";

export function LockSettings() {
  const app = useApp();
  const { words, messages, numbers } = app.language.value;
  const say = words.lock;
  const [ways, setWays] = useState<Way[] | null>(null);
  const [isOffered, setOffered] = useState(false);
  const [wish, setWish] = useState<Wish | null>(null);
  const [proof, setProof] = useState<Proof | null>(null);
  const [told, setTold] = useState<string | null>(null);

  async function look(): Promise<void> {
    setWays((await lockOf(app.database)).ways);
  }
  useEffect(() => {
    void look();
    void isPasskeyOffered().then(setOffered);
  }, []);
  if (ways === null) return null;
  const isSet = ways.length > 0;

  async function passkey(given?: Proof): Promise<void> {
    try {
      await setPasskey(app.database, { app: "Attune", user: say.passkeyUser }, given);
      await done(say.passkeySet);
    } catch (problem) {
      if (problem instanceof NoPrf) setTold(messages.lock.noPrf);
      else if (problem instanceof NotConfirmed) setTold(messages.lock.notConfirmed);
      else throw problem;
      setWish(null);
    }
  }
  async function done(what: string): Promise<void> {
    setWish(null);
    setProof(null);
    setTold(what);
    await look();
    await finishSealing(app.database);
  }
  async function wanted(next: Wish): Promise<void> {
    setTold(null);
    setProof(null);
    setWish(next);
    if (!isSet && next === "passkey") await passkey();
  }
  async function proven(given: Proof): Promise<void> {
    if (wish === "remove") {
      await removeLock(app.database, given);
      await done(say.removed);
    } else if (wish === "passkey") await passkey(given);
    else setProof(given);
  }

  const isAsked = wish !== null && isSet && proof === null;
  return (
    <Page title={words.settings.lock} back={() => go("settings")}>
      <p>{messages.lock.why}</p>
      {!isSet && <p class="hint">{say.without}</p>}
      {told !== null && <Notice kind="good">{told}</Notice>}
      {isAsked && (
        <section class="card">
          <p>{say.prove}</p>
          <Unlocking ways={ways} onProof={proven} />
        </section>
      )}
      {wish === "pin" && !isAsked && (
        <NewPin
          onPin={async (pin) => {
            await setPin(app.database, pin, proof ?? undefined);
            await done(say.pinSet);
          }}
        />
      )}
      {wish === null && (
        <div class="stack">
          <button type="button" onClick={() => wanted("pin")}>
            {ways.includes("pin") ? say.changePin : say.setPin}
          </button>
          {isOffered && (
            <button type="button" onClick={() => wanted("passkey")}>
              {say.setPasskey}
            </button>
          )}
          {isSet && (
            <>
              <button type="button" onClick={() => lockNow(app.database)}>
                {say.lockNow}
              </button>
              <button type="button" onClick={() => wanted("remove")}>
                {say.remove}
              </button>
            </>
          )}
        </div>
      )}
      {isSet && (
        <label class="choice">
          {say.after}
          <select
            value={app.settings.value.lockAfter ?? USUAL_STAY}
            onChange={({ currentTarget }) =>
              app.set("lockAfter", Number(currentTarget.value) as (typeof STAYS)[number])
            }
          >
            {STAYS.map((minutes) => (
              <option key={minutes} value={minutes}>
                {messages.lock.after(minutes, numbers)}
              </option>
            ))}
          </select>
        </label>
      )}
    </Page>
  );
}

function NewPin({ onPin }: { onPin: (pin: string) => Promise<void> }) {
  const { words, messages } = useApp().language.value;
  const say = words.lock;
  const [pin, setOne] = useState("");
  const [again, setAgain] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (pin.length < SHORTEST_PIN) setProblem(messages.lock.tooShort);
    else if (pin !== again) setProblem(say.different);
    else {
      setBusy(true);
      await onPin(pin);
    }
  }
  return (
    <form onSubmit={submit} class="card">
      <label>
        {say.newPin}
        <input
          type="password"
          name="new-pin"
          autocomplete="new-password"
          value={pin}
          aria-describedby="pin-hint"
          onInput={({ currentTarget }) => setOne(currentTarget.value)}
        />
      </label>
      <p id="pin-hint" class="hint">
        {messages.lock.tooShort} {messages.lock.digits} {say.nobody}
      </p>
      <label>
        {say.again}
        <input
          type="password"
          name="new-pin-again"
          autocomplete="new-password"
          value={again}
          onInput={({ currentTarget }) => setAgain(currentTarget.value)}
        />
      </label>
      {problem !== null && <Notice kind="bad">{problem}</Notice>}
      <button type="submit" class="primary" disabled={isBusy}>
        {isBusy ? words.common.working : words.common.save}
      </button>
    </form>
  );
}
