"""Profiles that wait a few minutes for the app that cannot scan them.

GPSLogger takes its settings from the address of a file only. A secret must not stand in
an address, so the address holds a code instead that is soon worth nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.errors import NotFound

LASTS = timedelta(minutes=15)
# Nobody sets up so many phones in that time; the oldest goes.
_MOST = 10_000
_PATH = "/api/v1/setup"
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>设置 GPSLogger</title></head><body>
<h1>设置 GPSLogger</h1>
<p>1. 先装好 GPSLogger。</p>
<h2>2. <a href="{link}">点这里，用 GPSLogger 打开</a></h2>
<p>没有反应时：在 GPSLogger 里点“默认配置” → “从网址”，填入：</p>
<p><code>{file}</code></p>
<p>3. 回到 GPSLogger 点“开始记录”。这个网址 15 分钟内有效。</p>
</body></html>
"""


class SetupTickets:
    """The profiles that wait; make one per application."""

    def __init__(self) -> None:
        # By code: until when it is told, and the profile; the oldest first.
        self._waiting: dict[str, tuple[datetime, str]] = {}

    def put(self, profile: str, now: datetime) -> str:
        """Keep a profile for a while; return the code that stands for it."""
        self._forget(now)
        code = secrets.token_urlsafe(24)
        self._waiting[code] = now + LASTS, profile
        return code

    def profile(self, code: str, now: datetime) -> str:
        """Return the profile of a code; `NotFound` if there is none, or no more."""
        until, profile = self._waiting.get(code, (now, ""))
        if now >= until:
            raise NotFound("no such set-up")
        return profile

    def _forget(self, now: datetime) -> None:
        gone = [code for code, (until, _) in self._waiting.items() if now >= until]
        gone += list(self._waiting)[: max(0, len(self._waiting) - _MOST)]
        for code in gone:
            self._waiting.pop(code, None)


@dataclass(frozen=True)
class Host:
    """We ourselves, as phones reach us.

    Attributes
    ----------
    address : str
        ``https://host`` without a path.
    """

    address: str
    tickets: SetupTickets

    def page_of(self, code: str) -> str:
        """Return the address of the page that a code opens."""
        return f"{self.address}{_PATH}/{code}"

    def link_of(self, code: str) -> str:
        """Return the link that GPSLogger opens and sets itself up by."""
        return f"gpslogger://properties/{self._file_of(code)}"

    def page(self, code: str, now: datetime) -> str:
        """Return the page behind a scanned code.

        Raises
        ------
        NotFound
            If the code is of no profile, or too old.
        """
        self.tickets.profile(code, now)
        return _PAGE.format(link=self.link_of(code), file=self._file_of(code))

    def _file_of(self, code: str) -> str:
        # GPSLogger calls the profile as the file is called.
        return f"{self.page_of(code)}/xunge.properties"
