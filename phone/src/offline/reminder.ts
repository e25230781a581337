/** What a push says, as the server wrote it (docs/reminders.md). */

/** What is shown: nothing of health is in it, for whoever sees the screen may read it. */
export interface Reminder {
  title: string;
  body: string;
  lang: string;
  tag: string;
}

// A push that is shown by nothing costs the app the right to get any, so one that is unreadable says this.
const UNREADABLE: Reminder = { title: "Attune", body: "", lang: "en", tag: "attune-reminder" };

/** What a push says; of what is not text, or too long to be ours, what is shown instead. */
export function reminderIn(read: () => unknown): Reminder {
  let said: unknown;
  try {
    said = read();
  } catch {
    return UNREADABLE;
  }
  if (typeof said !== "object" || said === null) return UNREADABLE;
  const part = (name: keyof Reminder) => {
    const value = (said as Record<string, unknown>)[name];
    return typeof value === "string" && value.length <= 200 ? value : UNREADABLE[name];
  };
  return { title: part("title"), body: part("body"), lang: part("lang"), tag: part("tag") };
}
