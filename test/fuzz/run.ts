/** `npm run test:fuzz -- --runs 100000 [--seed 1]`: random bodies at length. */
import { parseArgs } from 'node:util';
import { startHall } from '../harness.ts';
import { fuzz, told } from './fuzz.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string', default: String(Date.now()) } },
});
const hall = await startHall();
const report = await fuzz(hall, await hall.token('clerk'), Number(values.runs), Number(values.seed));
await hall[Symbol.asyncDispose]();
for (const each of report.wrong) console.log(each);
console.log(`${values.runs} random bodies from seed ${values.seed}: ${told(report)}; ${report.wrong.length} wrong`);
process.exitCode = report.wrong.length > 0 ? 1 : 0;
