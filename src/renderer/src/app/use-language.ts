import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../lib/api';
import { language, resolveLanguage, storeChoice } from '../lib/language';

/** Follows the setting: another language is another page load, since texts are read once. */
export function useLanguageSetting(): void {
  const settings = useQuery(api.system.settings.queryOptions({ input: {} }));
  const choice = settings.data?.language;
  useEffect(() => {
    if (choice === undefined) return;
    storeChoice(choice);
    if (resolveLanguage(choice) !== language()) location.reload();
  }, [choice]);
}
