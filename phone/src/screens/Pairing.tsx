/** Connecting this phone, with a code that staff show (docs/pairing.md). */

import { useEffect, useState } from "preact/hooks";
import { apiOf } from "../api/client.ts";
import { NoAnswer, Problem } from "../api/problems.ts";
import { useApp } from "../app/context.ts";
import { go } from "../app/routes.ts";
import { trustListed } from "../model/renewing.ts";
import { LanguageChoice } from "../parts/LanguageChoice.tsx";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { QrScanner } from "../parts/QrScanner.tsx";
import { forgetOthers } from "../store/device.ts";
import { connect } from "../sync/connect.ts";
import type { Spoken } from "../words/spoken.ts";

/** `code`: that the address brought, where the QR code was read with the phone's own camera. */
export function Pairing({ code: given }: { code: string }) {
  const app = useApp();
  const spoken = app.language.value;
  const { words } = spoken;
  const say = words.pair;
  const [code, setCode] = useState(given);
  const [label, setLabel] = useState(say.usualName);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const { device } = app.kept.value;
  const isAgain = device?.ended === true;

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const connected = await connect(
        app.database,
        app.around,
        location.origin,
        code.trim(),
        label.trim() || say.usualName,
      );
      const { server, token } = connected.device;
      await trustListed(app.database, apiOf({ origin: server, token, fetch: app.around.fetch }));
      await app.refresh();
      go("ready", "", { instead: true });
    } catch (refused) {
      setProblem(problemIn(spoken, refused));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Page
      title={isAgain ? say.again : say.title}
      back={device === undefined ? undefined : () => go("home")}
      actions={
        <button type="submit" form="pairing" class="primary" disabled={isBusy}>
          {isBusy ? say.connecting : say.connect}
        </button>
      }
    >
      <LanguageChoice />
      <p>{isAgain ? say.againIntro : say.intro}</p>
      <form id="pairing" onSubmit={submit}>
        <label>
          {say.code}
          <input
            class="code"
            name="code"
            value={code}
            required
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            aria-describedby="code-hint"
            aria-invalid={problem !== null}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </label>
        <p id="code-hint" class="hint">
          {say.codeHint}
        </p>
        <QrScanner onCode={setCode} />
        <label>
          {say.name}
          <input
            name="label"
            value={label}
            maxLength={60}
            aria-describedby="name-hint"
            onInput={(event) => setLabel(event.currentTarget.value)}
          />
        </label>
        <p id="name-hint" class="hint">
          {say.nameHint}
        </p>
      </form>
      {problem !== null && <Notice kind="bad">{problem}</Notice>}
    </Page>
  );
}

/** What the phone still holds of a patient before; shown until it is decided. */
export function OthersHere() {
  const app = useApp();
  const { words, numbers } = app.language.value;
  const [isAsked, setAsked] = useState(false);
  const [isPutOff, setPutOff] = useState(false);
  const { ofOthers, device } = app.kept.value;
  useEffect(() => setAsked(false), [ofOthers]);
  if (ofOthers === 0 || device === undefined || isPutOff) return null;
  async function forget(): Promise<void> {
    await forgetOthers(app.database, device?.patientId ?? "");
    await app.refresh();
  }
  return (
    <Notice>
      <p>{words.pair.others(ofOthers, numbers)}</p>
      {isAsked && <p>{words.pair.forgetOthersSure}</p>}
      <div class="row">
        <button type="button" onClick={() => (isAsked ? forget() : setAsked(true))}>
          {words.pair.forgetOthers}
        </button>
        <button type="button" onClick={() => setPutOff(true)}>
          {words.pair.keepOthers}
        </button>
      </div>
    </Notice>
  );
}

function problemIn({ messages, words, numbers }: Spoken, problem: unknown): string {
  if (problem instanceof NoAnswer) return messages.pairing["no-answer"];
  if (!(problem instanceof Problem)) return words.common.failed;
  if (problem.status === 400) return messages.pairing.malformed;
  if (problem.status === 404) return messages.pairing.unknown;
  if (problem.status === 410) return messages.pairing.expired;
  if (problem.status === 429)
    return messages.pairing["too-many"](problem.retryAfter ?? 60, numbers);
  return words.common.failed;
}
