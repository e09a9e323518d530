import { agencyConnector } from '../agency.ts';
import { keyed } from '../agencies.ts';

export default agencyConnector(keyed);
