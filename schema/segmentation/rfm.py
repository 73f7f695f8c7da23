"""RFM scores of one customer, and the segments that they name."""

from analytics.segmentation.schemes import RFMSegment, ScoreBox, ScoreRange
from resolvers.segmentation.report import RFMCutPoints
from resolvers.segmentation.rfm import RFMScore
from schema.arguments import about
from schema.results import before, registered

registered(ScoreRange)


registered(ScoreBox)


registered(RFMSegment)


registered(RFMScore, score_code=before("segment", about("The customer's own scores, like R5F4M5.", type_=str)))


registered(RFMCutPoints)
