import { openForExplaining } from '../app.ts';
import type { OpenRequests, OpenState } from '../connect/index.ts';
import { readSettings } from '../settings/index.ts';
import { sandboxAddress } from './running.ts';

const STATES: Readonly<Record<OpenState, string>> = {
  WAITING: 'waiting',
  REPLIED: 'replied, not asked for again',
  GIVEN_UP: 'given up',
};

/** `yimen connector open`: what is open at a connector's exchange databases, asked of the databases themselves. */
export async function printOpen(id: string): Promise<void> {
  const settings = readSettings(process.env, process.cwd());
  const { engine } = await openForExplaining(settings.profile === 'sandbox' ? { ...settings, sandbox: sandboxAddress() } : settings);
  try {
    const exchanges = engine.exchanges().map(({ connector }) => connector);
    if (!exchanges.includes(id))
      throw new Error(`"${id}" uses no exchange database; connectors that do: ${[...new Set(exchanges)].join(', ') || 'none'}`);
    const listed = await engine
      .open(id)
      .catch((cause: Error) => Promise.reject(new Error(`the exchange database of ${id} cannot be asked: ${cause.message}`, { cause })));
    for (const { agency, ...open } of listed) console.log(listing(agency, open));
  } finally {
    await engine.close();
  }
}

function listing(agency: string, { count, requests }: OpenRequests): string {
  const lines = requests.map(
    ({ id, service, since, state }) => `  ${since.toISOString()}  ${id.padEnd(32)}  ${service.padEnd(24)}  ${STATES[state]}`,
  );
  const more = count > requests.length ? [`  … and ${count - requests.length} more`] : [];
  return [`${agency}: ${count} open`, ...lines, ...more].join('\n');
}
