import { agencySandbox } from '../agency.ts';
import { asked } from '../agencies.ts';

export default agencySandbox(asked);
