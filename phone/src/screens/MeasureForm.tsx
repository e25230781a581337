/** A questionnaire, one question on each screen. */

import { useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { go } from "../app/routes.ts";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { type Item, type Measure, needsHelpNow } from "../sessions/measures.ts";
import { measureAnswered } from "../sessions/reports.ts";
import { nameOfLanguage } from "../words/language.ts";
import { Help } from "./Help.tsx";

interface Given {
  measure: Measure;
  maySkip: boolean;
  /** Null outside of a session. */
  session: string | null;
  onDone: () => void;
}

export function MeasureForm({ measure, maySkip, session, onDone }: Given) {
  const app = useApp();
  const { words, numbers, tag } = app.language.value;
  const [place, setPlace] = useState(0);
  const [answers, setAnswers] = useState<Record<string, number>>({});
  const [isMissing, setMissing] = useState(false);
  const [isHelp, setHelp] = useState(false);
  const item = measure.items[place];
  const isLast = place === measure.items.length - 1;

  async function finish(state: "answered" | "skipped"): Promise<void> {
    const { key, version, language } = measure;
    const told = state === "answered" ? answers : null;
    const answered = { measure: key, version, language, state, answers: told };
    await app.keep(measureAnswered(session, answered, app.now()));
    onDone();
  }
  function take(value: number): void {
    setMissing(false);
    setAnswers({ ...answers, [item.id]: value });
    if (needsHelpNow(item, value)) setHelp(true); // at once, not after the last question
  }
  function goOn(): void {
    if (answers[item.id] === undefined && !item.optional) setMissing(true);
    else if (isLast) void finish("answered");
    else setPlace(place + 1);
  }

  if (isHelp) return <Help about="safety" onBack={() => setHelp(false)} />;
  return (
    <Page
      title={measure.title}
      place={`${measure.key} ${place}`}
      back={place > 0 ? () => setPlace(place - 1) : undefined}
      actions={
        <>
          <button type="button" class="primary" onClick={goOn}>
            {isLast ? words.common.done : words.common.next}
          </button>
          {maySkip && (
            <button type="button" class="plain" onClick={() => finish("skipped")}>
              {words.measure.skip}
            </button>
          )}
        </>
      }
    >
      {!tag.startsWith(measure.language.split("-")[0]) && (
        <p class="hint">{words.measure.language(nameOfLanguage(measure.language, tag))}</p>
      )}
      <div lang={measure.language}>
        <p class="hint">{measure.instruction}</p>
        <p class="hint">{words.measure.question(place + 1, measure.items.length, numbers)}</p>
        <Question key={item.id} item={item} value={answers[item.id]} onValue={take} />
      </div>
      {isMissing && <Notice kind="bad">{words.measure.mustAnswer}</Notice>}
      <details class="terms">
        <summary>{words.measure.terms}</summary>
        <p lang="en">
          {measure.licence.terms} ({measure.licence.according_to})
        </p>
      </details>
    </Page>
  );
}

interface QuestionGiven {
  item: Item;
  value: number | undefined;
  onValue: (value: number) => void;
}

function Question({ item, value, onValue }: QuestionGiven) {
  if (item.line !== null) return <OnALine item={item} value={value} onValue={onValue} />;
  return (
    <fieldset class="options">
      <legend>{item.text}</legend>
      {item.options.map((option) => (
        <label key={option.value} class="option">
          <input
            type="radio"
            name={item.id}
            value={option.value}
            checked={value === option.value}
            onChange={() => onValue(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

function OnALine({ item, value, onValue }: QuestionGiven) {
  const { lowest, highest, whole, lowest_label, highest_label } = item.line as NonNullable<
    Item["line"]
  >;
  const take = (event: Event) => onValue(Number((event.currentTarget as HTMLInputElement).value));
  return (
    <label class="slider">
      <span class="slider-label">{item.text}</span>
      <input
        type="range"
        min={lowest}
        max={highest}
        step={whole ? 1 : (highest - lowest) / 100}
        value={value ?? (lowest + highest) / 2}
        aria-valuetext={value === undefined ? "–" : String(value)}
        onInput={take}
        onPointerUp={take}
        onKeyUp={(event) => event.key === "Enter" && take(event)}
      />
      <span class="slider-ends" aria-hidden="true">
        <span>{lowest_label}</span>
        <span>{highest_label}</span>
      </span>
    </label>
  );
}

/** The questionnaire of a key, asked for on the first screen. */
export function MeasureScreen({ about }: { about: string }) {
  const app = useApp();
  const { words } = app.language.value;
  const { measures, plan } = app.kept.value;
  const measure = measures.find(({ key }) => key === about);
  if (measure === undefined) {
    return (
      <Page title={words.home.answer} back={() => go("home")}>
        <Notice>{words.measure.notHere}</Notice>
      </Page>
    );
  }
  const asked = plan?.measures.find((one) => one.measure === about);
  return (
    <MeasureForm
      key={about}
      measure={measure}
      maySkip={asked?.may_skip ?? true}
      session={null}
      onDone={() => go("home")}
    />
  );
}
