/** The closed list of what can go wrong, each with whose fault it is and whether to try again. */

/** `data`: what was sent is at fault. `external`: a server or network is. `use`: the caller's words are. `bug`: we are. */
export type ErrorDomain = 'data' | 'external' | 'use' | 'refused' | 'bug';

interface ErrorKind {
  readonly domain: ErrorDomain;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retry: boolean;
}

const kinds = {
  // use: exit code 2
  CONFIG_INVALID: { domain: 'use', retry: false },
  USAGE: { domain: 'use', retry: false },
  // refused by a plan or a compatibility rule: exit code 3
  PLAN_LIMIT: { domain: 'refused', retry: false },
  INCOMPATIBLE: { domain: 'refused', retry: false },
  DATABASE_NEWER: { domain: 'refused', retry: false },
  // external: exit code 1
  DATABASE_UNAVAILABLE: { domain: 'external', retry: true },
  LOG_UNAVAILABLE: { domain: 'external', retry: true },
  REGISTRY_UNAVAILABLE: { domain: 'external', retry: true },
  MAIL_UNAVAILABLE: { domain: 'external', retry: true },
  PORT_IN_USE: { domain: 'external', retry: false },
  MISSING_DEPENDENCY: { domain: 'external', retry: false },
  AUTHENTICATION: { domain: 'external', retry: false },
  NOT_FOUND: { domain: 'external', retry: false },
  ALREADY_EXISTS: { domain: 'external', retry: false },
  // delivery
  FENCED: { domain: 'external', retry: false },
  OFFSET_OUT_OF_RANGE: { domain: 'external', retry: false },
  COMMIT_OUTCOME_UNKNOWN: { domain: 'external', retry: true },
  STATE_VERSION: { domain: 'refused', retry: false },
  ARTIFACT_INVALID: { domain: 'refused', retry: false },
  LIMIT_REACHED: { domain: 'external', retry: true },
  DATA_INVALID: { domain: 'data', retry: false },
  BUG: { domain: 'bug', retry: false },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof kinds;

/** An error with a code to match on, what it was about, and what to do in its message. */
export class BalancinError extends Error {
  override readonly name = 'BalancinError';
  readonly code: ErrorCode;
  readonly domain: ErrorDomain;
  readonly retry: boolean;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly context?: Record<string, unknown>; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.domain = kinds[code].domain;
    this.retry = kinds[code].retry;
    this.context = options.context ?? {};
  }
}

/** Process exit code of an error: 1 failed, 2 wrong use, 3 refused by a plan or a compatibility rule. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 {
  if (!(error instanceof BalancinError)) return 1;
  if (error.domain === 'use') return 2;
  return error.domain === 'refused' ? 3 : 1;
}
