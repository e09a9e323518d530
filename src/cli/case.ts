import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type EvidenceReport, verifyEvidence } from '../cases/index.ts';
import { publicKey } from '../trust/index.ts';
import { withEvidence } from './evidence.ts';

/** `yimen case`: the evidence of one case, for a court, an auditor or an applicant. */
export function addCase(program: Command): void {
  const command = program.command('case').description('the evidence of one case');
  command
    .command('export <number>')
    .description('write rows of proof, facts and events of a case with all that proves them to one signed file')
    .requiredOption('--out <file>', 'file to write; it must not be there yet')
    .action(async (number: string, { out }: { out: string }) => {
      const evidence = await withEvidence(({ ofCase }) => ofCase(number));
      if (evidence === undefined) throw new Error('there is no case of this number');
      writeFileSync(out, evidence, { flag: 'wx', mode: 0o600 });
      console.log(told(verifyEvidence(evidence)));
    });
  command
    .command('verify <file>')
    .description('verify such a file without any database; exit code 1 when something is wrong')
    .option('--key <file>', 'public key of the hall in PEM, known from elsewhere')
    .action((file: string, { key }: { key?: string }) => {
      const report = verifyEvidence(readFileSync(file, 'utf8'), key === undefined ? undefined : publicKey(readFileSync(key, 'utf8'), key));
      console.log(told(report));
      if (report.finding) process.exitCode = 1;
    });
}

function told(report: EvidenceReport): string {
  const { rows, facts, events, thumbprint, isGiven, finding } = report;
  return [
    `case ${report.case}: ${rows} rows of proof, ${facts} facts, ${events} events`,
    `signed by the key ${thumbprint}${isGiven ? '' : ', which is in the file itself: compare it with the one the hall makes known, or name that with --key'}`,
    finding ? `WRONG: ${finding}` : 'nothing is wrong',
  ].join('\n');
}
