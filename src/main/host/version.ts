import { version } from '../../../package.json';

/** The program's own version, put in when it is built. */
export const PROGRAM_VERSION: string = version;
