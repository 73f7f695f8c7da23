import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Panel } from "../../parts/panel";
import { t } from "../../texts";
import { useOfToday } from "./glance";

export const next = graphql(`
  fragment Next on Customer {
    notes
    recommendations(first: 3) {
      category
      reason
    }
  }
`);

/** What to say next: what staff noted, and what the customer may like. */
export function Next({ data }: { data: FragmentOf<typeof next> }) {
  const { notes, recommendations } = readFragment(next, data);
  const [notesTitle, nextTitle] = [useOfToday(t.customer.notes), useOfToday(t.customer.next)];
  return (
    <>
      {notes && (
        <Panel title={notesTitle}>
          <p className="notes">{notes}</p>
        </Panel>
      )}
      {recommendations.length > 0 && (
        <Panel title={nextTitle}>
          <ul className="actions">
            {recommendations.map(({ category, reason }) => (
              <li key={category}>
                <b>{category}</b>: {reason}
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}
