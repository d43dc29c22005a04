"""The newest good version of the policy file, with the search over its topics."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from rapport.marketing.errors import RuleError
from rapport.marketing.policies import Policies
from rapport.marketing.policy_reader import read_policies
from rapport.marketing.policy_search import PolicySearch

logger = logging.getLogger(__name__)


class PolicyFile:
    """Looked at before each answer. A broken edit is logged once, with file and line, and changes nothing."""

    def __init__(self, path: Path, promised: Mapping[str, int]) -> None:
        self._path = path
        self._promised = promised
        self._stamp: tuple[int, int] | None = None
        self._policies = Policies({}, {})
        self._search = PolicySearch({})

    def current(self) -> Policies:
        """What holds now; looks at the file's time and size each time."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._policies = read_policies(self._path, self._promised)
                self._search = PolicySearch(self._policies.topics)
            except (RuleError, OSError) as error:
                logger.error("%s; the answers before this edit stay in use", error)
        return self._policies

    def search(self) -> PolicySearch:
        """The search over the topics that hold now."""
        self.current()
        return self._search

    def _look(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size
