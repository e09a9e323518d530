const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = '10X98765432';

/** Why a citizen identity number is refused; never holds the number. */
export type CitizenIdFault = 'shape' | 'birth date' | 'check digit';

/** What is wrong with a citizen identity number (GB 11643-1999), or undefined when it is right. */
export function citizenIdFault(text: string): CitizenIdFault | undefined {
  if (!/^\d{17}[\dX]$/.test(text)) return 'shape';
  if (!isDate(Number(text.slice(6, 10)), Number(text.slice(10, 12)), Number(text.slice(12, 14)))) return 'birth date';
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return CHECK[sum % 11] === text[17] ? undefined : 'check digit';
}

/** Shows the first 1 and the last 2 characters: 6 + 4 would leave some 3,300 candidates. */
export function maskCitizenId(text: string): string {
  return `${text.slice(0, 1)}${'*'.repeat(Math.max(0, text.length - 3))}${text.slice(-2)}`;
}

/** The text with every citizen identity number in it masked. */
export const maskCitizenIds = (text: string): string =>
  text.replaceAll(/(?<!\d)\d{17}[\dXx](?!\d)/g, (found) =>
    citizenIdFault(found.toUpperCase()) === undefined ? maskCitizenId(found) : found,
  );

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
  return day >= 1 && day <= days;
}
