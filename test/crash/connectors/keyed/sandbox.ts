import { keyed } from '../agencies.ts';
import { agencySandbox } from '../agency.ts';

export default agencySandbox(keyed);
