"""Sound files, features, and miniatures of Speech Commands and TIMIT."""

import io
import sys
import wave

import numpy as np
import pytest

from datasets import audio, espeak, synthesis, timit
from datasets.base import DatasetCorrupt, DatasetNotFound
from datasets.features import FrontEnd, normalise
from datasets.speech_commands import KNOWN, OTHER, load_speech_commands
from datasets.timit import FOLD, PHONES, SCORED, load_timit
from datasets.voices import VARIANTS, speakers

RNG = np.random.default_rng(6)
NOISE = RNG.integers(-2000, 2000, 32_000).astype(np.int16)


def riff(samples, rate=16_000, channels=1):
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.astype("<i2").tobytes())
    return content.getvalue()


def sphere(samples, **changes):
    facts = {
        "sample_count": f"-i {len(samples)}",
        "sample_rate": "-i 16000",
        "channel_count": "-i 1",
        "sample_n_bytes": "-i 2",
        "sample_byte_format": "-s2 01",
        "sample_coding": "-s3 pcm",
        **changes,
    }
    lines = "".join(f"{name} {value}\n" for name, value in facts.items())
    header = f"NIST_1A\n   1024\n{lines}end_head\n".encode().ljust(1024)
    return header + samples.astype(">i2" if "10" in facts["sample_byte_format"] else "<i2").tobytes()


@pytest.mark.parametrize(
    "content", [riff(NOISE), sphere(NOISE), sphere(NOISE, sample_byte_format="-s2 10")], ids=["riff", "little", "big"]
)
def test_sound_files_are_read(content, tmp_path):
    (tmp_path / "any.name").write_bytes(content)
    samples = audio.read(tmp_path / "any.name")
    assert samples.dtype == np.int16
    assert (samples == NOISE).all()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "neither RIFF nor NIST"),
        (b"RIFF1234", "neither RIFF nor NIST"),
        (riff(NOISE)[:-1000], "truncated"),
        (riff(NOISE, rate=8000), "8000 Hz"),
        (riff(NOISE, channels=2), "2 channels"),
        (sphere(NOISE)[:-1000], "truncated: 31500 of 32000"),
        (sphere(NOISE, sample_rate="-i 8000"), "8000 Hz"),
        (sphere(NOISE, sample_coding="-s26 pcm,embedded-shorten-v2.00"), "sph2pipe"),
        (sphere(NOISE).replace(b"sample_count", b"sample_other"), "sample_count"),
        (b"NIST_1A\n   xxxx\n", "invalid literal"),
    ],
)
def test_other_sound_files_are_refused(content, problem, tmp_path):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(ValueError, match=problem):
        audio.read(tmp_path / "a.wav")


def test_a_second_has_98_frames_and_the_dimensions_asked_for():
    second = NOISE[:16_000]
    for front_end, n_dims in ((FrontEnd(), 13), (FrontEnd(deltas=2), 39), (FrontEnd("logmel", n_mels=20), 20)):
        x = front_end(second)
        assert x.shape == (front_end.n_frames(16_000), front_end.n_dims) == (98, n_dims)
        assert x.dtype == np.float32
        assert (x == front_end(second)).all()  # no dither
    assert FrontEnd().centres(2).tolist() == [200, 360]
    assert FrontEnd()(second[:399]).shape[0] == FrontEnd().n_frames(399) == 0
    with pytest.raises(ValueError, match="not 'plp'"):
        FrontEnd("plp")


def test_a_tone_lies_in_the_filter_of_its_frequency():
    n_mels = 40
    edges = np.linspace(1127 * np.log(1 + 20 / 700), 1127 * np.log(1 + 8000 / 700), n_mels + 2)
    for hertz in (300, 1000, 4000):
        tone = (8000 * np.sin(2 * np.pi * hertz * np.arange(16_000) / 16_000)).astype(np.int16)
        loudest = FrontEnd("logmel", n_mels=n_mels)(tone).mean(axis=0).argmax()
        assert abs(edges[loudest + 1] - 1127 * np.log(1 + hertz / 700)) < np.diff(edges)[0]


