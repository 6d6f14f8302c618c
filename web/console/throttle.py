"""How often somebody may try to sign in. In memory: a restart forgets, and there is one process."""

from __future__ import annotations

from installation.limits import Limit, network

#: Most logins that are tried with one name from everywhere together: guessing from a thousand networks stays slow, and it takes
#: dozens of networks to keep the name's owner out.
EVERYWHERE = "100/minute;1000/hour"


class Throttle:
    """The limits of a login, each by networks: of one network, of one name from one network, of one name from everywhere.

    In this order, and what one refuses the next does not count: who floods from one network uses up what it may try itself, and
    of the wide limit of a name no more than the account's rule. So no single network keeps somebody elsewhere out.
    """

    def __init__(self, account_rule: str, address_rule: str) -> None:
        self._address, self._pair, self._name = Limit(address_rule), Limit(account_rule), Limit(EVERYWHERE)
        self._confirmed, self._provider = Limit(account_rule), Limit(address_rule)
        self._noted = Limit("1/minute")

    def take(self, name: str, address: str) -> int:
        """Count one attempt and return 0, or the seconds to wait. A name that does not exist counts as one that does."""
        where = network(address)
        return self._address.take(where) or self._pair.take(f"{where} {name}") or self._name.take(name)

    def take_confirming(self, name: str) -> int:
        """Count one attempt of somebody who is signed in to give their password again; no stranger can use this up."""
        return self._confirmed.take(name)

    def take_at_provider(self, step: str, address: str) -> int:
        """Count one `step` of a login through the OpenID provider."""
        return self._provider.take(f"{step} {network(address)}")

    def is_new(self, actor: str, address: str) -> bool:
        """Tell whether a refusal is worth a row in the audit log: one a minute for each pair, or a flood fills the disk.

        `actor` is whom the row names, not what was typed: whoever types another name each time gets one row too.
        """
        return self._noted.take(f"{network(address)} {actor}") == 0
