"""Every model there is; a new one is added here and nowhere else."""

from __future__ import annotations

from models.conversion import Conversion
from models.interface import Model
from models.recommendation import Recommender
from models.segmentation import Segmentation
from models.sentiment import Sentiment

MODELS: tuple[type[Model], ...] = (Segmentation, Conversion, Recommender, Sentiment)