def test_twice_the_sound_adds_the_logarithm_of_four():
    louder = FrontEnd("logmel")(2 * NOISE) - FrontEnd("logmel")(NOISE)
    assert louder == pytest.approx(np.log(4), abs=1e-3)


def test_deltas_are_regressions_over_five_frames():
    x = FrontEnd(deltas=2)(NOISE[:16_000]).astype(float)
    static, delta = x[:, :13], x[:, 13:26]
    expected = sum(k * np.roll(static, -k, axis=0) for k in range(-2, 3)) / 10
    assert delta[2:-2] == pytest.approx(expected[2:-2], abs=1e-3)


def test_normalisation_knows_the_training_set_only():
    train, test = RNG.normal(3, 2, (50, 7, 2)).astype(np.float32), RNG.normal(0, 1, (5, 7, 2)).astype(np.float32)
    train[..., 1] = 4.0  # a constant feature stays finite
    x, x_test = normalise(train, test)
    assert x[..., 0].mean() == pytest.approx(0, abs=1e-5) and x[..., 0].std() == pytest.approx(1, abs=1e-5)
    assert not x[..., 1].any()
    assert x_test[..., 0] == pytest.approx((test[..., 0] - train[..., 0].mean()) / train[..., 0].std(), abs=1e-4)
    assert x.dtype == x_test.dtype == np.float32


@pytest.fixture
def commands(tmp_path):
    """Return a folder with five clips of each word, one of them for validation and one for test."""
    names = [f"{speaker:08x}_nohash_0.wav" for speaker in range(5)]
    for number, word in enumerate((*KNOWN, *OTHER)):
        (tmp_path / word).mkdir()
        for index, name in enumerate(names):
            length = 12_000 if index == 0 else 16_000
            (tmp_path / word / name).write_bytes(riff(np.full(length, 10 * number + index)))
    for file, name in (("validation_list.txt", names[3]), ("testing_list.txt", names[4])):
        (tmp_path / file).write_text("".join(f"{word}/{name}\n" for word in (*KNOWN, *OTHER)))
    (tmp_path / "_background_noise_").mkdir()
    (tmp_path / "_background_noise_" / "hum.wav").write_bytes(riff(NOISE))
    return tmp_path


def test_all_words_are_read_with_the_official_lists(commands):
    data = load_speech_commands(commands, n_classes=35, front_end=None, n_clips=175)
    assert data.source == "real"
    assert data["x"].shape == (105, 16_000) and data["x_valid"].shape == data["x_test"].shape == (35, 16_000)
    assert data["classes"].tolist() == sorted((*KNOWN, *OTHER))
    for suffix, indices in (("", [0, 1, 2]), ("_valid", [3]), ("_test", [4])):
        values = 10 * np.array([(*KNOWN, *OTHER).index(word) for word in data["classes"][data[f"y{suffix}"]]])
        assert sorted(set(data[f"x{suffix}"][:, 0] - values)) == indices
        assert (data[f"x{suffix}"][:, 0] - values == [int(name, 16) for name in data[f"speaker{suffix}"]]).all()
    assert not data["x"][data["speaker"] == "00000000", 12_000:].any()  # padded at the end


def test_the_task_of_12_classes_draws_unknown_words_and_silence(commands):
    data = load_speech_commands(commands, front_end=None, n_clips=175)
    assert data["classes"].tolist() == [*KNOWN, "unknown", "silence"]
    assert np.bincount(data["y"]).tolist() == [3] * 12
    assert np.bincount(data["y_test"]).tolist() == [1] * 12
    assert (data["x"][data["y"] == 10][:, 0] >= 100).all()  # from the 25 other words
    silence = data["x"][data["y"] == 11]
    crops = np.lib.stride_tricks.sliding_window_view(NOISE, 16_000)
    for sound in silence:
        (place,) = np.flatnonzero((crops[:, :8] == sound[:8]).all(axis=1))
        assert (crops[place] == sound).all()
    assert load_speech_commands(commands, front_end=None, n_clips=175, seed=1).sha256 != data.sha256
    assert load_speech_commands(commands, n_clips=175)["x"].shape == (36, 98, 13)


