"""The demonstration: a real place with made-up answers whose true shares are known.

`office` holds the facts, `generator` draws the answers (values in, values out), `loading` writes them – into a database
that was made for a demonstration and into no other.
"""
