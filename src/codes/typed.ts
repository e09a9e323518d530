/** Crockford's base 32: no I, L, O and U, which people take for 1, 0 and V. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BITS = 5;
const GROUP = 5;
const SYMBOL = 31;
/** Longer than any code that could be meant. */
const LONGEST = 2_000;

/**
 * Bytes as people type them: base 32 in groups of five, ending in a check character that finds every single wrong
 * character and every two that changed places.
 */
export function typedCode(bytes: Uint8Array): string {
  const symbols = symbolsOf(bytes);
  const text = [...symbols, checkOf(symbols)].map((symbol) => ALPHABET[symbol]).join('');
  return (text.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []).join('-');
}

/** The bytes of a typed code, or undefined when it is mistyped. Case, spaces, dashes and full-width characters do not matter; O is 0, I and L are 1. */
export function bytesOfTyped(text: string): Uint8Array | undefined {
  if (text.length > LONGEST) return undefined;
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  const symbols = [...plain].map((character) => ALPHABET.indexOf(character));
  const check = symbols.pop();
  if (symbols.includes(-1) || check === undefined || check !== checkOf(symbols)) return undefined;
  return bytesOf(symbols);
}

function symbolsOf(bytes: Uint8Array): number[] {
  const symbols: number[] = [];
  let [held, bits] = [0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= BITS; bits -= BITS) symbols.push((held >> (bits - BITS)) & SYMBOL);
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? [...symbols, (held << (BITS - bits)) & SYMBOL] : symbols;
}

/** Undefined unless the symbols are just what the bytes give: no code is written in two ways. */
function bytesOf(symbols: readonly number[]): Uint8Array | undefined {
  const bytes: number[] = [];
  let [held, bits] = [0, 0];
  for (const symbol of symbols) {
    held = ((held << BITS) | symbol) & 0xfff;
    bits += BITS;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  const isExact = bits < BITS && (held & ((1 << bits) - 1)) === 0;
  return isExact ? Uint8Array.from(bytes) : undefined;
}

/** Each symbol times another power of a generator of GF(32), summed: neighbours never weigh the same. */
const checkOf = (symbols: readonly number[]): number => symbols.reduce((sum, symbol) => doubled(sum ^ symbol), 0);

/** Times the generator, modulo x⁵ + x² + 1. */
const doubled = (x: number): number => (x & 16 ? ((x << 1) ^ 0b100101) & SYMBOL : x << 1);
