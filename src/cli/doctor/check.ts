/**
 * What `yimen doctor` looks at. A check changes nothing, and never says a secret.
 *
 * - check 检查: one thing that must be right for a hall to run.
 * - finding 结果: what it is like, and what to do where it is not right.
 */
export type Level = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly level: Level;
  /** What is so, in one sentence. */
  readonly what: string;
  /** What to do about it. */
  readonly todo?: string;
}

export interface Check {
  readonly name: string;
  run(): Promise<Finding>;
  /** How long it may take; default is 5 s. */
  readonly limitMs?: number;
}

export interface Checked extends Finding {
  readonly name: string;
}

const LIMIT_MS = 5_000;

export const ok = (what: string): Finding => ({ level: 'ok', what });
export const warn = (what: string, todo: string): Finding => ({ level: 'warn', what, todo });
export const fail = (what: string, todo: string): Finding => ({ level: 'fail', what, todo });

/** Runs all checks side by side: what does not answer in time is a finding, and holds up nobody else. */
export const runChecks = (checks: readonly Check[]): Promise<readonly Checked[]> => Promise.all(checks.map(runCheck));

async function runCheck({ name, run, limitMs = LIMIT_MS }: Check): Promise<Checked> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const finding = fail(`no answer within ${limitMs / 1_000} s`, 'see whether it runs and can be reached from here');
    timer = setTimeout(() => resolve(finding), limitMs);
  });
  const finding = await Promise.race([late, run().catch((cause: Error) => fail(cause.message, 'mend this and run doctor again'))]);
  clearTimeout(timer);
  return { name, ...finding };
}

/** Why something did not work: what the socket or the server said, not what was wrapped around it. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'it failed';
  if (cause.cause instanceof Error) return reasonOf(cause.cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const [message = ''] = cause.message.split('\n');
  return message || (code ?? cause.name);
}
