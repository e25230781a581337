/** Saying no to a session that is due, with a reason if the patient likes. */

import { useApp } from "../app/context.ts";
import { go } from "../app/routes.ts";
import { Page } from "../parts/Page.tsx";
import { openOccasion } from "../sessions/calendar.ts";
import { notHeld, SKIP_REASONS, type SkipReason } from "../sessions/reports.ts";

export function NotToday() {
  const app = useApp();
  const { words } = app.language.value;
  const { plan } = app.kept.value;
  async function say(reason: SkipReason | null): Promise<void> {
    const occasion = plan && openOccasion(plan, app.past.value, app.now());
    if (plan !== undefined && occasion !== undefined) {
      await app.keep(notHeld(plan.id, occasion.opens, app.now(), "skipped", reason));
    }
    go("home", "", { instead: true });
  }
  return (
    <Page
      title={words.notToday.title}
      back={() => history.back()}
      actions={
        <button type="button" class="equal" onClick={() => say(null)}>
          {words.notToday.noReason}
        </button>
      }
    >
      <p>{words.notToday.intro}</p>
      <div class="stack">
        {SKIP_REASONS.map((reason) => (
          <button type="button" key={reason} onClick={() => say(reason)}>
            {words.notToday.reasons[reason]}
          </button>
        ))}
      </div>
    </Page>
  );
}