@pytest.mark.parametrize("path", ["stop", "validation_list.txt", "testing_list.txt", "_background_noise_"])
def test_every_part_of_the_commands_is_needed(path, commands):
    (commands / path).rename(commands / "elsewhere")
    with pytest.raises(DatasetNotFound, match=f"missing {path}"):
        load_speech_commands(commands, source="real")
    if path == "_background_noise_":  # but this one by the task of 12 classes only
        assert load_speech_commands(commands, n_classes=35, n_clips=175).source == "real"


def test_damaged_commands_are_refused(commands):
    with pytest.raises(DatasetCorrupt, match="175 clips instead of 105829"):
        load_speech_commands(commands)
    (commands / "go" / "00000002_nohash_0.wav").write_bytes(b"RIFF")
    with pytest.raises(DatasetCorrupt, match=r"go/00000002_nohash_0\.wav: "):
        load_speech_commands(commands, n_clips=175)
    (commands / "testing_list.txt").write_text("go/absent_nohash_0.wav\n")
    with pytest.raises(DatasetCorrupt, match=r"go/absent_nohash_0\.wav is listed"):
        load_speech_commands(commands, n_clips=175)
    with pytest.raises(ValueError, match="not of 10"):
        load_speech_commands(commands, n_classes=10)


LABELS = [(0, 3000, "h#"), (3000, 3480, "bcl"), (3480, 9000, "ao"), (9000, 9160, "q"), (9160, 16_000, "zh")]


def write_timit(root, lower=False, suffix=".WAV", sound=sphere):
    """Write two sentences of a training, a development, a core test and another test speaker."""
    for region in range(1, 9):
        for part in ("TRAIN", "TEST"):
            (root / (part.lower() if lower else part) / (f"dr{region}" if lower else f"DR{region}")).mkdir(parents=True)
    for place in ("TRAIN/DR1/FCJF0", "TEST/DR2/FAKS0", "TEST/DR1/MDAB0", "TEST/DR3/MXXX0"):
        folder = root / (place.lower() if lower else place)
        folder.mkdir()
        for sentence in ("SA1", "SX7", "SI9"):
            stem = sentence.lower() if lower else sentence
            (folder / f"{stem}{suffix.lower() if lower else suffix}").write_bytes(sound(NOISE[:16_000]))
            lines = "".join(f"{start} {end} {phone}\n" for start, end, phone in LABELS)
            (folder / f"{stem}{'.phn' if lower else '.PHN'}").write_text(lines)
    return root


@pytest.mark.parametrize(
    ("lower", "suffix", "sound"), [(False, ".WAV", sphere), (True, ".WAV", sphere), (False, ".WAV.wav", riff)]
)
def test_timit_is_read_frame_by_frame(lower, suffix, sound, tmp_path):
    data = load_timit(write_timit(tmp_path, lower, suffix, sound), n_sentences=(2, 2, 2))
    assert data.source == "real"
    for part, speaker in (("", "fcjf0"), ("_valid", "faks0"), ("_test", "mdab0")):
        assert data[f"speaker{part}"].tolist() == [speaker] * 2  # SA sentences and other test speakers are left out
        assert data[f"lengths{part}"].tolist() == [98, 98]
        assert data[f"x{part}"].shape == (196, 39)
    expected = []
    for frame in range(98):
        centre = 160 * frame + 200
        (phone,) = [phone for start, end, phone in LABELS if start <= centre < end]
        expected.append(phone)
    assert data["phones"][data["y"][:98]].tolist() == expected
    assert "q" in expected
    assert data["x"][:98] == pytest.approx(FrontEnd(deltas=2)(NOISE[:16_000]))
    folded = [data["classes"][number] if number >= 0 else None for number in data["fold"][data["y"][:98]]]
    names = {"h#": "sil", "bcl": "sil", "ao": "aa", "q": None, "zh": "sh"}
    assert folded == [names[phone] for phone in expected]


