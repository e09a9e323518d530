/** A part of a contract that has no shape, and why. */
export class Shapeless extends Error {
  override readonly name = 'Shapeless';
}

export const isTrue = (text: string | undefined): boolean => text === 'true' || text === '1';
