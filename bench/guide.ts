/**
 * How long a guide takes: `npm run build && npx tsx bench/guide.ts`. One minute. Over live sandbox agencies, nothing
 * remembered; with one agency hanging; and without agencies.
 */
import { resolve } from 'node:path';
import { createCalendar } from '../src/calendar/index.ts';
import { loadCatalogue } from '../src/catalogue/index.ts';
import { knownFrom, makeGuide } from '../src/guide/index.ts';
import { loadSubjects } from '../src/kit/index.ts';
import { type Gateway, load, quantile, startGateway } from './gateway.ts';

const ROUND_MS = 8_000;
const FOLDER = resolve(import.meta.dirname, '../catalogue');
const { enterprises, persons } = loadSubjects(resolve(FOLDER, 'sandbox'), Date.now());

const GUIDE = `query ($input: GuideInput!) { guide(input: $input) {
  openQuestions { id } steps { item { slug } status why dependsOn { slug } parallelWith { slug } schedule { fileOn promised { due explanation } statutory { due } slack } }
  notice { naiveCount count toBringCount lines { material { nameZh } kind required neededBy { slug } note fetched { agency { code } valid } followsBy } }
  form { parts { id lines { id value required } } schema }
  blockers { kind severity what toDo } timeline { finishOn workingDays criticalPath { slug } target { met } } unchecked { section code }
} }`;

const PARTS = ['LEGAL_REPRESENTATIVE', 'AGENT', 'FINANCE_OFFICER', 'EMPLOYEE'];
/** Another applicant each time, so that no two guides ask for the same. */
const inputFor = (theme: string, i: number) => ({
  theme,
  applicant: {
    uscc: enterprises[i % enterprises.length]?.uscc,
    people: PARTS.map((role, part) => ({ role, idNumber: persons[(i + part * 7) % persons.length]?.idNumber })),
  },
});

/** What the same agencies cost without a guide. */
const ENTERPRISE = `query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) {
  registration { nameZh } tax { arrears } socialInsurance { account } seals { items { number } } permits { items { number } }
} }`;

await using gateway = await startGateway({ memory: { enabled: false } });
const enterprise = (i: number) => ({ uscc: enterprises[i % enterprises.length]?.uscc });
await asked(gateway, ENTERPRISE, enterprise, 1, 2_000, 'warming up');
await asked(gateway, ENTERPRISE, enterprise, 1, ROUND_MS, 'to compare: one enterprise, five agencies');
for (const theme of ['open-company', 'construction-project']) {
  await measure(gateway, theme, 1, 2_000, 'warming up');
  for (const clients of [1, 8]) await measure(gateway, theme, clients, ROUND_MS, `${theme}, ${clients} at a time`);
}
await gateway.sandbox.setFault('provincial', 'hang', 'js-e-licence');
await measure(gateway, 'open-company', 8, 3_000, 'one agency hangs, its breaker still closed');
// Past the breaker's window, in which what went well before still counts.
await measure(gateway, 'open-company', 8, 12_000, 'one agency hangs, its breaker opens');
await measure(gateway, 'open-company', 8, ROUND_MS, 'one agency hangs, its breaker open');
alone();

async function measure(it: Gateway, theme: string, clients: number, ms: number, what: string): Promise<void> {
  await asked(it, GUIDE, (i) => ({ input: inputFor(theme, i) }), clients, ms, what);
}

async function asked(it: Gateway, query: string, variables: (i: number) => object, clients: number, ms: number, what: string) {
  let failed = 0;
  const took = await load(clients, ms, async (i) => {
    const { errors } = await it.ask(query, variables(i));
    if (errors) failed++;
  });
  print(what, took, failed > 0 ? `, ${failed} failed` : '');
}

function alone(): void {
  const catalogue = loadCatalogue(FOLDER);
  const tools = { catalogue, calendar: createCalendar() };
  for (const theme of catalogue.themes.filter(({ id }) => id === 'open-company' || id === 'construction-project')) {
    const times = Array.from({ length: 1_000 }, () => {
      const started = performance.now();
      const applicant = { people: [] };
      makeGuide({ theme, answers: new Map(), applicant, startOn: '2026-03-09', known: knownFrom(applicant, []) }, tools);
      return performance.now() - started;
    });
    print(
      `${theme.id}, the plan alone`,
      times.slice(100).sort((a, b) => a - b),
      '',
    );
  }
}

function print(what: string, took: readonly number[], more: string): void {
  const [p50, p99] = [quantile(took, 0.5), quantile(took, 0.99)];
  console.log(`${what.padEnd(44)} p50 ${p50.toFixed(1).padStart(7)} ms   p99 ${p99.toFixed(1).padStart(7)} ms   n ${took.length}${more}`);
}