def test_the_phones_are_timits():
    assert len(PHONES) == len(set(PHONES)) == 61
    assert len(SCORED) == 39
    assert set(FOLD) == set(PHONES) - {"q"}
    assert len(timit.CORE_TEST) == 24 and len(timit.DEVELOPMENT) == 50 and not timit.CORE_TEST & timit.DEVELOPMENT
    assert sum(name[0] == "m" for name in timit.CORE_TEST) == 16  # two men and one woman of each region


def test_damaged_timit_is_refused(tmp_path):
    root = write_timit(tmp_path)
    sizes = {"n_sentences": (2, 2, 2)}
    with pytest.raises(DatasetCorrupt, match="2 sentences instead of 3696 in part 'train'"):
        load_timit(root)
    speaker = root / "TRAIN" / "DR1" / "FCJF0"
    whole = (speaker / "SX7.WAV").read_bytes()
    (speaker / "SX7.WAV").write_bytes(whole[:-100])
    with pytest.raises(DatasetCorrupt, match="TRAIN/DR1/FCJF0/SX7: truncated"):
        load_timit(root, **sizes)
    (speaker / "SX7.WAV").unlink()
    with pytest.raises(DatasetNotFound, match=r"missing TRAIN/DR1/FCJF0/SX7\.WAV"):
        load_timit(root, source="real", **sizes)
    (speaker / "SX7.WAV").write_bytes(whole)
    for labels in ("0 100 xx\n", "0 100\n", "", "200 300 ao\n0 200 ao\n"):
        (speaker / "SX7.PHN").write_text(labels)
        with pytest.raises(DatasetCorrupt, match="FCJF0/SX7: "):
            load_timit(root, **sizes)
    (root / "TEST" / "DR8").rmdir()
    with pytest.raises(DatasetNotFound, match="missing TEST/DR8"):
        load_timit(root, source="real", **sizes)


def test_rare_symbols_join_those_that_sound_alike():
    labels = np.repeat([0, 1, 2], [600, 600, 1])
    x = np.stack([np.r_[RNG.normal(0, 1, 600), RNG.normal(9, 1, 600), 8.0], np.zeros(1201) + RNG.normal(size=1201)], 1)
    assert timit._merged(labels, x, 3).tolist() == [0, 1, 1]


def test_voices_are_dealt_once():
    parts = speakers(np.random.default_rng(1), 60, 10, 5)
    assert [len(part) for part in parts] == [60, 10, 5]
    assert sorted(name for part in parts for name in part) == sorted(VARIANTS)
    assert speakers(np.random.default_rng(2), 60, 10, 5) != parts


def test_without_the_synthesiser_there_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    monkeypatch.setattr(espeak.ctypes.util, "find_library", lambda _: None)
    for load in (load_speech_commands, load_timit):
        with pytest.raises(DatasetNotFound, match=r"pip install -r requirements-speech\.txt") as error:
            load(source="standin")
        assert "\n" not in str(error.value)


def test_a_library_that_cannot_be_loaded_is_one_line(tmp_path):
    with pytest.raises(DatasetNotFound, match="cannot be loaded"):
        espeak.Synthesiser(str(tmp_path / "libespeak-ng.so"))


def test_a_failed_synthesis_is_an_error():
    with pytest.raises(RuntimeError, match="speech synthesis ended with"):
        synthesis.generate("keywords", nonsense=1)
