/** What is on this phone and where it went: hand over, what was not taken, a copy, and forgetting it all. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { go } from "../app/routes.ts";
import { exported } from "../exporting/copy.ts";
import { forgetPhone, unsent } from "../locking/forgetting.ts";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { StandingOfData } from "../parts/StandingOfData.tsx";
import { setAside, throwAway } from "../sync/outbox.ts";

export function DataScreen() {
  const app = useApp();
  const { words } = app.language.value;
  const [isBusy, setBusy] = useState(false);
  const [wasOffline, setOffline] = useState(false);
  async function handOver(): Promise<void> {
    setBusy(true);
    try {
      setOffline(!app.isOnline.value);
      await app.keeping.lookByHand();
    } finally {
      setBusy(false);
    }
  }
  return (
    <Page title={words.settings.data} back={() => go("settings")}>
      <StandingOfData />
      <button type="button" disabled={isBusy} onClick={handOver}>
        {isBusy ? words.settings.syncing : words.settings.sync}
      </button>
      {wasOffline && <Notice>{words.home.offline}</Notice>}
      <Aside />
      <Copy />
      <Forget />
    </Page>
  );
}

type AsideItem = Awaited<ReturnType<typeof setAside>>[number];

/** With the server's own words, which are in English. */
function Aside() {
  const app = useApp();
  const { words, date } = app.language.value;
  const [items, setItems] = useState<AsideItem[]>([]);
  const { aside } = app.kept.value;
  useEffect(() => {
    void setAside(app.database).then(setItems);
  }, [aside]);
  if (items.length === 0) return null;
  async function away(place: number): Promise<void> {
    await throwAway(app.database, place);
    await app.refresh();
  }
  return (
    <section>
      <h2>{words.settings.aside}</h2>
      <ul class="plain-list">
        {items.map(({ place, kind, body, reason }) => (
          <li key={place} class="card">
            <strong>{kind}</strong>
            <span>{date(timeOf(body))}</span>
            <span lang="en">{reason.detail}</span>
            <button type="button" class="plain" onClick={() => away(place)}>
              {words.settings.throwAway}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Copy() {
  const app = useApp();
  const { words } = app.language.value;
  async function save(): Promise<void> {
    const copy = JSON.stringify(await exported(app.database), null, 2);
    const address = URL.createObjectURL(new Blob([copy], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `attune-${new Date(app.now()).toISOString().slice(0, 10)}.json`;
    link.click();
    URL.revokeObjectURL(address);
  }
  return (
    <section>
      <button type="button" onClick={save}>
        {words.settings.export}
      </button>
      <p class="hint">{words.settings.exportHint}</p>
    </section>
  );
}

/** Also for who forgot their PIN. */
export function Forget() {
  const app = useApp();
  const { words, numbers } = app.language.value;
  const [lost, setLost] = useState<number | null>(null);
  const say = words.settings;
  async function ask(): Promise<void> {
    const { items, decisions } = await unsent(app.database);
    setLost(items + decisions);
  }
  async function forget(): Promise<void> {
    await app.end();
    await forgetPhone(app.database);
    location.replace(location.pathname);
  }
  return (
    <section>
      <h2>{say.forget}</h2>
      <p>{say.forgetIntro}</p>
      {lost === null ? (
        <button type="button" onClick={ask}>
          {say.forget}…
        </button>
      ) : (
        <>
          <Notice kind="bad">{say.forgetLost(lost, numbers)}</Notice>
          <div class="row">
            <button type="button" class="stop" onClick={forget}>
              {say.forgetSure}
            </button>
            <button type="button" onClick={() => setLost(null)}>
              {words.common.cancel}
            </button>
          </div>
        </>
      )}
    </section>
  );
}

/** The one time that every kind has under its own name. */
function timeOf(body: Record<string, unknown>): number {
  const times = Object.entries(body).filter(([name]) => name.endsWith("_at"));
  return Date.parse(String(times.find(([, value]) => value !== null)?.[1]));
}
