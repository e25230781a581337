/** A newer app that lies ready: shown on the first screen, and never taken by itself. */

import { signal } from "@preact/signals";

export const update = signal<ServiceWorkerRegistration | null>(null);
