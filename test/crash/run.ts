/** `npm run test:crash -- --kills 3000 [--postgres]`: the crash loop at length. */
import { parseArgs } from 'node:util';
import { crashLoop, sentence } from './loop.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, database: { type: 'string' }, gateways: { type: 'string', default: '1' } },
});
const report = await crashLoop({ kills: Number(values.kills), database: values.database, gateways: Number(values.gateways) });
console.log([...report.troubles].map(([name, times]) => `${name}: ${times}`).join('\n'));
for (const each of report.violations) console.log(each);
console.log(sentence(report));
process.exitCode = report.violations.length > 0 ? 1 : 0;
