/** Whether, when and when not the patient is reminded. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { addressOf, go } from "../app/routes.ts";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import {
  canPush,
  type Reminders,
  reminders,
  setReminders,
  subscribe,
  unsubscribe,
} from "../pushing/reminders.ts";

type Told = "saved" | "offline" | "blocked" | "failed";

export function ReminderSettings() {
  const app = useApp();
  const { words } = app.language.value;
  const say = words.reminders;
  const [set, setSet] = useState<Reminders | null>(null);
  const [told, setTold] = useState<Told | null>(null);
  const last = useRef(Promise.resolve());
  const api = app.api();

  /** One after the other: what was said last is to be what stands. */
  function work(to: () => Promise<void>): Promise<void> {
    last.current = last.current.then(() => tryTo(to));
    return last.current;
  }
  async function tryTo(work: () => Promise<void>): Promise<void> {
    setTold(null);
    try {
      await work();
    } catch (problem) {
      // Browsers refuse with a DOMException, where they cannot reach whoever would push to them.
      setTold(problem instanceof DOMException ? "failed" : "offline");
    }
  }
  useEffect(() => {
    if (api === undefined) setTold("offline");
    else void work(async () => setSet(await reminders(api)));
  }, []);

  const hasConsent = app.kept.value.standing.get("reminders") === true;
  return (
    <Page title={words.settings.reminders} back={() => go("settings")}>
      <p>{say.intro}</p>
      {!hasConsent && (
        <Notice>
          <p>{say.needsConsent}</p>
          <a class="button" href={`#${addressOf("consent", "reminders")}`}>
            {words.consent.names.reminders}
          </a>
        </Notice>
      )}
      {set !== null && api !== undefined && (
        <Rule
          set={set}
          onSwitch={(isOn) =>
            work(async () => {
              if (isOn && !(await subscribe(api, set.push_key ?? ""))) return setTold("blocked");
              if (!isOn) await unsubscribe(api);
              const others = set.channels.filter((channel) => channel !== "push");
              setSet(
                await setReminders(api, {
                  ...wantedOf(set, app.language.value.tag),
                  channels: isOn ? [...others, "push"] : others,
                }),
              );
              setTold("saved");
            })
          }
          onChange={(change) => {
            const wanted = { ...set, ...change };
            setSet(wanted); // the next change may come before the answer
            void work(async () => {
              try {
                await setReminders(api, wantedOf(wanted, app.language.value.tag));
              } catch (problem) {
                setSet(set);
                throw problem;
              }
              setTold("saved");
            });
          }}
        />
      )}
      {told !== null && <Notice kind={told === "saved" ? "good" : "bad"}>{say[told]}</Notice>}
    </Page>
  );
}

interface RuleGiven {
  set: Reminders;
  onSwitch: (isOn: boolean) => void;
  onChange: (
    change: Partial<Pick<Reminders, "minutes_before" | "quiet_from" | "quiet_to">>,
  ) => void;
}

const EARLIEST = 1_440; // minutes before a session

function Rule({ set, onSwitch, onChange }: RuleGiven) {
  const { words } = useApp().language.value;
  const say = words.reminders;
  const isOn = set.channels.includes("push") && set.push_subscribed;
  const pushing = canPush();
  if (set.push_key === null) return <Notice>{say.notHere}</Notice>;
  if (pushing !== "possible") return <Notice>{say[pushing]}</Notice>;
  return (
    <>
      <label class="option">
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ currentTarget }) => onSwitch(currentTarget.checked)}
        />
        {say.on}
      </label>
      <label>
        {say.before}
        <input
          type="number"
          inputMode="numeric"
          min={0}
          max={EARLIEST}
          value={set.minutes_before}
          onChange={({ currentTarget }) =>
            currentTarget.reportValidity() &&
            onChange({ minutes_before: Number(currentTarget.value) })
          }
        />
      </label>
      <fieldset>
        <legend>{say.quiet}</legend>
        <div class="row">
          <Hour
            name={say.from}
            value={set.quiet_from}
            onValue={(from) => onChange(quiet(from, from && (set.quiet_to ?? USUAL.to)))}
          />
          <Hour
            name={say.to}
            value={set.quiet_to}
            onValue={(to) => onChange(quiet(to && (set.quiet_from ?? USUAL.from), to))}
          />
        </div>
      </fieldset>
    </>
  );
}

interface HourGiven {
  name: string;
  value: string | null;
  onValue: (value: string | null) => void;
}

function Hour({ name, value, onValue }: HourGiven) {
  return (
    <label>
      {name}
      <input
        type="time"
        value={value?.slice(0, 5) ?? ""}
        onChange={({ currentTarget }) => onValue(currentTarget.value || null)}
      />
    </label>
  );
}

const USUAL = { from: "22:00", to: "07:00" };

/** They have a beginning and an end, or there are none. */
function quiet(quiet_from: string | null, quiet_to: string | null) {
  return { quiet_from, quiet_to };
}

function wantedOf({ channels, minutes_before, quiet_from, quiet_to }: Reminders, language: string) {
  return { channels, minutes_before, quiet_from, quiet_to, language };
}
