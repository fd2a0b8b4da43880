"""The layout of every byte that Meldbus sends or signs (SPEC.md). It encrypts nothing and trusts nothing.

`canonical` JSON, `envelope`, kinds of `messages`, `plaintext`, `signed` documents, and the exchange with the server.
"""
