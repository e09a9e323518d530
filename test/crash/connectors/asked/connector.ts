import { agencyConnector } from '../agency.ts';
import { asked } from '../agencies.ts';

export default agencyConnector(asked);
