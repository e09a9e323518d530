/** What only the sandbox profile has: its agencies, and switches for whoever tries the gateway. */
import type { CaseRoom } from './cases/index.ts';
import type { MovableClock } from './clock/index.ts';
import { FAULTS, type Fault, type SandboxClient, type SandboxDescription, sandboxClient } from './kit/index.ts';
import type { SandboxDoor } from './server/index.ts';
import type { Settings } from './settings/index.ts';

interface OpenedSandbox {
  readonly client: SandboxClient;
  readonly description: SandboxDescription;
}

/** Finds the running sandbox agencies. */
export async function openSandbox(settings: Settings): Promise<OpenedSandbox> {
  if (!settings.sandbox) throw new Error('the sandbox profile needs running sandbox agencies: set YIMEN_SANDBOX to their address');
  const client = sandboxClient(settings.sandbox);
  return { client, description: await client.describe() };
}

/** Switches of the page at `/` and of the command line. `setClocks` sets the clocks of all gateways behind this address. */
export function sandboxDoor(
  client: SandboxClient,
  clock: MovableClock,
  setClocks: (aheadMs: number) => Promise<void>,
  cases: CaseRoom,
): SandboxDoor {
  return {
    async clerk(subjects) {
      const caller = { role: 'clerk', actor: 'sandbox-clerk', window: 'W01' } as const;
      const { sessions } = await cases.access();
      const session = await sessions.open({ purpose: { kind: 'CONSULTATION' }, subjects, evidence: 'IDENTITY_CARD' }, caller);
      return { token: await client.token(caller), session: session.id };
    },
    async setFault(connector, fault, agency) {
      if (!FAULTS.includes(fault as Fault)) throw new Error(`fault must be one of ${FAULTS.join(', ')}`);
      await client.setFault(connector, fault as Fault, agency);
    },
    async advance(ms) {
      const ahead = clock.offset + ms;
      await client.setClock(ahead);
      await setClocks(ahead);
      return clock.offset;
    },
    follow: setClocks,
  };
}
