/** What having music ahead needs of the browser; tests bring their own. */

export interface Place {
  /** Bytes that all of the app takes, and may take; left out where the browser does not say. */
  estimate(): Promise<{ usage?: number; quota?: number }>;
  /** Whether the browser keeps what is here, and does not clear it when it needs room. */
  persist(): Promise<boolean>;
  /** Whether the connection is to be spared: it costs, or the patient said so to the browser. */
  isToBeSpared(): boolean;
}

/** Not every browser says what the connection is (Network Information API). */
interface Connection {
  saveData?: boolean;
  type?: string;
}

export function placeOf(navigator: Navigator): Place {
  return {
    estimate: async () => (await navigator.storage?.estimate?.()) ?? {},
    persist: async () => (await navigator.storage?.persist?.()) ?? false,
    isToBeSpared() {
      const { connection } = navigator as { connection?: Connection };
      return connection?.saveData === true || connection?.type === "cellular";
    },
  };
}
