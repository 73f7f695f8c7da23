import { NativeSelect, TextInput } from "@mantine/core";
import { type ReactNode, useEffect, useEffectEvent, useState } from "react";

import { type Address, useAddress } from "../address";
import { useDay, usePeriod, useShop } from "../shell/shop";
import { t } from "../texts";

export function Filters({ children }: { children: ReactNode }) {
  return (
    <div className="filters" role="group" aria-label={t.filters.label}>
      {children}
    </div>
  );
}

type Word<Name extends keyof Address> = NonNullable<Address[Name]> & string;

interface ChoiceProps<Name extends keyof Address> {
  name: Name;
  label: string;
  /** What is chosen where the address says nothing. */
  usual: Word<Name> | "";
  options: Record<string, string>;
}

/** One of a few words. */
export function Choice<Name extends keyof Address>({ name, label, usual, options }: ChoiceProps<Name>) {
  const [address, set] = useAddress();
  return (
    <NativeSelect
      size="sm"
      label={label}
      value={String(address[name] ?? usual)}
      onChange={({ currentTarget: { value } }) => set({ [name]: value === usual ? undefined : value })}
      data={Object.entries(options).map(([value, text]) => ({ value, label: text }))}
    />
  );
}

export function StorefrontChoice() {
  const { storefronts } = useShop();
  if (storefronts.length < 2) {
    return null;
  }
  const options = { "": t.filters.allStorefronts, ...Object.fromEntries(storefronts.map(({ id, name }) => [id, name])) };
  return <Choice name="storefront" label={t.filters.storefront} usual="" options={options} />;
}

export function TypeChoice() {
  return <Choice name="type" label={t.filters.type} usual="" options={{ "": t.filters.allTypes, ...t.types }} />;
}

export function DayChoice() {
  const { today, firstDay } = useShop();
  const day = useDay();
  const [, set] = useAddress();
  return (
    <DayInput label={t.filters.asOf} value={day} min={firstDay} max={today} onChange={(asOf) => set({ asOf: asOf || undefined })} />
  );
}

export function WindowChoice({ usual = 90 }: { usual?: number }) {
  const [{ days = usual }, set] = useAddress();
  const known = [30, 90, 180, 365, 0];
  const options = known.includes(days) ? known : [days, ...known];
  return (
    <NativeSelect
      size="sm"
      label={t.filters.window}
      value={String(days)}
      onChange={({ currentTarget: { value } }) => set({ days: Number(value) === usual ? undefined : Number(value) })}
      data={options.map((value) => ({ value: String(value), label: value ? t.filters.days(value) : t.filters.allHistory }))}
    />
  );
}

export function PeriodChoice({ usual }: { usual: { days: number } | { months: number } }) {
  const { today, firstDay } = useShop();
  const { start, end } = usePeriod(usual);
  const [, set] = useAddress();
  return (
    <>
      <DayInput label={t.filters.from} value={start} min={firstDay} max={end} onChange={(from) => set({ from: from || undefined })} />
      <DayInput label={t.filters.to} value={end} min={start} max={today} onChange={(to) => set({ to: to || undefined })} />
    </>
  );
}

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
