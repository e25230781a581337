/**
 * The one place through which everything of a patient goes before it is kept and after it is read.
 *
 * Nothing is encrypted yet. What is kept says so (`as: "plain"`), so that the part that brings the key
 * which the lock guards can tell its own rows from these, and seal these again.
 */

export interface Sealed<Value> {
  as: "plain";
  value: Value;
}

/** Outside of a transaction: IndexedDB ends one that waits for anything but itself. */
export async function seal<Value>(value: Value): Promise<Sealed<Value>> {
  return { as: "plain", value };
}

/** Outside of a transaction, too. */
export async function unseal<Value>(sealed: Sealed<Value>): Promise<Value> {
  return sealed.value;
}
