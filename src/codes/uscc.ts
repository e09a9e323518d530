const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/** Why a unified social credit code is refused. */
export type UsccFault = 'shape' | 'organisation check digit' | 'check digit';

/** What is wrong with a unified social credit code (GB 32100-2015, GB 11714), or undefined when it is right. */
export function usccFault(text: string): UsccFault | undefined {
  if (!/^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$/.test(text)) return 'shape';
  if (organisationDigit(text.slice(8, 16)) !== text[16]) return 'organisation check digit';
  return checkDigit(text) === text[17] ? undefined : 'check digit';
}

/** The code of an organisation: registration department and kind (2), area (6), and the first 8 of its organisation code. */
export function usccOf(kind: string, area: string, organisation: string): string {
  const body = `${kind}${area}${organisation}${organisationDigit(organisation)}`;
  return `${body}${checkDigit(body)}`;
}

function checkDigit(text: string): string {
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * ALPHABET.indexOf(text[i] as string), 0);
  return ALPHABET[(31 - (sum % 31)) % 31] as string;
}

/** The check digit of a GB 11714 organisation code: letters count A=10 … Z=35. */
function organisationDigit(body: string): string {
  const sum = ORGANISATION_WEIGHTS.reduce((total, weight, i) => total + weight * Number.parseInt(body[i] as string, 36), 0);
  const digit = 11 - (sum % 11);
  if (digit === 10) return 'X';
  return digit === 11 ? '0' : String(digit);
}
