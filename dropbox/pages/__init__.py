"""The reporter's pages, built in advance from the release and the signed policy. It never sees a request."""

from dropbox.pages.site import HTML, RESULTS, SCRIPTS, SERVED, OfflineAnswers, Page, Site

__all__ = ["HTML", "RESULTS", "SCRIPTS", "SERVED", "OfflineAnswers", "Page", "Site"]
