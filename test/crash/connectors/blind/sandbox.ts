import { agencySandbox } from '../agency.ts';
import { blind } from '../agencies.ts';

export default agencySandbox(blind);
