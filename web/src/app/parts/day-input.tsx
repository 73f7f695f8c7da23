import { TextInput } from "@mantine/core";
import { type ReactNode, useEffect, useEffectEvent, useState } from "react";

interface DayInputProps {
  label: string;
  value: string;
  min?: string | null;
  max?: string | null;
  error?: ReactNode;
  onChange(value: string): void;
}

const TYPING_MS = 700;

/** A day; one that is typed counts when the reader pauses, as each digit makes another day. */
export function DayInput({ label, value, min, max, error, onChange }: DayInputProps) {
  const [draft, setDraft] = useState(value);
  const [before, setBefore] = useState(value);
  if (before !== value) {
    setBefore(value);
    setDraft(value);
  }
  const apply = useEffectEvent(() => {
    if (draft !== value && (draft === "" || draft >= "1900")) {
      onChange(draft);
    }
  });
  useEffect(() => {
    const timer = setTimeout(apply, TYPING_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  return (
    <TextInput
      type="date"
      size="sm"
      label={label}
      value={draft}
      min={min ?? undefined}
      max={max ?? undefined}
      error={error}
      onChange={({ currentTarget }) => setDraft(currentTarget.value)}
      onBlur={apply}
    />
  );
}
