/**
 * Tells a person who looks elsewhere: a notification of the system, where the window may show one. A window in front needs none, since its page
 * says the same.
 */
export function notify(title: string, body: string): void {
  if (!('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return;
  const shown = new Notification(title, { body });
  shown.addEventListener('click', () => {
    window.focus();
    shown.close();
  });
}
