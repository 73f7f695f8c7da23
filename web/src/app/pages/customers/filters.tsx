import { Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";

import { type Address, type Change, useAddress } from "../../address";
import { Choice, DayChoice, DayInput, Filters, TypeChoice } from "../../parts/filters";
import { useShop } from "../../shell/shop";
import { t } from "../../texts";

const SEARCH_MS = 250;
const SEEN = ["q", "segment", "risk", "type"] as const;
const FOLDED = ["active", "verified", "min", "max", "lastFrom", "lastTo", "joinedFrom", "joinedTo", "source", "tag", "city", "country"] as const;

/** What of all customers the address asks for. */
export function filterOf(address: Address) {
  const { q, type, risk, segment, source, tag, city, country, min, max } = address;
  return {
    search: q && isSearch(q) ? q : null,
    type: type ?? null,
    isActive: truth(address.active),
    isVerified: truth(address.verified),
    rfmSegment: segment ?? null,
    churnRisk: risk ?? null,
    acquisitionSource: source ?? null,
    tags: tag ? [tag] : null,
    city: city ?? null,
    country: country ?? null,
    totalSpent: min === undefined && max === undefined ? null : { min: text(min), max: text(max) },
    lastPurchase: between(address.lastFrom, address.lastTo),
    joined: between(address.joinedFrom, address.joinedTo),
  };
}

/** Whether there is something to look for: a letter or a digit. */
const isSearch = (words: string) => /[\p{L}\p{N}]/u.test(words);

const truth = (answer: "yes" | "no" | undefined) => (answer ? answer === "yes" : null);
const text = (number: number | undefined) => (number === undefined ? null : String(number));
const between = (start: string | undefined, end: string | undefined) => (start || end ? { start: start ?? null, end: end ?? null } : null);

export function CustomerFilters() {
  const [address, set] = useAddress();
  const [isOpen, setOpen] = useState(() => FOLDED.some((name) => name in address));
  const isFiltered = [...SEEN, ...FOLDED].some((name) => name in address);
  const none = Object.fromEntries([...SEEN, ...FOLDED].map((name) => [name, undefined])) as Change;
  return (
    <>
      <Filters>
        <Search />
        <Choice name="segment" label={t.customers.segment} usual="" options={{ "": t.customers.allSegments, ...t.retailSegments }} />
        <Choice name="risk" label={t.prediction.risk} usual="" options={{ "": t.customers.anyRisk, ...t.risks }} />
        <TypeChoice />
        <Choice name="order" label={t.customers.order} usual="TOTAL_SPENT" options={t.customers.orders} />
        <DayChoice />
        <Button size="sm" variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t.customers.fewer : t.customers.more}
        </Button>
        {isFiltered && (
          <Button size="sm" variant="default" onClick={() => set(none)}>
            {t.customers.clear}
          </Button>
        )}
      </Filters>
      {isOpen && <Folded />}
    </>
  );
}

function Folded() {
  return (
    <Filters>
      <Choice name="active" label={t.customers.active} usual="" options={t.customers.activeOptions} />
      <Choice name="verified" label={t.customers.contact} usual="" options={t.customers.verifiedOptions} />
      <WordInput name="min" label={t.customers.min} isNumber />
      <WordInput name="max" label={t.customers.max} isNumber />
      <Day name="lastFrom" label={t.customers.lastFrom} />
      <Day name="lastTo" label={t.customers.lastTo} />
      <Day name="joinedFrom" label={t.customers.joinedFrom} />
      <Day name="joinedTo" label={t.customers.joinedTo} />
      <WordInput name="source" label={t.customers.source} />
      <WordInput name="tag" label={t.customers.tag} />
      <WordInput name="city" label={t.customers.city} />
      <WordInput name="country" label={t.customers.country} />
    </Filters>
  );
}

function Search() {
  const [address, set] = useAddress();
  const [draft, setDraft] = useState(address.q ?? "");
  const [before, setBefore] = useState(address.q);
  if (before !== address.q) {
    setBefore(address.q);
    if ((address.q ?? "") !== draft.trim()) {
      setDraft(address.q ?? "");
    }
  }
  const search = useDebouncedCallback((value: string) => set({ q: value.trim() || undefined }, { replace: true }), SEARCH_MS);
  return (
    <TextInput
      type="search"
      size="sm"
      className="search"
      label={t.customers.search}
      placeholder={t.customers.searchFor}
      error={draft.trim() !== "" && !isSearch(draft) && t.customers.searchNeeds}
      value={draft}
      onChange={({ currentTarget: { value } }) => {
        setDraft(value);
        search(value);
      }}
    />
  );
}

const ENDS = { max: "min", lastTo: "lastFrom", joinedTo: "joinedFrom" } as const;

/** Whether the range that ends with this begins after it. */
function isUpsideDown(address: Address, name: keyof Address): boolean {
  const [begin, end] = [address[ENDS[name as keyof typeof ENDS]], address[name]];
  return begin !== undefined && end !== undefined && begin > end;
}

function Day({ name, label }: { name: "lastFrom" | "lastTo" | "joinedFrom" | "joinedTo"; label: string }) {
  const [address, set] = useAddress();
  const { today } = useShop();
  const error = isUpsideDown(address, name) && t.customers.upsideDown;
  return <DayInput label={label} value={address[name] ?? ""} max={today} error={error} onChange={(day) => set({ [name]: day || undefined })} />;
}

interface WordInputProps {
  name: "min" | "max" | "source" | "tag" | "city" | "country";
  label: string;
  isNumber?: boolean;
}

/** A word or a number that counts when it is left or Enter is pressed. */
function WordInput({ name, label, isNumber = false }: WordInputProps) {
  const [address, set] = useAddress();
  const value = String(address[name] ?? "");
  const apply = (given: string) => {
    if (given !== value) {
      set({ [name]: given === "" ? undefined : isNumber ? Number(given) : given });
    }
  };
  return (
    <TextInput
      key={value}
      size="sm"
      className="short"
      label={label}
      defaultValue={value}
      error={isUpsideDown(address, name) && t.customers.upsideDown}
      {...(isNumber ? { type: "number", min: 0 } : {})}
      onBlur={({ currentTarget }) => apply(currentTarget.value.trim())}
      onKeyDown={({ key, currentTarget }) => key === "Enter" && apply(currentTarget.value.trim())}
    />
  );
}
