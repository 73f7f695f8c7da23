"""Segments that arguments ask for by name or code."""

from analytics.segmentation.tables import Segment, SegmentTable
from resolvers.operation.errors import BadUserInput

NAMES_TOLD = 40  # of the valid ones, where a shop has hundreds of categories


def check_segment(table: SegmentTable[Segment], whose: str, name: str | None, code: str | None) -> None:
    """BadUserInput where a table has no segment of the name or of the code that is asked for."""
    if name is not None and all(name != segment.name for segment in table.segments):
        raise _no_segment(table, whose, "segmentName", name)
    if code is not None and all(code != segment.code for segment in table.segments):
        raise _no_segment(table, whose, "segmentCode", code)


def segment_called(table: SegmentTable[Segment], whose: str, argument: str, name: str) -> int:
    """The place of the segment of this name or code; BadUserInput names the valid ones."""
    for place, segment in enumerate(table.segments):
        if name in (segment.name, segment.code):
            return place
    raise _no_segment(table, whose, argument, name)


def _no_segment(table: SegmentTable[Segment], whose: str, argument: str, name: str) -> BadUserInput:
    valid = [f'"{segment.name}" ({segment.code})' for segment in table.segments]
    more = f" and {len(valid) - NAMES_TOLD} more" if len(valid) > NAMES_TOLD else ""
    return BadUserInput(f'`{argument}`: {whose} has no segment "{name}"; it has {", ".join(valid[:NAMES_TOLD])}{more}')
