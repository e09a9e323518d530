import { asked } from '../agencies.ts';
import { agencySandbox } from '../agency.ts';

export default agencySandbox(asked);
