// Dialog.tsx -- a question before the page; the browser keeps the focus inside, Esc closes it, and the focus goes back.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "./Button";

type Props = { title: string; open: boolean; onClose: () => void; children: ComponentChildren; actions?: ComponentChildren };

export function Dialog({ title, open, onClose, children, actions }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const d = ref.current;
    if (!d) return;
    if (open && !d.open) d.showModal();
    if (!open && d.open) d.close();
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={ref}
      class="dialog"
      aria-labelledby={id}
      onCancel={(e) => {
        e.preventDefault();
        onClose();
      }}
      onClick={(e) => e.target === ref.current && onClose()}
    >
      <div class="dialog-in">
        <div class="dialog-head">
          <h2 id={id}>{title}</h2>
          <Button kind="quiet" icon="close" label={t("frame.close")} onClick={onClose} />
        </div>
        {children}
        {actions && <div class="row row-end">{actions}</div>}
      </div>
    </dialog>
  );
}

type Question = { title: string; text: string; yes: string; open: boolean; danger?: boolean; onYes: () => void; onNo: () => void };

/** "Really?" with one answer that does it and one that does not. */
export function Confirm({ title, text, yes, open, danger, onYes, onNo }: Question) {
  return (
    <Dialog
      title={title}
      open={open}
      onClose={onNo}
      actions={
        <>
          <Button onClick={onNo}>{t("frame.cancel")}</Button>
          <Button kind={danger ? "danger" : "main"} onClick={onYes}>
            {yes}
          </Button>
        </>
      }
    >
      <p>{text}</p>
    </Dialog>
  );
}
