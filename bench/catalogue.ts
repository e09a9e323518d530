/**
 * What a search for a service item costs, through the whole gateway over HTTP: `npm run build && npx tsx bench/catalogue.ts`.
 * Half a minute. Figures are of one run on one machine; read them as ratios.
 */
import { resolve } from 'node:path';
import { load, quantile, startGateway } from './gateway.ts';

const ROOT = resolve(import.meta.dirname, '..');
const WARM_UP_MS = 3_000;
const ROUND_MS = 5_000;

/** What is typed, and how. */
const WORDS = {
  characters: ['公司设立', '过户', '生育津贴', '施工许可'],
  'a typing error': ['公司社立', '营业直照', '生育津帖', 'compnay', 'gsls'],
  'pinyin and initials': ['yyzz', 'gssl', 'gongsisheli', 'shebaoka'],
  English: ['company', 'construction permit', 'social security card'],
  'a whole question': ['我想开一家公司需要什么材料', '请问身份证丢了怎么办'],
};

const SEARCH = `query ($text: String!) {
  serviceItems(filter: { text: $text }, first: 20) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id slug nameZh promisedLimit agency { nameZh } counters { handles hall { nameZh address } } }
  }
}`;

await atStart();
await using gateway = await startGateway({});
const all = Object.values(WORDS).flat();
await load(8, WARM_UP_MS, (i) => search(all[i % all.length] ?? ''));
console.log('item search and its first page, over HTTP, one client (goal p50 < 5 ms)');
for (const [kind, words] of Object.entries(WORDS)) tell(kind, await load(1, ROUND_MS, (i) => search(words[i % words.length] ?? '')));
console.log('the same, everything in turn, 8 clients at once');
tell('all', await load(8, ROUND_MS, (i) => search(all[i % all.length] ?? '')));

async function search(text: string): Promise<void> {
  const { errors } = await gateway.ask(SEARCH, { text });
  if (errors) throw new Error(`the search failed with ${errors[0]?.extensions.code}`);
}

function tell(kind: string, took: readonly number[]): void {
  const [p50, p99] = [quantile(took, 0.5), quantile(took, 0.99)];
  const rate = took.length / (ROUND_MS / 1_000);
  console.log(
    `  ${kind.padEnd(20)} p50 ${p50.toFixed(2).padStart(6)} ms  p99 ${p99.toFixed(2).padStart(6)} ms  ${rate.toFixed(0).padStart(5)} a second`,
  );
}

/** What the catalogue adds to the start of a process, and its search right after: once, cold, as it is. */
async function atStart(): Promise<void> {
  const built = resolve(ROOT, 'dist/src/catalogue/index.js');
  const catalogue = await timed(async () => {
    const { loadCatalogue } = (await import(built)) as typeof import('../src/catalogue/index.ts');
    return loadCatalogue(resolve(ROOT, 'catalogue'));
  });
  const index = await timed(async () => catalogue.value.search('公司设立'));
  console.log(
    `at start: code, reading and checking ${catalogue.ms.toFixed(0)} ms; after it, the search's index ${index.ms.toFixed(0)} ms (goal < 150)`,
  );
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const started = performance.now();
  const value = await work();
  return { value, ms: performance.now() - started };
}
