/** What pages and the service worker say to each other. */

/** A page to the waiting worker: take over now. The answer comes by the port: whether it does. */
export const TAKE_OVER = "attune-take-over";
/** The worker to a page: there is a network again, and what waits should be handed over. */
export const SYNC = "attune-sync";
