import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { auditKey, checkpointFolder } from '../hall.ts';
import { readSettings } from '../settings/index.ts';
import {
  exportProof,
  openExport,
  type ProofSource,
  type PublicKey,
  publicKey,
  type Report,
  readCheckpoints,
  sourceOf,
  verifyProof,
} from '../trust/index.ts';
import { withEvidence, withPages } from './evidence.ts';

interface VerifyOptions {
  readonly checkpoints?: readonly string[];
  readonly key?: readonly string[];
  readonly file?: string;
}

/** `yimen audit`: what was done, and whether it is still what was written down. */
export function addAudit(program: Command): void {
  const audit = program.command('audit').description('rows of proof: verify them, take them away, publish the key');
  audit
    .command('verify')
    .description('recompute the whole chain and hold it against the checkpoints; exit code 1 when something is wrong')
    .option('--checkpoints <folders...>', 'folders of checkpoints; copies kept elsewhere catch most')
    .option('--key <files...>', 'public keys in PEM that may have signed; default is that of keys.audit')
    .option('--file <export>', 'verify a file that "audit export" wrote, without any database')
    .action(async (options: VerifyOptions) => {
      const report = options.file ? await verifyFile(options.file, options) : await verifyDatabase(options);
      console.log(told(report));
      if (report.finding) process.exitCode = 1;
    });
  audit
    .command('export')
    .description('write rows of proof as JSON lines that "audit verify --file" reads without any database')
    .requiredOption('--out <file>', 'file to write; it must not be there yet')
    .option('--from <time>', 'only rows written from this time on, like 2026-11-01 or 2026-11-01T08:00:00+08:00', time)
    .option('--to <time>', 'only rows written before this time', time)
    .action(exportRows);
  audit
    .command('key')
    .description('print the public key that checkpoints are signed with, and its thumbprint')
    .option('--out <file>', 'write the key to a file')
    .action(({ out }: { out?: string }) => printKey(out));
}

async function verifyDatabase({ checkpoints, key }: VerifyOptions): Promise<Report> {
  return withPages(async (pages, settings) => {
    const folders = checkpoints ?? [checkpointFolder(settings)];
    for (const folder of checkpoints ?? []) if (!existsSync(folder)) throw new Error(`there is no folder ${folder} of checkpoints`);
    const own = auditKey(settings)?.public;
    return verifyProof(sourceOf(pages), await readCheckpoints(folders), key ? key.map(keyIn) : own ? [own] : []);
  });
}

async function verifyFile(file: string, { checkpoints, key }: VerifyOptions): Promise<Report> {
  const opened = await openExport(file);
  const more = await readCheckpoints(checkpoints ?? []);
  const found = [...opened.checkpoints.found, ...more.found].toSorted((a, b) => a.checkpoint.sequence - b.checkpoint.sequence);
  const keys = key?.map(keyIn) ?? opened.keys.map((pem) => publicKey(pem, file));
  if (!key)
    for (const { thumbprint } of keys)
      console.log(`the key ${thumbprint} comes from the file itself: compare it, or name yours with --key`);
  const report = await verifyProof(opened.source, { ...more, found }, keys);
  return { ...report, finding: report.finding ?? unsigned(report) };
}

/** Somebody who changes a file can make every link fit: only what a checkpoint covers is proven. */
function unsigned({ after, verified, signedTo }: Report): Report['finding'] {
  const last = after + verified;
  return signedTo < last
    ? { sequence: Math.max(signedTo, after) + 1, what: `no checkpoint covers the links from here to ${last}` }
    : undefined;
}

const keyIn = (file: string): PublicKey => publicKey(readFileSync(file, 'utf8'), file);

function told({ finding, ...report }: Report): string {
  const { after, verified, erased, unsealed, checkpoints, signedTo, torn } = report;
  const lines = [
    `${verified} rows verified${verified > 0 ? `, sequence ${after + 1} to ${after + verified}` : ''}${erased > 0 ? `; ${erased} of them erased, their digests hold` : ''}`,
    checkpoints > 0 ? `${checkpoints} checkpoints agree, the last one signed up to sequence ${signedTo}` : 'no checkpoint covers them',
    ...(unsealed > 0 ? [`${unsealed} rows after the last link: they are not in the chain yet`] : []),
    ...(torn > 0 ? [`${torn} half-written last lines in the files of checkpoints: a process was killed there`] : []),
  ];
  return [...lines, finding ? `WRONG: ${placeOf(finding)}${finding.what}` : 'nothing is wrong'].join('\n');
}

function placeOf({ writer, number, sequence }: NonNullable<Report['finding']>): string {
  const row = writer === undefined ? undefined : `row ${writer}/${number}`;
  const at = sequence === undefined ? undefined : `sequence ${sequence}`;
  const place = row && at ? `${row} (${at})` : (row ?? at);
  return place ? `${place}: ` : '';
}

async function exportRows({ out, from, to }: { out: string; from?: Date; to?: Date }): Promise<void> {
  const shown = await withEvidence(async ({ pages, settle }, settings) => {
    await settle();
    const own = auditKey(settings);
    const source: ProofSource = sourceOf(pages);
    return exportProof(source, await readCheckpoints([checkpointFolder(settings)]), out, { from, to, keys: own ? [own.public.pem] : [] });
  });
  console.log(`${shown} rows in ${out}`);
}

function printKey(out: string | undefined): void {
  const settings = readSettings(process.env, process.cwd());
  const key = auditKey(settings)?.public;
  if (!key) throw new Error(`${settings.configFile}: keys.audit is not set: this hall signs no checkpoints`);
  if (out) writeFileSync(out, key.pem, { flag: 'wx' });
  console.log(`${key.kind} ${key.thumbprint}${out ? `, written to ${out}` : `\n${key.pem.trimEnd()}`}`);
}

/** A day is that of the hall: China has one time zone. */
function time(text: string): Date {
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00+08:00` : text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('a day like 2026-11-01, or a time with its zone');
  return date;
}
