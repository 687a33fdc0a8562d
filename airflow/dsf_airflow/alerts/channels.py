"""Slack and e-mail, by the providers' notifiers. A channel without its connection is left out."""

import logging
from collections.abc import Callable

from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from .messages import Message

SLACK, SMTP = "dsf_slack", "dsf_smtp"
_TIMEOUT = 15

log = logging.getLogger(__name__)


class NobodyTold(Exception):
    """No channel took the message."""


def tell(message: Message, email: str | None) -> bool:
    """
    To every channel that there is; False when there is none. `notify` and not a call: a call would render the text as a template,
    and there is data in it.
    @throws NobodyTold when there are channels and none took it
    """
    channels = {name: send for name, send in _channels(message, email).items() if _exists(name)}
    if not channels:
        log.warning("no connection %s or %s: nobody is told: %s", SLACK, SMTP, message.title)
        return False
    reached = [name for name, send in channels.items() if _try(name, send, message)]
    if not reached:
        raise NobodyTold(f"{' and '.join(channels)} did not take the message: {message.title}")
    return True


def _channels(message: Message, email: str | None) -> dict[str, Callable[[], None]]:
    slack = SlackWebhookNotifier(slack_webhook_conn_id=SLACK, text=message.slack, timeout=_TIMEOUT)
    channels: dict[str, Callable[[], None]] = {SLACK: lambda: slack.notify({})}
    if email:
        to = [address.strip() for address in email.split(",")]
        mail = SmtpNotifier(to=to, subject=message.title, html_content=message.html, smtp_conn_id=SMTP)
        channels[SMTP] = lambda: mail.notify({})
    return channels


def _exists(connection: str) -> bool:
    try:
        BaseHook.get_connection(connection)
    except AirflowNotFoundException:
        return False
    return True


def _try(name: str, send: Callable[[], None], message: Message) -> bool:
    try:
        send()
    except Exception:  # whatever is wrong with one channel, the other one is still told
        log.exception("%s did not take the message: %s", name, message.title)
        return False
    log.info("told %s: %s", name, message.title)
    return True
