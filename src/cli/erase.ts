import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { citizenIdFault, usccFault } from '../codes/index.ts';
import type { Erased, EraseOrder } from '../erasing.ts';
import { eraseDirectly } from '../hall.ts';
import { knownIdKey } from '../keys.ts';
import { hallLog } from '../log.ts';
import { readSettings } from '../settings/index.ts';
import { isElsewhere, isHeld } from './evidence.ts';
import { callGateway } from './running.ts';

interface Options {
  readonly person?: true;
  readonly enterprise?: true;
  readonly dryRun?: boolean;
}

/** `yimen erase`: what a hall keeps of one person or enterprise. */
export function addErase(program: Command): void {
  program
    .command('erase')
    .description(
      "erase one subject's cases that are over, forms, files, messages, sessions and remembered answers; the number is read from stdin, or asked for",
    )
    .addOption(new Option('--person', 'of a person, by the identity number').conflicts('enterprise'))
    .addOption(new Option('--enterprise', 'of an enterprise, by the credit code'))
    .option('--dry-run', 'only say what would go')
    .action(async ({ person, enterprise, dryRun = false }: Options) => {
      if (!person && !enterprise)
        throw new Error('name --person or --enterprise; the number itself is read from stdin, never from the command line');
      const kind = person ? 'person' : 'enterprise';
      const erased = await ordered({ subject: { kind, key: await numberOf(kind) }, dryRun });
      console.log(told(erased));
      if (erased.standing.length > 0) process.exitCode = 1;
    });
}

async function ordered(order: EraseOrder): Promise<Erased> {
  const settings = readSettings(process.env, process.cwd());
  // The gateway that runs here forgets what it remembers before it answers.
  if ((await isHeld(settings)) || (await isElsewhere(settings))) {
    const { subject, dryRun } = order;
    return JSON.parse(await callGateway('/run/erase', { body: { ...subject, dryRun }, isPatient: true })) as Erased;
  }
  const key = knownIdKey(settings);
  if (!key) throw new Error(`there is no key of the hall in ${settings.data}: without keys.ids nobody is found`);
  return eraseDirectly(settings, key, order, { clock: { now: () => Date.now() }, log: hallLog(process.stderr) });
}

/** The number, from a pipe or typed unseen. */
async function numberOf(kind: 'person' | 'enterprise'): Promise<string> {
  const what = kind === 'person' ? 'identity number' : 'credit code';
  const number = (process.stdin.isTTY ? await typed(`${what}: `) : await text(process.stdin)).trim().toUpperCase();
  if (kind === 'person' ? citizenIdFault(number) : usccFault(number))
    throw new Error(`what was given is no ${what}: its length or its check digit is wrong`);
  return number;
}

async function typed(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true });
  return lines.question('').finally(() => {
    lines.close();
    process.stderr.write('\n');
  });
}

const WHY = {
  RUNNING: () => 'it is not over',
  CONTESTABLE: (until: string) => `its decision may be contested until ${until.slice(0, 10)}`,
} as const;

function told({ standing, cases, files, messages, sessions, dryRun }: Erased): string {
  if (standing.length > 0)
    return [
      'nothing was erased:',
      ...standing.map(
        ({ case: number, why, until }) => `  case ${number}: ${WHY[why](until === undefined ? '' : new Date(until).toISOString())}`,
      ),
    ].join('\n');
  const what = `${cases.length} cases with ${files} files and ${messages} messages, ${sessions} sessions, and all remembered answers`;
  return [
    dryRun ? `would be erased: ${what}` : `erased: ${what}`,
    ...cases.map((number) => `  case ${number}`),
    'rows of proof stay until their time is over',
  ].join('\n');
}
