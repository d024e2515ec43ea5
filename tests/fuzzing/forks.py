"""A target that forks, under AFL++, whose fork server forks too: the one is a crash and the other is not."""
from trial import FORK_SERVER, PERSISTENT, Trial

WAYS = {"f": "fork(3)", "r": "clone(2) around it"}  # the first letter of an input


def saved(trial):
    """LETTER: NAME of each input that ended with SIGSYS."""
    return {path.read_bytes()[:1].decode(errors="replace"): path.name for path in trial.crashes() if "sig:31" in path.name}


def test_forks(place, tap, seconds):
    for fuzzer in (FORK_SERVER, PERSISTENT):
        bare = Trial(place, "forker", fuzzer, ward=False)
        for letter in WAYS:
            (bare.folder / "in" / letter).write_text(letter)
        bare.run(seconds=seconds)
        fine = bare.executions() > 100 and not bare.crashes()  # each way many times, however slow the machine
        tap.result(f"{fuzzer}: without ward a target may fork", "" if fine else bare.log())
        jailed = Trial(place, "forker", fuzzer, ward=True)
        jailed.run(seconds=max(seconds, 5))
        for letter, way in WAYS.items():
            fault = "" if letter in saved(jailed) and jailed.executions() > 1000 else f"{saved(jailed)}\n{jailed.log()}"
            tap.result(f"{fuzzer}: {way} by the target is a crash", fault)
