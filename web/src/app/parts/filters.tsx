import { Button, NativeSelect } from "@mantine/core";
import { type ReactNode, useId, useState } from "react";

import { type Address, useAddress } from "../address";
import { useShop } from "../shell/shop";
import { t } from "../texts";
import { ChipsContext, useChip, useChips } from "./chips";
import { Icon } from "./icon";

interface FiltersProps {
  /** Which days are shown: never folded. */
  dates?: ReactNode;
  /** What else is in sight, like a search. */
  beside?: ReactNode;
  /** The filters behind the button. */
  children?: ReactNode;
  /** Whether one of them cannot be as it is, and has to be seen. */
  isWrong?: boolean;
}

/** What a page is filtered by: its days, a button for the other filters, and those that are set. */
export function Filters({ dates, beside, children, isWrong = false }: FiltersProps) {
  const [isOpen, setOpen] = useState(isWrong);
  const { chips, told } = useChips();
  const [, set] = useAddress();
  const id = useId();
  return (
    <div className="filters" role="group" aria-label={t.filters.label}>
      <div className="filter-bar">
        {dates}
        {beside}
        {children && (
          <Button size="sm" variant="default" leftSection={<Icon name="filter" />} aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
            {t.filters.button(chips.length)}
          </Button>
        )}
        {chips.map(({ name, text, clear }) => (
          <button key={name} type="button" className="chip" aria-label={t.filters.remove(text)} onClick={() => set(clear)}>
            {text} <Icon name="close" size={12} />
          </button>
        ))}
        {chips.length > 1 && (
          <button type="button" className="open link" onClick={() => set(Object.assign({}, ...chips.map(({ clear }) => clear)))}>
            {t.filters.clear}
          </button>
        )}
      </div>
      {/* Also while they are folded they say what is set. */}
      <div id={id} className="fold" hidden={!isOpen}>
        <ChipsContext value={told}>{children}</ChipsContext>
      </div>
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
  const value = String(address[name] ?? usual);
  useChip(name, value === usual ? null : `${label}: ${options[value] ?? value}`, { [name]: undefined });
  return (
    <NativeSelect
      size="sm"
      label={label}
      value={value}
      onChange={({ currentTarget }) => set({ [name]: currentTarget.value === usual ? undefined : currentTarget.value })}
      data={Object.entries(options).map(([key, text]) => ({ value: key, label: text }))}
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

const SHOPS_OWN = "";
const WINDOWS = [30, 90, 180, 365, 0];

/** The days whose purchases are scored; all history is 0, and what is left out is as the shop has it. */
export function WindowChoice() {
  const [{ days }, set] = useAddress();
  const windows = days === undefined || WINDOWS.includes(days) ? WINDOWS : [days, ...WINDOWS];
  const nameOf = (value: number) => (value ? t.filters.days(value) : t.filters.allHistory);
  useChip("days", days === undefined ? null : `${t.filters.window}: ${nameOf(days)}`, { days: undefined });
  return (
    <NativeSelect
      size="sm"
      label={t.filters.window}
      value={days === undefined ? SHOPS_OWN : String(days)}
      onChange={({ currentTarget: { value } }) => set({ days: value === SHOPS_OWN ? undefined : Number(value) })}
      data={[{ value: SHOPS_OWN, label: t.filters.shopsOwn }, ...windows.map((value) => ({ value: String(value), label: nameOf(value) }))]}
    />
  );
}
