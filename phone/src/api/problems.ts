/** What a call comes to that is not answered as hoped: a problem (docs/api-problems.md), or nothing. */

/** What exactly is refused, and where: in the body, a parameter or a header. */
export interface Fault {
  pointer?: string;
  parameter?: string;
  header?: string;
  detail: string;
}

/** The server answered, and refused. Where a proxy answered for it, the status is all there is. */
export class Problem extends Error {
  readonly status: number;
  /** Of docs/api-problems.md; one that is not known there says no more than the status. */
  readonly code: string;
  readonly errors: Fault[];
  /** Seconds to wait, where the server says so. */
  readonly retryAfter: number | null;

  constructor(status: number, body: Partial<ProblemBody>, retryAfter: number | null) {
    super(body.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.code = body.code ?? "";
    this.errors = body.errors ?? [];
    this.retryAfter = retryAfter;
  }
}

interface ProblemBody {
  code: string;
  detail: string;
  errors: Fault[];
}

/** No answer, none in time, or one that was cut off or is not the server's. What was asked may have been
 * done all the same. */
export class NoAnswer extends Error {}

/** The problem that an answer of 4xx or 5xx is. */
export async function problemOf(answer: Response): Promise<Problem> {
  const after = answer.headers.get("Retry-After") ?? "";
  const retryAfter = /^\d{1,9}$/.test(after) ? Number(after) : null;
  return new Problem(answer.status, await bodyOf(answer), retryAfter);
}

async function bodyOf(answer: Response): Promise<Partial<ProblemBody>> {
  if (!answer.headers.get("Content-Type")?.startsWith("application/problem+json")) return {};
  try {
    return JSON.parse(await answer.text());
  } catch {
    return {}; // cut off: the status says enough
  }
}
