"""Teaches the sentiment of a message: from the project's own lines, tried on lines nobody learned from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from threadpoolctl import threadpool_limits

from models.grams import prepare
from models.lexicon import Lexicon
from models.metrics import sentiment_metrics
from models.sentiment import LABEL, TEXT, Sentiment
from models.sentiment_lines import LANGUAGES, NEITHER, SentimentLine, sentiment_lines
from models.tokens import tokens
from rapport.learning import plots
from rapport.learning.lesson import Lesson, Progress

Floats = NDArray[np.float64]
MEANINGS = {0.0: "mean of dissatisfied", NEITHER: "mean of neither", 1.0: "mean of content"}
METHOD = (
    "Two logistic regressions on TF-IDF. One reads words: one to three in a row, what is denied, what follows a"
    " “but”, the glad and sorry words of a lexicon, each multiplied by its log-count ratio (Wang and Manning, 2012)."
    " The other reads words and pieces of words. A third one weighs what they say of unseen folds, which also"
    " calibrates. Chinese is split by jieba, all else by spaCy's English rules. A line that is neither (a question, a"
    " request) counts half on either side. The model that serves is the one that was measured."
)
LIMITS = (
    "It hears words, not intentions: irony without a sign of it passes for praise.",
    "Messages about something broken, lost or refunded sound less content than they may be meant.",
    "It was taught by shop talk in Chinese and English; of another language it knows nothing and says about 0.5.",
)


def learn_sentiment(progress: Progress) -> Lesson:
    """From the lines that come with Rapport: no shop's data is needed."""
    prepare()
    lines, unseen = sentiment_lines(), sentiment_lines(held_out=True)
    progress("learning from the lines")
    model = sentiment_from(own_pairs())
    progress("measuring on the held-out lines")
    said = model.predict({TEXT: [line.text for line in unseen]})
    labels = np.array([line.label for line in unseen])
    told = labels != NEITHER
    texts = [line.text for line in unseen if line.label != NEITHER]
    contenders = {
        Sentiment.name: said[told],
        "naive Bayes on words": _naive_bayes(lines, texts),
        "glad minus sorry words": _lexicon_alone(texts),
    }
    return Lesson(
        model=model,
        moments=None,
        summary="How content a customer's message sounds: 0 dissatisfied, 0.5 neither, 1 content.",
        method=METHOD,
        rows={"learned from": len(lines), "measured on": len(texts)},
        features=("words", "glad and sorry words", "pieces of words"),
        metrics={name: sentiment_metrics(labels[told].astype(int), each) for name, each in contenders.items()},
        limits=LIMITS,
        details=dict(_details(unseen, said)),
        plots=(plots.sentiment_by_label(labels, said),),
    )


def own_pairs() -> list[tuple[str, float]]:
    """(text, label) of the lines to learn from."""
    return [(line.text, line.label) for line in sentiment_lines()]


def sentiment_from(pairs: Sequence[tuple[str, float]]) -> Sentiment:
    """A model that has learned from (text, label from 0 to 1). Raises UnusableFrameError."""
    texts, labels = zip(*pairs, strict=True)
    with threadpool_limits(1):
        return Sentiment().fit(pd.DataFrame({TEXT: texts, LABEL: labels}))


def measure_sentiment(model: Sentiment, pairs: Sequence[tuple[str, float]]) -> dict[str, float]:
    """accuracy, auc and macro_f1 on (text, 0 or 1)."""
    said = model.predict({TEXT: [text for text, _ in pairs]})
    return sentiment_metrics(np.array([int(label) for _, label in pairs]), said)


def _details(unseen: Sequence[SentimentLine], said: Floats) -> Iterator[tuple[str, Mapping[str, float]]]:
    for language in LANGUAGES:
        here = np.array([line.language == language for line in unseen])
        labels = np.array([line.label for line in unseen])[here]
        told = labels != NEITHER
        means = {name: float(said[here][labels == label].mean()) for label, name in MEANINGS.items()}
        yield f"Held-out lines in {language}", sentiment_metrics(labels[told].astype(int), said[here][told]) | means


def _naive_bayes(lines: Sequence[SentimentLine], texts: Sequence[str]) -> Floats:
    told = [line for line in lines if line.label != NEITHER]
    counter = CountVectorizer(analyzer=tokens)
    model = MultinomialNB().fit(counter.fit_transform([line.text for line in told]), [line.label for line in told])
    return np.asarray(model.predict_proba(counter.transform(texts))[:, 1])


def _lexicon_alone(texts: Sequence[str]) -> Floats:
    lexicon = Lexicon.load()
    signs = [[sign for _, _, sign in lexicon.find(tokens(text))] for text in texts]
    balance = np.array([each.count("+") - each.count("-") for each in signs], dtype=np.float64)
    return np.asarray(1 / (1 + np.exp(-balance)))
