"""The layout of every byte that Meldbus sends or signs (SPEC.md); it encrypts nothing and trusts nothing.

`canonical` JSON, `envelope`, `kinds` of message, `head` and plaintext, `signed` documents, `exchange` with the server.
"""
