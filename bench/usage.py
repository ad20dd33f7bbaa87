"""Processor time and memory of processes, as the operating system counts them."""

import threading
from dataclasses import dataclass, field

import psutil

CONTENDER = "contender"
_EVERY_S = 0.5


@dataclass
class Usage:
    """What groups of processes took: seconds of processor time and peak resident MB, by group.

    Resident memory is summed over a group's processes, so that pages they share count twice.
    """

    cpu_s: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)


class Meter:
    """Looks at groups of processes twice a second; a group is a process and its descendants."""

    def __init__(self, groups: dict[str, int]) -> None:
        self._groups = {name: psutil.Process(pid) for name, pid in groups.items()}
        self._cpu_s: dict[str, dict[int, float]] = {name: {} for name in groups}
        self._before_s = dict.fromkeys(groups, 0.0)
        self._peak_mb = dict.fromkeys(groups, 0.0)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Meter":
        self._look()
        # The servers have run before; what was just started is counted from its start.
        for name in self._groups.keys() - {CONTENDER}:
            self._before_s[name] = sum(self._cpu_s[name].values())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._look()

    def usage(self) -> Usage:
        """What the groups took since the meter was entered."""
        cpu_s = {n: round(sum(s.values()) - self._before_s[n], 2) for n, s in self._cpu_s.items()}
        return Usage(cpu_s, {name: round(peak) for name, peak in self._peak_mb.items()})

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY_S):
            self._look()

    def _look(self) -> None:
        for name, root in self._groups.items():
            resident = 0.0
            for process in _family(root):
                try:
                    times, memory = process.cpu_times(), process.memory_info()
                except psutil.Error:
                    continue
                self._cpu_s[name][process.pid] = times.user + times.system
                resident += memory.rss / 2**20
            self._peak_mb[name] = max(self._peak_mb[name], resident)


def _family(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []
