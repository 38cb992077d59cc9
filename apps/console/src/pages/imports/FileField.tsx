/** A place to drop a file, or to choose one. */
import { useRef, useState } from 'react';
import { useT } from '../../app/preferences';
import { Icon } from '../../ui/Icon';

interface FieldProps {
  accept: string;
  hint: string;
  file: File | null;
  onFile: (file: File) => void;
}

export function FileField({ accept, hint, file, onFile }: FieldProps) {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  return (
    <div
      className="drop"
      style={over ? { borderColor: 'var(--b-accent)' } : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const dropped = event.dataTransfer.files[0];
        if (dropped) onFile(dropped);
      }}
    >
      <Icon name="file" size={26} />
      <strong>{file ? file.name : t('file.drop')}</strong>
      <span className="hint">{hint}</span>
      <button type="button" className="tag" style={{ minHeight: 40, color: 'var(--b-text)', background: 'var(--b-card)' }} onClick={() => input.current?.click()}>
        {t(file ? 'file.other' : 'file.choose')}
      </button>
      <input
        ref={input}
        type="file"
        accept={accept}
        aria-label={t('file.choose')}
        className="sr"
        tabIndex={-1}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          if (chosen) onFile(chosen);
        }}
      />
    </div>
  );
}

/** The bytes of a file in base64. */
export async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let start = 0; start < bytes.length; start += 32_768) text += String.fromCharCode(...bytes.subarray(start, start + 32_768));
  return btoa(text);
}
