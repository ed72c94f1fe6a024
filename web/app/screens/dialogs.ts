// dialogs.ts - opens and closes the page's own dialogs; the browser keeps the focus inside.

function find(id: string): HTMLDialogElement | null {
  const found = document.getElementById(id);
  return found instanceof HTMLDialogElement ? found : null;
}

export function dialogOpen(id: string): void {
  find(id)?.showModal();
}

export function dialogClose(id: string): void {
  find(id)?.close();
}
