"""What core's clients for mailboxes lack, so that a bad line or a bad mail loses no other mail."""

import poplib
from functools import partial
from imaplib import IMAP4

#: Python's client and core refuse longer lines than 64 KiB. One mail with such a line would keep
#: all others in a POP mailbox waiting for ever, and have those before it fetched again and again.
_LONGEST_LINE = 64 << 20


def harden(connection):
    """Let a connection of core's ``fetchmail.server`` survive what happens to connections.

    :param connection: core's ``OdooIMAP4`` or ``OdooPOP3``, just connected
    :return: the same connection
    """
    # Here and not on import: core sets it when it is imported, which may be later.
    poplib._MAXLINE = _LONGEST_LINE
    if isinstance(connection, IMAP4):
        connection.retrieve_unread_messages = partial(_retrieve_unread_messages, connection)
    connection.disconnect = partial(_disconnect, connection.disconnect)
    return connection


def _retrieve_unread_messages(connection):
    """Give the unread messages without marking them as read: core does that when it has them.

    Core's own way makes the server mark a message when it begins to send it. A connection that
    dropped on the way left it as read, and nobody had it.
    """
    unread = connection._unread_messages
    while unread:
        number = unread.pop()
        _status, data = connection.fetch(number, "(BODY.PEEK[])")
        # Whatever else the server has to say comes as bytes; a removed message not at all.
        for part in data:
            if isinstance(part, tuple):
                yield number, part[1]
                break


def _disconnect(disconnect):
    """Close the connection; core expects no other errors than these where it is gone already."""
    try:
        disconnect()
    except (poplib.error_proto, IMAP4.error) as error:
        raise ConnectionAbortedError(str(error)) from error
