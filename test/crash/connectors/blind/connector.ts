import { agencyConnector } from '../agency.ts';
import { blind } from '../agencies.ts';

export default agencyConnector(blind);
