/** How far something is. */

interface Given {
  label: string;
  value: number;
  most: number;
  /** In words. */
  text: string;
}

export function Meter({ label, value, most, text }: Given) {
  return (
    <div class="meter">
      <div class="meter-words">
        <span>{label}</span>
        <span>{text}</span>
      </div>
      <progress aria-label={label} value={value} max={Math.max(most, 1)} />
    </div>
  );
}
