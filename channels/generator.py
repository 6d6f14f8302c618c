"""Response generator that varies the wording of a repeated answer instead of drawing it by chance."""

from __future__ import annotations

import copy
from typing import Any

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker


class RotatingGenerator(TemplatedNaturalLanguageGenerator):
    """The first time a response is uttered its first variation is used, the next time the second, and so on, in a circle."""

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Return the filled response, or None when the domain has no such response."""
        if utter_action not in self.responses:
            return None
        slots = tracker.current_slot_values()
        variations = ResponseVariationFilter(self.responses).responses_for_utter_action(
            utter_action, output_channel, slots
        )
        if not variations:
            return None
        uttered = sum(
            isinstance(event, BotUttered) and event.metadata.get("utter_action") == utter_action
            for event in tracker.events
        )
        return self._fill_response(copy.deepcopy(variations[uttered % len(variations)]), slots, **kwargs)
