import { useElementSize } from "@mantine/hooks";

/** The width that a chart has, and where to put it. */
export function useWidth(least = 200) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  return { ref, width: Math.max(width, least), isKnown: width > 0 };
}
