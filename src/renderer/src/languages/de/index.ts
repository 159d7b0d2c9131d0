import type { Catalogue } from '../../lib/language';
import { errors } from './errors';
import { fields } from './fields';
import { files } from './files';
import { frame } from './frame';
import { host } from './host';
import { logLines } from './log-lines';
import { pages } from './pages';
import { playground } from './playground';
import { prompts } from './prompts';
import { road } from './road';
import { runPages } from './runs';
import { tokenSets } from './token-sets';
import { wizards } from './wizards';
import { words } from './words';

/** German, by the names that the text files give. What is missing is shown in English. */
export const de: Catalogue = {
  errors,
  logLines,
  ...frame,
  ...road,
  ...wizards,
  ...words,
  ...fields,
  ...host,
  ...pages,
  ...playground,
  ...prompts,
  ...runPages,
  ...files,
  ...tokenSets,
};
