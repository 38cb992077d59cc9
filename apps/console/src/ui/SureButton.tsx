/** A button for what cannot be taken back: the first click asks, the second one does it. */
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';

interface SureProps {
  children: ReactNode;
  /** What stands on it once it asks. */
  sure: ReactNode;
  loading?: boolean;
  /** As the buttons beside it; small in the rows of a table. */
  size?: 'xs' | 'sm';
  act: () => void;
}

export function SureButton({ children, sure, loading = false, size = 'xs', act }: SureProps) {
  const [asked, setAsked] = useState(false);
  const go = () => {
    setAsked(!asked);
    if (asked) act();
  };
  return (
    <Button size={size} variant={asked ? 'filled' : 'default'} color={asked ? 'red' : undefined} loading={loading} onClick={go} onBlur={() => setAsked(false)}>
      {asked ? sure : children}
    </Button>
  );
}
