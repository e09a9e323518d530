import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { readSettings, type Settings } from '../../settings/index.ts';
import { type Check, type Checked, fail, ok, runChecks } from './check.ts';
import { addressChecks, connectorChecks, storeChecks } from './connectors.ts';
import { nodeFinding, placeChecks } from './place.ts';
import { gatewayCheck, lookForGateway } from './running.ts';
import { serverChecks } from './servers.ts';

/** `yimen doctor`: whether a hall would run here, before it does, or why it does not run well. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look at settings, servers, keys and disk; changes nothing; exit code 1 when something must be mended')
    .option('--json', 'print the findings as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const checked = await runChecks(checksOf(process.env, process.cwd()));
      const isGood = checked.every(({ level }) => level !== 'fail');
      const text = json ? JSON.stringify({ ok: isGood, checks: checked }, null, 2) : checked.map(line).join('\n');
      // A server that does not answer must not keep the process.
      process.stdout.write(`${text}\n`, () => process.exit(isGood ? 0 : 1));
    });
}

function checksOf(env: NodeJS.ProcessEnv, cwd: string): readonly Check[] {
  const node: Check = { name: 'node', run: async () => nodeFinding(process.versions.node) };
  const settings = settingsIn(env, cwd);
  if (settings instanceof Error) {
    const what = settings.message.replaceAll(/\s*\n\s*/g, ' ');
    return [node, { name: 'settings', run: async () => fail(what, 'see docs/settings.md; all else is looked at when they can be read') }];
  }
  const running = lookForGateway(settings);
  return [
    node,
    {
      name: 'settings',
      run: async () => ok(`${existsSync(settings.configFile) ? '' : 'no file '}${settings.configFile}, profile ${settings.profile}`),
    },
    gatewayCheck(settings, running),
    ...placeChecks(settings),
    ...serverChecks(settings, running),
    ...storeChecks(settings),
    ...addressChecks(settings),
    ...connectorChecks(settings),
  ];
}

function settingsIn(env: NodeJS.ProcessEnv, cwd: string): Settings | Error {
  try {
    return readSettings(env, cwd);
  } catch (cause) {
    return cause as Error;
  }
}

const line = ({ level, name, what, todo }: Checked): string =>
  `${level.padEnd(4)}  ${name.padEnd(16)}  ${what}${todo ? `. To do: ${todo}` : ''}`;
