"""What one message may hold, platform by platform: the documented figures, or a little less.

No platform but Slack says in what it counts; UTF-16 units are never fewer than characters, so they are safe everywhere.
"""

from __future__ import annotations

from gateway.platforms.adapter import Limits


def utf16_units(text: str) -> int:
    """Return the length in UTF-16 units: what lies outside the basic plane, such as an emoji, counts two."""
    return len(text) + sum(character > "\uffff" for character in text)


def slack_units(text: str) -> int:
    """Return the length with `&`, `<` and `>` written as Slack wants them: `&amp;`, `&lt;`, `&gt;`."""
    return utf16_units(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


LIMITS: dict[str, Limits] = {
    # text 4096: core.telegram.org/bots/api#sendmessage. Number and titles of buttons are not documented there: a phone
    # shows about 40 characters of a button that has a row of its own, and 20 rows can still be scrolled.
    "telegram": Limits(text=4096, text_with_buttons=4096, buttons=20, title=40, size=utf16_units),
    # text 4,000: docs.slack.dev/reference/methods/chat.postMessage; 3,000 in a section: .../reference/block-kit/blocks/
    # section-block; 25 buttons: .../blocks/actions-block; 75 characters on one, of which 30 or so are shown:
    # .../reference/block-kit/block-elements/button-element.
    "slack": Limits(text=3900, text_with_buttons=2900, buttons=25, title=30, size=slack_units),
    # text 2,000: developers.facebook.com/docs/messenger-platform/reference/send-api (message); 13 quick replies with
    # titles of 20: .../documentation/business-messaging/messenger-platform/send-messages/quick-replies.
    "messenger": Limits(text=2000, text_with_buttons=2000, buttons=13, title=20, size=utf16_units),
    # text 4096: developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages; body of an
    # interactive message 1024, up to three buttons with titles of 20: .../messages/interactive-reply-buttons-messages;
    # else a list, ten rows with titles of 24: .../messages/interactive-list-messages. So the adapter must send a list
    # where there are over three buttons or a title is over 20.
    "whatsapp": Limits(text=4096, text_with_buttons=1024, buttons=10, title=24, size=utf16_units),
    # body 1,600: www.twilio.com/docs/messaging/api/message-resource. Buttons need templates approved beforehand: none.
    "twilio": Limits(text=1600, text_with_buttons=1600, buttons=0, title=0, size=utf16_units),
}

#: Most bytes of what a button carries; sources as above, and core.telegram.org/bots/api#inlinekeyboardbutton
#: (callback_data); WhatsApp allows an id of 200 in a list and of 256 on a button.
PAYLOAD_BYTES: dict[str, int] = {"telegram": 64, "slack": 2000, "messenger": 1000, "whatsapp": 200}
