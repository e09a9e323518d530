/**
 * What cases cost on both engines, over HTTP with processes of their own: submissions a second while their items are carried
 * to the agency, ready again after `kill -9`, and the work of a dead process taken up again. `--only submissions|ready|taken`,
 * `--engine embedded|PostgreSQL`, `--json`, `--cpu-prof <folder>` (profiles of the gateway under submissions). PostgreSQL is
 * the server of `DATABASE_URL`, or the one on 127.0.0.1; databases are made there and dropped.
 */
import { parseArgs } from 'node:util';
import { askServer, type BenchHall, type Engine, openHall } from './cases/hall.ts';
import { type Ready, ready } from './cases/ready.ts';
import { type Submissions, submissions } from './cases/submissions.ts';
import { type Taken, taken } from './cases/taken.ts';

interface Figures {
  readonly engine: Engine;
  /** How its commits reach the disk. */
  readonly durability: string;
  readonly submissions?: readonly Submissions[];
  readonly ready?: Ready;
  readonly taken?: readonly Taken[];
}

const PARTS = ['submissions', 'ready', 'taken'] as const;
const ENGINES = ['embedded', 'PostgreSQL'] as const;
const { values } = parseArgs({
  options: { only: { type: 'string' }, engine: { type: 'string' }, json: { type: 'boolean' }, 'cpu-prof': { type: 'string' } },
});
const parts = chosen('only', PARTS, values.only);
const profiling = values['cpu-prof'] ? ['--cpu-prof', `--cpu-prof-dir=${values['cpu-prof']}`] : [];

function chosen<T extends string>(option: string, all: readonly T[], one: string | undefined): readonly T[] {
  const found = all.filter((each) => one === undefined || each === one);
  if (found.length === 0) throw new Error(`--${option} is one of ${all.join(', ')}, got "${one}"`);
  return found;
}

/** Each part has a hall of its own, with an empty database. */
async function inHall<T>(engine: Engine, part: (typeof PARTS)[number], work: (hall: BenchHall) => Promise<T>): Promise<T | undefined> {
  if (!parts.includes(part)) return undefined;
  await using hall = await openHall(engine);
  return await work(hall);
}

async function measure(engine: Engine): Promise<Figures> {
  const submitted = await inHall(engine, 'submissions', (hall) => submissions(hall, profiling));
  const again = await inHall(engine, 'ready', ready);
  const ways = engine === 'PostgreSQL' ? (['restart', 'replica'] as const) : (['restart'] as const);
  const takenUp: Taken[] = [];
  for (const way of ways) takenUp.push(...((await inHall(engine, 'taken', async (hall) => [await taken(hall, way)])) ?? []));
  return {
    engine,
    durability: await durabilityOf(engine),
    ...(submitted && { submissions: submitted }),
    ...(again && { ready: again }),
    ...(takenUp.length > 0 && { taken: takenUp }),
  };
}

async function durabilityOf(engine: Engine): Promise<string> {
  if (engine === 'embedded') return 'never flushes the disk';
  const [found] = await askServer("select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit");
  return `fsync ${found?.['fsync']}, synchronous_commit ${found?.['commit']}`;
}

type Line = readonly [measured: string, figure: string, goal: string];

const linesOf = (figures: Figures): readonly Line[] => [
  ...(figures.submissions ?? []).map(
    ({ clients, perSecond, p50Ms, p99Ms, sentPerSecond, drainedS }): Line => [
      `submissions, ${clients} ${clients === 1 ? 'client' : 'clients'}`,
      `${perSecond.toFixed(0)}/s  p50 ${p50Ms.toFixed(0)} ms  p99 ${p99Ms.toFixed(0)} ms  sent on ${sentPerSecond.toFixed(0)}/s, the rest in ${drainedS.toFixed(1)} s`,
      clients > 1 && figures.engine === 'PostgreSQL' ? '>= 200/s' : '',
    ],
  ),
  ...(figures.ready
    ? [
        [
          `ready after kill -9, ${figures.ready.cases} cases`,
          `${figures.ready.medianS.toFixed(2)} s, longest ${figures.ready.longestS.toFixed(2)} s`,
          '< 3 s',
        ] as const,
      ]
    : []),
  ...(figures.taken ?? []).map(
    ({ held, by, seconds }): Line => [`${held} held items taken up, by ${by}`, `${seconds.toFixed(1)} s`, '< 30 s'],
  ),
];

function table(all: readonly Figures[]): string {
  const rows = all.flatMap((figures) => [
    [figures.engine, `(${figures.durability})`, 'goal'] as const,
    ...linesOf(figures).map(([name, ...rest]) => [`  ${name}`, ...rest] as const),
  ]);
  return [...rows.map(([name, figure, goal]) => `${name.padEnd(38)} ${figure.padEnd(70)} ${goal}`), ...ratios(all)].join('\n');
}

/** Of one run on one machine. */
function ratios(all: readonly Figures[]): readonly string[] {
  const of = (engine: Engine) => all.find((each) => each.engine === engine);
  return (of('PostgreSQL')?.submissions ?? []).flatMap(({ clients, perSecond }) => {
    const embedded = of('embedded')?.submissions?.find((each) => each.clients === clients);
    return embedded ? [`PostgreSQL over embedded, submissions, ${clients} at once: ${(perSecond / embedded.perSecond).toFixed(2)}`] : [];
  });
}

const all: Figures[] = [];
for (const engine of chosen('engine', ENGINES, values.engine)) all.push(await measure(engine));
console.log(values.json ? JSON.stringify(all, null, 2) : table(all));
