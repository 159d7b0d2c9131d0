import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures';

/** More presses of Tab than any page has stops. */
const MOST_STOPS = 200;

/** Somebody without a mouse: every step is a key. */
export class ByKeyboard {
  constructor(readonly page: Page) {}

  /** Goes on with Tab until an element like this has the focus. */
  async tabTo(wanted: Locator): Promise<void> {
    for (let presses = 0; presses < MOST_STOPS; presses += 1) {
      const isThere = await wanted
        .first()
        .evaluate((element) => element === document.activeElement, null, { timeout: 2000 })
        .catch(() => false);
      if (isThere) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reached ${String(wanted)}.`);
  }

  async press(wanted: Locator): Promise<void> {
    await this.tabTo(wanted);
    await this.page.keyboard.press('Enter');
  }

  /** Goes somewhere, or does something, by its name in the palette. */
  async call(name: string): Promise<void> {
    await this.page.keyboard.press('Control+k');
    const line = this.page.getByRole('dialog').getByRole('combobox');
    await expect(line).toBeFocused();
    await this.page.keyboard.type(name);
    await this.page.keyboard.press('Enter');
    await expect(line).toBeHidden();
  }

  /** Chooses in a group of radio buttons with the arrows: Tab stops at the chosen one. */
  async choose(name: RegExp): Promise<void> {
    const radio = this.page.getByRole('main').getByRole('radio', { name });
    const group = await radio.first().getAttribute('name');
    const chosen = this.page.locator(`input[type="radio"][name="${group}"]:checked`);
    if ((await chosen.count()) === 0) await this.tabTo(this.page.locator(`input[type="radio"][name="${group}"]`));
    else await this.tabTo(chosen);
    for (let presses = 0; presses < 8 && !(await radio.isChecked()); presses += 1) {
      await this.page.keyboard.press('ArrowUp');
      // The draft decides what is chosen, so the mark follows a moment after the key.
      await expect(this.page.locator('input[type="radio"]:focus')).toBeChecked();
    }
    await expect(radio).toBeChecked();
  }
}
