/** What every contender is started with, from its environment. */
import type { Section } from '../world.ts';

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name}: run.ts sets it; contenders are not started by hand`);
  return value;
}

/** Where the gateway is to listen, on the machine itself. */
export const port = Number(need('PORT'));
/** The port of each agency. */
export const agencies = JSON.parse(need('BENCH_AGENCIES')) as Readonly<Record<Section, number>>;
/** Whether lists of enterprises are asked for: then sections are fetched in batches. */
export const isList = process.env['BENCH_QUESTION'] === 'list';

// Ended in order, so that a profile can be written.
process.once('SIGTERM', () => process.exit(0));
