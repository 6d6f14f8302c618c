"""Red flags: signs in a visitor's words that need an emergency, crisis or eating-disorder answer whatever else is said.

Data, not code: `signs.yml` (what people write, as regular expressions by sign), `context.yml` (words that deny a sign, put
it into the past or make it hypothetical) and `flags.yml` (which signs together are which flag of docs/safety.md, section 2).
medspaCy's ConText decides what is denied or hypothetical; its stock rules are for clinical notes and are not loaded.
"""

from components.red_flags.matcher import RedFlag, RedFlagMatcher, RedFlagRulesError

__all__ = ["RedFlag", "RedFlagMatcher", "RedFlagRulesError"]
