/** The faces at the ends of the mood's sliders. */

const MOUTHS = {
  sad: "M10 24 Q16 18 22 24",
  glad: "M10 20 Q16 27 22 20",
  asleep: "M13 22 H19",
  awake: "M16 20 a3 3.5 0 1 0 .01 0",
} as const;

export function Face({ is }: { is: keyof typeof MOUTHS }) {
  const isAsleep = is === "asleep";
  return (
    <svg class="face" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="14" />
      {isAsleep ? (
        <path d="M8 14 q3 2 6 0 M18 14 q3 2 6 0" />
      ) : (
        <>
          <circle class="eye" cx="11" cy="13" r={is === "awake" ? 2.6 : 1.7} />
          <circle class="eye" cx="21" cy="13" r={is === "awake" ? 2.6 : 1.7} />
        </>
      )}
      <path d={MOUTHS[is]} />
    </svg>
  );
}
