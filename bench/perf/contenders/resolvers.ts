/** Resolvers as a careful hand writes them over upstream.ts; the peers that do not batch by themselves share them. */
import { SECTIONS, type Section } from '../world.ts';
import { ask, type Match, type Row, search } from './upstream.ts';

interface Args {
  readonly uscc: string;
  readonly name: string;
}

/** An enterprise is its code until a section is asked for. */
export const Query = {
  enterprise: (_root: unknown, { uscc }: Args): Row => ({ uscc }),
  enterprises: async (_root: unknown, { name }: Args) => ({ nodes: (await search(name)).map(toMatch) }),
};

const toMatch = ({ uscc, nameZh, status }: Match) => ({ nameZh, status, enterprise: { uscc } });

/** One function for each section. */
export const perSection = <T>(make: (section: Section) => T): Readonly<Record<Section, T>> =>
  Object.fromEntries(SECTIONS.map((section) => [section, make(section)])) as Record<Section, T>;

/** Every section by a question of its own. */
export const Enterprise = perSection(
  (section) =>
    ({ uscc }: Row) =>
      ask(section, uscc),
);
