"""The tracking API: events of websites, apps and servers, in the form that Segment's clients send.

A request is judged at the door (``door``, ``messages``), lies in the spool before it is answered
(``spool``), and is brought to the store and the ledger by one writer a workspace (``writer``), in a
process beside the door (``beside``).
"""
