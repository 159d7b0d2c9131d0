import { safeStorage } from 'electron';
import type { FromHost, ToHost } from '@contracts/shell-protocol';

type Request = Extract<FromHost, { type: 'secret' }>;
type Answer = Extract<ToHost, { type: 'secretDone' }>;

/** Seals or opens a key with the operating system's store. Without a real one (Linux without a keyring) the answer is null: plain text is no store. */
export function answerSecret({ request, action, text }: Request): Answer {
  try {
    const isReal =
      safeStorage.isEncryptionAvailable() &&
      (process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text');
    if (!isReal) return { type: 'secretDone', request, text: null };
    const done =
      action === 'seal'
        ? safeStorage.encryptString(text).toString('base64')
        : safeStorage.decryptString(Buffer.from(text, 'base64'));
    return { type: 'secretDone', request, text: done };
  } catch {
    // A locked keyring, or a seal of another account: the host says what can be done.
    return { type: 'secretDone', request, text: null };
  }
}
