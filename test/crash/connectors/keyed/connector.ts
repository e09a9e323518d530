import { keyed } from '../agencies.ts';
import { agencyConnector } from '../agency.ts';

export default agencyConnector(keyed);
