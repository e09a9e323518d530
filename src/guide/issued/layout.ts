/**
 * Which materials the lines of a code stand for. A code has no room for names: it has a few bits for every material that
 * its theme could ask for, in the order of their ids, and a sum over these ids. When the catalogue has changed, the sum
 * tells which one or two materials came or went, so that an older notice can still be read.
 */
import type { Catalogue, Material, Theme } from '../../catalogue/index.ts';
import { digest, materialsOf } from './digest.ts';

const MODULUS = 2 ** 32;

/** The sum that names the theme and its materials, whatever their order. */
export const layoutSum = (theme: Theme, materials: readonly Material[]): number =>
  materials.reduce((sum, { id }) => (sum + digest(`material ${id}`)) % MODULUS, digest(`theme ${theme.id}`));

interface Change {
  readonly material: Material;
  readonly isAdded: boolean;
}

/** The materials that the theme had when a code with this sum was made; undefined when more than two differ. */
export function materialsThen(theme: Theme, sum: number, catalogue: Catalogue): readonly Material[] | undefined {
  const now = materialsOf(theme, catalogue);
  const missing = (sum - layoutSum(theme, now) + MODULUS) % MODULUS;
  if (missing === 0) return now;
  const changes = changesFor(missing, now, catalogue);
  return changes && changed(now, changes);
}

/** One change or two that make up for what is missing in the sum. */
function changesFor(missing: number, now: readonly Material[], catalogue: Catalogue): readonly Change[] | undefined {
  const bySize = new Map<number, Change>();
  for (const material of catalogue.materials) {
    const size = digest(`material ${material.id}`);
    const isAdded = !now.includes(material);
    bySize.set(isAdded ? size : (MODULUS - size) % MODULUS, { material, isAdded });
  }
  const one = bySize.get(missing);
  if (one) return [one];
  for (const [size, first] of bySize) {
    const second = bySize.get((missing - size + MODULUS) % MODULUS);
    if (second && second !== first) return [first, second];
  }
  return undefined;
}

function changed(now: readonly Material[], changes: readonly Change[]): readonly Material[] {
  const gone = changes.filter(({ isAdded }) => !isAdded).map(({ material }) => material);
  const come = changes.filter(({ isAdded }) => isAdded).map(({ material }) => material);
  return [...now.filter((material) => !gone.includes(material)), ...come].sort((a, b) => (a.id < b.id ? -1 : 1));
}
