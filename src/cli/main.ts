#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { civilDateOf, createCalendar } from '../calendar/index.ts';
import { parseDuration } from '../clock/index.ts';
import { ROLES } from '../connect/index.ts';
import { schemaFolders } from '../connectors.ts';
import { createGraph, printSchemaText } from '../graph/index.ts';
import { describeHabit, FAULTS, type Fault, HABITS, type Habit, sandboxClient } from '../kit/index.ts';
import { runGateway, runSandbox } from '../run.ts';
import { readSettings, WorkerCount } from '../settings/index.ts';
import { addAudit } from './audit.ts';
import { addBackup } from './backup.ts';
import { addCase } from './case.ts';
import { addCatalogue } from './catalogue.ts';
import { checkConnector, verifyConnectors } from './connector.ts';
import { addDoctor } from './doctor/index.ts';
import { addDocuments } from './documents.ts';
import { addErase } from './erase.ts';
import { explainSection } from './explain.ts';
import { addNewConnector } from './new-connector.ts';
import { printOpen } from './open.ts';
import { callGateway, sandboxAddress } from './running.ts';
import { printToken } from './token.ts';

const program = new Command('yimen')
  .description('Yimen 一门: one GraphQL schema in front of every agency of a service hall')
  .version('0.1.0');

program
  .command('start')
  .description('start the gateway (in the sandbox profile with all sandbox agencies)')
  .option(
    '--workers <count>',
    'how many processes answer on the port: a number, or "auto" for one per core; needs DATABASE_URL',
    workerCount,
  )
  .action(runGateway);

program
  .command('token')
  .description('print a token of the sandbox issuer; with a session: the two headers of a request, for curl -H @file')
  .addOption(new Option('--role <role>', 'role of the caller').choices([...ROLES]).makeOptionMandatory())
  .option('--actor <id>', 'who the caller is')
  .option('--window <id>', 'window the caller sits at')
  .option('--amr <methods>', 'how the caller signed in, by the names of RFC 8176 with commas between them (default: pwd,otp)', list)
  .option('--jkt <thumbprint>', 'thumbprint (RFC 7638) of the key that the token is bound to; a kiosk needs one')
  .option('--person <id>', 'identity number of a citizen who signs in')
  .option('--session <key>', 'open a service session for this credit code or identity number')
  .option(
    '--purpose <purpose>',
    'what the session is for: CONSULTATION, or "THEME newborn", "ITEM <slug>", "CASE <number>"',
    'CONSULTATION',
  )
  .action(printToken);

program
  .command('schema')
  .description('print the unified schema')
  .action(() =>
    console.log(
      printSchemaText(
        createGraph({ folders: schemaFolders(readSettings(process.env, process.cwd())), served: new Map() }).schema,
      ).trimEnd(),
    ),
  );

const sandbox = program.command('sandbox').description('the sandbox agencies');

sandbox
  .command('start')
  .description('start all sandbox agencies in this process')
  .option('--port <port>', 'port of the control address; the agencies take those after it', integer, 4_100)
  .action(({ port }: { port: number }) => runSandbox(port));

sandbox
  .command('fault <connector> <fault>')
  .description(`make an agency misbehave: ${FAULTS.join(', ')}`)
  .option('--agency <id>', 'only this agency of the connector')
  .action(async (connector: string, fault: string, { agency }: { agency?: string }) => {
    if (!FAULTS.includes(fault as Fault)) throw new Error(`fault must be one of ${FAULTS.join(', ')}`);
    await sandboxClient(sandboxAddress()).setFault(connector, fault as Fault, agency);
    console.log(`${agency ?? connector}: ${fault}`);
  });

sandbox
  .command('habit <connector> <habit>')
  .description(`how an agency deals with the applications that arrive from now on: ${HABITS.join(', ')}`)
  .option('--agency <id>', 'only this agency of the connector')
  .action(async (connector: string, habit: string, { agency }: { agency?: string }) => {
    if (!HABITS.includes(habit as Habit)) throw new Error(`habit must be one of ${HABITS.join(', ')}`);
    await sandboxClient(sandboxAddress()).setHabit(connector, habit as Habit, agency);
    console.log(`${agency ?? connector}: ${describeHabit(habit as Habit)}`);
  });

sandbox
  .command('clock')
  .description('move the clock of gateway and agencies ahead')
  .requiredOption('--advance <duration>', 'how far, for example 90m, 12h, 3d or 3wd (working days)', howFar)
  .action(async ({ advance: far }: { advance: (now: number) => number }) => {
    const { offset } = (await sandboxClient(sandboxAddress()).describe()).clock;
    const advance = far(Date.now() + offset);
    const { aheadMs } = JSON.parse(await callGateway('/sandbox/clock', { body: { advanceMs: advance } })) as { aheadMs: number };
    console.log(`the clock is now ${(aheadMs / 3_600_000).toFixed(1)} h ahead: ${new Date(Date.now() + aheadMs).toISOString()}`);
  });

sandbox
  .command('status')
  .description('list the sandbox agencies and their addresses')
  .action(async () => {
    const client = sandboxClient(sandboxAddress());
    for (const { id, url } of (await client.describe()).connectors)
      console.log(`${id.padEnd(20)} ${url}  ${(await client.traffic(id)).calls} calls`);
  });

addCatalogue(program);
addDocuments(program);
addAudit(program);
addCase(program);
addBackup(program);
addErase(program);
addDoctor(program);

const connector = program.command('connector').description('for those who connect an agency');
addNewConnector(connector);

connector
  .command('check <id>')
  .description('run the conformance kit against a connector and its sandbox: a shipped one, or a folder')
  .action(async (id: string) => {
    if ((await checkConnector(id)) > 0) process.exitCode = 1;
  });

connector
  .command('open <id>')
  .description('list what a connector asked over an exchange database and has no answer to yet')
  .action(printOpen);

connector
  .command('verify [ids...]')
  .description('open connectors with the settings of their sandboxes: what does not fit is found before a gateway starts')
  .action(async (ids: string[]) => {
    if ((await verifyConnectors(ids)) > 0) process.exitCode = 1;
  });

connector
  .command('explain <section> <key>')
  .description('ask one section, like Enterprise.tax, for one key (text, or JSON) and print every step: for test data')
  .action(explainSection);

function duration(text: string): number {
  const ms = parseDuration(text);
  if (!ms) throw new InvalidArgumentError('a duration is a number and ms, s, m, h or d, like 12h');
  return ms;
}

/** How far from a moment of the sandbox's clock: a duration, or a number of working days, after which it is the same time of day. */
function howFar(text: string): (now: number) => number {
  const days = /^(\d{1,3})wd$/.exec(text)?.[1];
  if (days === undefined) {
    const ms = duration(text);
    return () => ms;
  }
  return (now) => {
    const today = civilDateOf(now);
    return Date.parse(createCalendar().addWorkingDays(today, Number(days))) - Date.parse(today);
  };
}

function workerCount(text: string): number {
  const { data, error } = WorkerCount.safeParse(text);
  if (data === undefined) throw new InvalidArgumentError(error?.issues[0]?.message ?? '');
  return data;
}

function list(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number');
  return Number(text);
}

try {
  await program.parseAsync();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
