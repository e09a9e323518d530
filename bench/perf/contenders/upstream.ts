/**
 * The agencies as a careful hand would ask them: one undici pool for each, kept-alive connections, `request` rather than
 * `fetch`. The floor and every peer that is not "the obvious way" share it, so that they differ in their gateways only.
 */
import { Pool } from 'undici';
import type { Section } from '../world.ts';
import { agencies } from './given.ts';

// As many connections as the largest load keeps busy at 20 ms an answer; one request at a time on each, as agencies' servers expect.
const CONNECTIONS = 512;

const pools = Object.fromEntries(
  Object.entries(agencies).map(([name, port]) => [name, new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS, pipelining: 1 })]),
) as Readonly<Record<Section, Pool>>;

async function get(section: Section, path: string): Promise<unknown> {
  const { body, statusCode } = await pools[section].request({ method: 'GET', path });
  if (statusCode !== 200) throw new Error(`${section}: HTTP ${statusCode}`);
  return body.json();
}

export interface Row {
  readonly uscc: string;
}

/** One record. */
export const ask = async (section: Section, uscc: string): Promise<Row> => (await get(section, `/records?key=${uscc}`)) as Row;

/** The records of many, in the order of their keys. */
export async function askMany(section: Section, usccs: readonly string[]): Promise<readonly (Row | null)[]> {
  const { items } = (await get(section, `/records?keys=${usccs.join(',')}`)) as { items: readonly Row[] };
  const byKey = new Map(items.map((row) => [row.uscc, row]));
  return usccs.map((uscc) => byKey.get(uscc) ?? null);
}

export interface Match extends Row {
  readonly nameZh: string;
  readonly status: string;
}

/** What the registry's search finds. */
export async function search(name: string): Promise<readonly Match[]> {
  const { items } = (await get('registration', `/search?name=${encodeURIComponent(name)}`)) as { items: readonly Match[] };
  return items;
}
