import { Modal, TextInput } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useState } from "react";

import { type Address, kept, type Scheme, useAddress } from "../address";
import { graphql } from "../api/graphql";
import { useReport } from "../api/use-report";
import { isSearch } from "../format/formats";
import { Icon } from "../parts/icon";
import { t } from "../texts";
import { PAGES } from "./navigation";
import { useKnownShop } from "./shop";

export const finderQuery = graphql(`
  query Finder($search: String!, $first: Int!) {
    customers(first: $first, filter: { search: $search }, orderBy: TOTAL_SPENT) {
      totalCount
      nodes {
        number
        name
      }
    }
  }
`);

const MOST = 7;
const TYPING_MS = 200;

interface Found {
  key: string;
  kind: string;
  name: string;
  note?: string;
  to: string;
  params?: { number: string };
  search?: Address;
}

/** A search over customers, pages and segments, from everywhere: by its button, by Ctrl-K and by a slash. */
export function Finder() {
  const [isOpen, setOpen] = useState(false);
  useHotkeys([["mod+K", () => setOpen(true)]], []);
  useHotkeys([["/", () => setOpen(true)]]);
  return (
    <>
      <button type="button" className="finder" onClick={() => setOpen(true)}>
        <Icon name="search" />
        <span className="finder-words">
          {t.finder.button}
          <span className="hidden">{t.finder.over}</span>
        </span>
        <kbd aria-hidden="true">{t.finder.key}</kbd>
      </button>
      <Modal.Root opened={isOpen} onClose={() => setOpen(false)} size="lg" padding={0}>
        <Modal.Overlay />
        <Modal.Content aria-label={t.finder.title}>{isOpen && <Finding leave={() => setOpen(false)} />}</Modal.Content>
      </Modal.Root>
    </>
  );
}

function Finding({ leave }: { leave(): void }) {
  const [words, setWords] = useState("");
  const [active, setActive] = useState(0);
  const id = useId();
  const { found, isWaiting } = useFound(words.trim());
  const navigate = useNavigate();
  const [address] = useAddress();
  const go = ({ to, params, search }: Found) => {
    leave();
    void navigate({ to, params, search: { ...kept(address), ...search } } as never);
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && found.length > 0) {
      event.preventDefault();
      setActive((active + by + found.length) % found.length);
    } else if (event.key === "Enter" && found[active]) {
      event.preventDefault();
      go(found[active]);
    }
  };
  return (
    <div className="finding">
      <TextInput
        data-autofocus
        size="lg"
        variant="unstyled"
        type="search"
        role="combobox"
        aria-label={t.finder.label}
        aria-expanded={found.length > 0}
        aria-controls={id}
        aria-activedescendant={found[active] ? `${id}-${active}` : undefined}
        placeholder={t.finder.label}
        leftSection={<Icon name="search" />}
        value={words}
        onChange={({ currentTarget }) => {
          setWords(currentTarget.value);
          setActive(0);
        }}
        onKeyDown={press}
      />
      <ul id={id} role="listbox" aria-label={t.finder.found}>
        {found.map((one, index) => (
          // Arrow keys and Enter in the field do what the pointer does here.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={one.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerMove={() => setActive(index)}
            onClick={() => go(one)}
          >
            <span>{one.name}</span> <small>{one.note}</small> <small className="kind">{one.kind}</small>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="about">{isWaiting ? t.loading : t.finder.none}</p>}
    </div>
  );
}

/** What the words find: customers first, then pages and segments whose name has them. */
function useFound(words: string): { found: Found[]; isWaiting: boolean } {
  const [asked] = useDebouncedValue(words, TYPING_MS);
  const isAsked = isSearch(asked);
  const { data, stale } = useReport(finderQuery, { search: asked, first: MOST }, { pause: !isAsked, isPrivate: true });
  const isWaiting = isSearch(words) && (asked !== words || !data || stale);
  const customers = isAsked && isSearch(words) && !isWaiting ? data?.customers : undefined;
  const places = placesIn(useKnownShop()?.segmentScheme ?? "RETAIL");
  const found = places.filter(({ name }) => folded(name).includes(folded(words)));
  const people = (customers?.nodes ?? []).map(
    ({ number, name }): Found => ({ key: number, kind: t.finder.kinds.customer, name, note: name === number ? "" : number, to: "/customers/$number", params: { number } }),
  );
  const all: Found[] =
    customers && customers.totalCount > people.length
      ? [{ key: "all", kind: t.finder.kinds.customer, name: t.finder.all(customers.totalCount, words), to: "/customers", search: { q: words } }]
      : [];
  return { found: [...people, ...all, ...(words ? found : places.slice(0, PAGES.length))], isWaiting };
}

const folded = (text: string) => text.toLocaleLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

/** The pages, and the segments as the shop has them. */
function placesIn(scheme: Scheme): Found[] {
  const segments = Object.entries(t.segmentNames[scheme]);
  return [
    ...PAGES.map(({ to, label }) => ({ key: to, kind: t.finder.kinds.page, name: label, to })),
    ...segments.map(([code, name]) => ({ key: code, kind: t.finder.kinds.segment, name, to: "/customers", search: { segment: code } })),
  ];
}
