/** The exchange's code books as its platforms hold them, from what the fictional subjects say. */

const DEPARTMENTS: Readonly<Record<string, string>> = {
  'development-reform': '04',
  education: '05',
  'public-security': '09',
  'civil-affairs': '11',
  justice: '12',
  finance: '13',
  hrss: '14',
  'natural-resources': '15',
  ecology: '16',
  'housing-construction': '17',
  transport: '18',
  'culture-tourism': '22',
  health: '23',
  veterans: '24',
  emergency: '25',
  taxation: '30',
  'market-regulation': '31',
  sports: '33',
  'press-publication': '39',
  'fire-rescue': '56',
  tobacco: '64',
  'housing-fund': '71',
  'disabled-federation': '72',
};

/** The code of a value; throws where the sandbox's book has a gap, so that new subjects cannot go unnoticed. */
export function codeOf(book: Readonly<Record<string, string>>, value: string): string {
  const code = book[value];
  if (code === undefined) throw new Error(`the sandbox of provincial has no code for "${value}"`);
  return code;
}

export const departmentCode = (agency: string): string => codeOf(DEPARTMENTS, agency);
