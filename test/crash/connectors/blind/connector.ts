import { blind } from '../agencies.ts';
import { agencyConnector } from '../agency.ts';

export default agencyConnector(blind);
