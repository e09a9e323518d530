import { agencySandbox } from '../agency.ts';
import { keyed } from '../agencies.ts';

export default agencySandbox(keyed);
