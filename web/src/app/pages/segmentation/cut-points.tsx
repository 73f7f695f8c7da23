import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Panel } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const cutPoints = graphql(`
  fragment CutPoints on Segmentation {
    cutPoints {
      score
      maxRecencyDays
      minFrequency
      minMonetary
    }
  }
`);

/** What it took to earn a score. */
export function CutPoints({ data }: { data: FragmentOf<typeof cutPoints> }) {
  const formats = useFormats();
  const points = readFragment(cutPoints, data).cutPoints.toSorted((one, other) => other.score - one.score);
  return (
    <Panel title={t.segments.cutPoints} about={t.segments.cutPointsAbout}>
      <div className="scroll" tabIndex={0} role="group" aria-label={t.segments.cutPoints}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t.segments.score}</th>
            <th scope="col" className="right">
              {t.segments.recencyAtMost}
            </th>
            <th scope="col" className="right">
              {t.segments.frequencyAtLeast}
            </th>
            <th scope="col" className="right">
              {t.segments.monetaryAtLeast}
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map(({ score, maxRecencyDays, minFrequency, minMonetary }) => (
            <tr key={score}>
              <th scope="row">{score}</th>
              <td className="right">{formats.count(maxRecencyDays)}</td>
              <td className="right">{formats.count(minFrequency)}</td>
              <td className="right">{formats.money(minMonetary)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      </div>
    </Panel>
  );
}
