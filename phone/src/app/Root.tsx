/** Which screen is shown: what must be dealt with first, or where the address leads. */

import { Notice } from "../parts/Notice.tsx";
import { CareEnded, ConsentAnew, FirstConsents } from "../screens/Consents.tsx";
import { DataScreen } from "../screens/DataScreen.tsx";
import { Help } from "../screens/Help.tsx";
import { History } from "../screens/History.tsx";
import { Home } from "../screens/Home.tsx";
import { Locked } from "../screens/Locked.tsx";
import { LockSettings } from "../screens/LockSettings.tsx";
import { MeasureScreen } from "../screens/MeasureForm.tsx";
import { MusicSettings } from "../screens/MusicSettings.tsx";
import { NotToday } from "../screens/NotToday.tsx";
import { Pairing } from "../screens/Pairing.tsx";
import { Ready } from "../screens/Ready.tsx";
import { ReminderSettings } from "../screens/ReminderSettings.tsx";
import { Session } from "../screens/Session.tsx";
import { Settings } from "../screens/Settings.tsx";
import { useApp } from "./context.ts";
import { type Route, route } from "./routes.ts";

const WITH_TABS: readonly Route["screen"][] = ["home", "history", "settings"];

/** `code`: that the address brought. */
export function Root({ code }: { code: string | null }) {
  const app = useApp();
  const { screen, about } = route.value;
  if (app.isLocked.value) {
    return screen === "help" ? (
      <Help about={about} />
    ) : (
      <>
        <Top />
        <Locked />
      </>
    );
  }
  const { device, standing, sync } = app.kept.value;
  if (screen === "help") return <Help about={about} />;
  if (device === undefined) {
    return (
      <>
        <Top />
        <Pairing code={code ?? ""} />
      </>
    );
  }
  const isSitting = app.sittings.stage.value.is !== "none";
  const isOver = standing.get("care") === false || sync.careEnded;
  const isAfterCare = isOver && !isSitting;
  const isTabbed = WITH_TABS.includes(screen) && !isSitting;
  return (
    <>
      <Top />
      <Trouble />
      {isSitting && <Session />}
      {isAfterCare && <AfterCare route={route.value} />}
      {!isSitting && !isAfterCare && <Shown route={route.value} code={code} />}
      {isTabbed && <Tabs />}
    </>
  );
}

function Shown({ route: { screen, about }, code }: { route: Route; code: string | null }) {
  switch (screen) {
    case "pair":
      return <Pairing code={code ?? ""} />;
    case "ready":
      return <Ready />;
    case "consent":
      return about === "" ? <FirstConsents /> : <ConsentAnew about={about} />;
    case "session":
      return <Session />;
    case "not-today":
      return <NotToday />;
    case "measure":
      return <MeasureScreen about={about} />;
    case "history":
      return <History />;
    case "settings":
      return <Settings />;
    case "reminders":
      return <ReminderSettings />;
    case "music":
      return <MusicSettings />;
    case "lock":
      return <LockSettings />;
    case "data":
      return <DataScreen />;
    default:
      return <Home />;
  }
}

/** Without consent to care there is the patient's own history and settings, and the way back. */
function AfterCare({ route: { screen, about } }: { route: Route }) {
  if (screen === "consent" && about !== "") return <ConsentAnew about={about} />;
  if (screen === "history") return <History />;
  if (screen === "settings") return <Settings />;
  if (screen === "data") return <DataScreen />;
  return <CareEnded />;
}

function Trouble() {
  const { language, trouble } = useApp();
  const { common } = language.value.words;
  if (trouble.value === null) return null;
  const close = () => {
    trouble.value = null;
  };
  return (
    <Notice kind="bad">
      <p>{common[trouble.value]}</p>
      <button type="button" onClick={close}>
        {common.close}
      </button>
    </Notice>
  );
}

/** On every screen, at the same place: help, and whose data these are where they are nobody's. */
function Top() {
  const app = useApp();
  const { words } = app.language.value;
  const { origin = "care" } = app.kept.value.device ?? {};
  return (
    <header class="top">
      {origin !== "care" && <span class={`badge ${origin}`}>{words.common[origin]}</span>}
      <a class="help-link" href="#/help">
        {words.common.help}
      </a>
    </header>
  );
}

function Tabs() {
  const { words } = useApp().language.value;
  const tabs = [
    ["home", words.tabs.home],
    ["history", words.tabs.history],
    ["settings", words.tabs.settings],
  ] as const;
  return (
    <nav class="tabs" aria-label={words.tabs.label}>
      {tabs.map(([screen, name]) => (
        <a
          key={screen}
          href={`#/${screen}`}
          aria-current={route.value.screen === screen ? "page" : undefined}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}
