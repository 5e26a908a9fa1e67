"""What a harness does for those who follow runs as they are written."""

from __future__ import annotations

from vagus import AbortRun, SessionKey, StreamModel, Subscribe, Unsubscribe
from vagus.runs import ChatPrincipal
from vagus.testing.host import Host
from vagus.testing.records import Chat, RunList
from vagus.testing.spans import refusal


class Following:
    """The part of `Harness` that clients see."""

    _host: Host

    def subscribe(self, subscriber: str, session_key: SessionKey | str) -> RunList:
        """Tells `subscriber` what the runs of a session say; see `chat`."""
        return self._host.tell(Subscribe(subscriber=subscriber, session_key=session_key))

    def unsubscribe(self, subscriber: str, session_key: SessionKey | str | None = None) -> RunList:
        """Takes `subscriber` out of a session or, without one, out of everything."""
        return self._host.tell(Unsubscribe(subscriber=subscriber, session_key=session_key))

    def stream(
        self,
        session_key: SessionKey | str,
        delta: str = "",
        *,
        text: str = "",
        replace: bool = False,
        tool: str | None = None,
        seq: int = 0,
    ) -> RunList:
        """The model of the run in flight says more; see `vagus.StreamModel`.

        A scripted model can do so by itself: see `Reply.stream`.

        Raises:
            InvalidInput: the session has no run in flight; or the piece is wrong.
        """
        lane = SessionKey.parse(str(session_key))
        running = [run.run_id for run in self._host.open.values() if run.session_key == lane]
        if not running:
            raise refusal("session_key", str(session_key), "has no run in flight")
        return self._host.tell(
            StreamModel(
                run_id=running[0], delta=delta, text=text, replace=replace, tool=tool, seq=seq
            )
        )

    def abort(
        self,
        run_id: str | None = None,
        *,
        session_key: SessionKey | str | None = None,
        requester: str | ChatPrincipal | None = None,
        reason: str = "rpc",
    ) -> RunList:
        """Stops a run, by its own or a client's id, or those of a session; see `vagus.AbortRun`.

        Args:
            run_id: the run.
            session_key: whose runs; with `run_id`, whose it must be.
            requester: who asks, such as a connection; None for the host itself.
            reason: what clients are told.
        """
        if isinstance(requester, str):
            requester = ChatPrincipal(connection=requester)
        return self._host.tell(
            AbortRun(run_id=run_id, session_key=session_key, requester=requester, reason=reason)
        )

    @property
    def chat(self) -> list[Chat]:
        """Everything that followers of runs were told, in order."""
        return list(self._host.chat)

    def chat_of(self, subscriber: str) -> list[Chat]:
        """What one of them was told."""
        return [each for each in self._host.chat if subscriber in each.subscribers]
