import { applyStoredTheme } from './app/stored-theme';
import { chooseLanguage, resolveLanguage, storedChoice } from './lib/language';
import './styles/tokens.css';
import './styles/base.css';

/** The language comes first: texts are read with the modules that use them. */
async function start(): Promise<void> {
  const language = resolveLanguage(storedChoice());
  document.documentElement.lang = language;
  if (language === 'de') chooseLanguage(language, (await import('./languages/de')).de);
  const { drawWindow } = await import('./app/draw-window');
  drawWindow();
}

applyStoredTheme();
void start();
