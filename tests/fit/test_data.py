"""Traces from files: units, headers, delimiters, NWB's conversions; averages; what is refused, and where."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nmodlgrad.fit import DataError, Trace, read, read_csv, read_npz, read_nwb
from nmodlgrad.runtime.errors import WrongArgument

MILLIVOLTS = [-65.0, -64.5, 20.25]


def same(found: Trace, times: list[float], values: list[float]) -> None:
    np.testing.assert_allclose(found.times, times, rtol=1e-14)
    np.testing.assert_allclose(found.values, values, rtol=1e-14)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "trace.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return written


# ------------------------------------------------------------------ CSV
@pytest.mark.parametrize(
    "text",
    [
        "time (ms),V (mV)\n0,-65\n0.1,-64.5\n0.2,20.25\n",
        "V_mV;Time_s\n-65;0\n-64.5;1e-4\n20.25;2e-4\n",
        "# a cell\n\nt [us]\tV [V]\n0\t-0.065\n100\t-0.0645\n# a note\n200\t0.02025\n",
        "t/ms  v/uV\n0   -65000\n0.1 -64500\n 0.2  20250\n",
        "time_s,current/A\n0,-65e-9\n1e-4,-64.5e-9\n2e-4,20.25e-9\n",
        '\ufeff"Time, s","membrane potential (V)"\r\n0,-0.065\r\n0.0001,-0.0645\r\n0.0002,0.02025\r\n',
        "t (µs), v (µV)\n0, -65000\n100, -64500\n200, 20250",
    ],
    ids=["comma", "semicolon", "tab", "blanks", "amperes", "quotes", "micro"],
)
def test_delimiters_and_units_are_recognised(text: str, write: Callable[[str], Path]) -> None:
    same(read(write(text)), [0, 0.1, 0.2], MILLIVOLTS)


def test_columns_are_chosen_by_name_with_or_without_unit_and_by_number(write: Callable[[str], Path]) -> None:
    path = write("t (s),soma (mV),dend (mV),clamp (pA)\n0,1,2,3000\n1,4,5,6000\n")
    same(read_csv(path, "dend"), [0, 1000], [2, 5])
    same(read_csv(path, "soma (mV)"), [0, 1000], [1, 4])
    same(read_csv(path, 3), [0, 1000], [3, 6])
    with pytest.raises(DataError, match=r"columns t \(s\), soma \(mV\), .*values=\.\.\."):
        read_csv(path)
    with pytest.raises(DataError, match="no column 'axon'"):
        read_csv(path, "axon")
    with pytest.raises(DataError, match="no column 4"):
        read_csv(path, 4)


def test_numbers_without_a_header_are_read_with_the_units_given(write: Callable[[str], Path]) -> None:
    path = write("0,-0.065\n1,-0.064\n")
    same(read_csv(path, unit="V", time_unit="s"), [0, 1000], [-65, -64])
    same(read_csv(path, unit="V", time_unit="s", shift=-500), [-500, 500], [-65, -64])
    for missing in ({"unit": "V"}, {"time_unit": "s"}):
        with pytest.raises(DataError, match="is not told by the header"):
            read_csv(path, **missing)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["cell_A", "trace 1", "soma_1", "V", "mV"])
def test_the_end_of_a_name_is_not_taken_for_a_unit(name: str, write: Callable[[str], Path]) -> None:
    path = write(f"time_s;{name}\n0;1\n1;2\n")
    with pytest.raises(DataError, match="unit of the values is not told"):
        read_csv(path)
    same(read_csv(path, name, unit="1"), [0, 1000], [1, 2])


def test_a_file_of_values_alone_takes_the_interval(write: Callable[[str], Path]) -> None:
    same(read_csv(write("v (mV)\n1\n2\n3\n"), every=0.5), [0, 0.5, 1], [1, 2, 3])
    with pytest.raises(DataError, match=r"every=\.\.\. in ms"):
        read_csv(write("v (mV)\n1\n2\n3\n"))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("0.2,abc", "4: 'abc' is no number"),
        ("0.2,nan", "4: nan is not finite"),
        ("0.2,inf", "4: inf is not finite"),
        ("0.2,", "4: a value is missing"),
        ("0.2", "4: 1 columns, where the first line has 2"),
        ("0.2,1,2", "4: 3 columns, where the first line has 2"),
        ("0.1,1", "4: its time is not after the one of line 3"),
        ("0.05,1", "4: its time is not after the one of line 3"),
        ('0.2,"1', "4: unexpected end of data"),
        ('"0,2",1', "4: '0,2' is no number; write a decimal point"),
    ],
)
def test_a_bad_row_is_told_with_its_line(row: str, message: str, write: Callable[[str], Path]) -> None:
    path = write(f"t (ms),v (mV)\n0,0\n0.1,1\n{row}\n0.3,2\n")
    with pytest.raises(DataError) as raised:
        read_csv(path)
    assert str(raised.value).startswith(f"{path}:{message}")


@pytest.mark.parametrize("between", [";", "\t"])
def test_decimal_commas_are_told_for_what_they_are(between: str, write: Callable[[str], Path]) -> None:
    path = write(f"t (ms){between}v (mV)\n0{between}-65\n0,1{between}-64,5\n")
    with pytest.raises(DataError, match=r"3: '0,1' is no number; write a decimal point"):
        read_csv(path)


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n"])
def test_an_empty_file_is_refused(text: str, write: Callable[[str], Path]) -> None:
    with pytest.raises(DataError, match="no data"):
        read_csv(write(text))


def test_what_is_not_there_or_means_nothing_is_refused(write: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(DataError, match="header and no data"):
        read(write("t (ms),v (mV)\n"))
    with pytest.raises(DataError, match="unit is 'kg'"):
        read(write("t (ms),v (kg)\n0,0\n"))
    with pytest.raises(DataError, match="time_unit is 'min'"):
        read(write("t (ms),v (mV)\n0,0\n"), time_unit="min")


# ------------------------------------------------------------------ npz
def test_arrays_are_read_by_name(tmp_path: Path) -> None:
    path = tmp_path / "trace.npz"
    np.savez(path, time=[0.0, 1e-4, 2e-4], v=np.float32([-65, -64.5, 20.25]))
    same(read(path, time_unit="s"), [0, 0.1, 0.2], MILLIVOLTS)
    same(read(path, values="v", every=0.5), [0, 0.5, 1.0], MILLIVOLTS)
    with pytest.raises(DataError, match="no array u, but time, v"):
        read(path, values="u")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"t": [0, 1.0], "v": [0, np.nan]}, "v: element 1 is nan"),
        ({"t": [0, 1.0], "v": [0, 1.0, 2.0]}, "2 times and 3 values"),
        ({"t": [0, 0.0], "v": [0, 1.0]}, "time 1 is not after"),
        ({"t": [0, 1.0], "v": [[0, 1.0]]}, "not numbers in one dimension"),
        ({"t": [0, 1.0], "v": ["a", "b"]}, "not numbers in one dimension"),
        ({"t": [0, 1.0], "v": [0, 1.0], "w": [0, 1.0]}, "say which are the values"),
        ({"x": [0, 1.0], "v": [0, 1.0]}, "say which are the times"),
    ],
)
def test_bad_arrays_are_refused(arrays: dict[str, Any], message: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **{name: np.array(given) for name, given in arrays.items()})
    with pytest.raises(DataError, match=message):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("kind", ["empty", "no zip", "cut off", "damaged", "npy"])
def test_a_damaged_npz_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.npz"
    np.savez(path, t=np.arange(300.0), v=np.arange(300.0))
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[400] ^= 0xFF
    parts = {"empty": b"", "no zip": b"PK\x03\x04", "cut off": whole[: len(whole) // 2], "damaged": bytes(damaged)}
    if kind == "npy":
        with path.open("wb") as file:
            np.save(file, np.arange(3.0))
    else:
        path.write_bytes(parts[kind])
    with pytest.raises(DataError) as raised:
        read(path)
    assert str(raised.value).startswith(str(path))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"every": 0.1, "times": "t"}, "not both"), ({"every": 0}, "every is a time"), ({"every": np.nan}, "every is a")],
)
def test_an_interval_beside_times_or_that_is_none_is_refused(
    options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    np.savez(tmp_path / "trace.npz", t=np.arange(3.0), v=np.arange(3.0))
    (tmp_path / "trace.csv").write_text("t (ms),v (mV)\n0,1\n1,2\n")
    for name in ("trace.npz", "trace.csv"):
        with pytest.raises(DataError, match=message):
            read(tmp_path / name, values="v", **options)


def test_a_file_that_is_no_npz_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"no zip")
    with pytest.raises(DataError, match=r"a\.npz"):
        read(tmp_path / "a.npz")


# ------------------------------------------------------------------ NWB
def nwb(path: Path, **series: dict[str, Any]) -> Path:
    """A file with current clamp series, written by pynwb."""
    pynwb = pytest.importorskip("pynwb", reason="NWB files are read by pynwb, an optional dependency")
    file = pynwb.NWBFile("test", "test", datetime(2026, 1, 1, tzinfo=timezone.utc))
    device = file.create_device(name="amplifier")
    electrode = file.create_icephys_electrode(name="electrode", description="patch", device=device)
    for name, given in series.items():
        kind = given.pop("kind", "CurrentClampSeries")
        made = getattr(pynwb.icephys, kind)(name=name, electrode=electrode, gain=1.0, **given)
        file.add_acquisition(made)
    with pynwb.NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def test_a_series_with_a_rate_is_converted_from_the_numbers_of_the_converter(tmp_path: Path) -> None:
    raw = np.array([-650, -645, 202], np.int16)
    path = nwb(
        tmp_path / "a.nwb", sweep={"data": raw, "conversion": 1e-4, "offset": 1e-3, "rate": 1e4, "starting_time": 0.5}
    )
    same(read(path), [500, 500.1, 500.2], [-64.0, -63.5, 21.2])
    same(read(path, shift=-500), [0, 0.1, 0.2], [-64.0, -63.5, 21.2])


def test_a_series_with_timestamps_has_their_times(tmp_path: Path) -> None:
    data = np.array([-0.065, -0.0645, 0.02025])
    path = nwb(
        tmp_path / "a.nwb",
        first={"data": data, "timestamps": np.array([0, 1e-4, 3e-4])},
        second={"data": data * 2, "rate": 1e3},
        current={"kind": "VoltageClampSeries", "data": np.array([1e-12, 2e-12]), "rate": 1e3},
    )
    same(read_nwb(path, "first"), [0, 0.1, 0.3], MILLIVOLTS)
    same(read_nwb(path, "current"), [0, 1], [1e-3, 2e-3])
    with pytest.raises(DataError, match="series first, second: say which"):
        read_nwb(path)
    with pytest.raises(DataError, match="no series third"):
        read_nwb(path, "third")


def test_what_is_no_number_in_a_series_is_told_with_its_row(tmp_path: Path) -> None:
    path = nwb(tmp_path / "a.nwb", sweep={"data": np.array([0.0, np.nan, 0.1]), "rate": 1e3})
    with pytest.raises(DataError, match="sweep: element 1 is nan"):
        read_nwb(path)


def test_a_file_that_is_no_nwb_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pynwb", reason="NWB files are read by pynwb, an optional dependency")
    (tmp_path / "a.nwb").write_bytes(b"no hdf5")
    with pytest.raises(DataError, match=r"a\.nwb"):
        read(tmp_path / "a.nwb")


def test_without_pynwb_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynwb", None)
    with pytest.raises(DataError, match=r"pip install nmodlgrad\[nwb\]"):
        read(tmp_path / "a.nwb")


# ------------------------------------------------------------------ resampling
def test_an_average_of_a_line_is_the_line_at_multiples_of_the_interval() -> None:
    times = np.arange(0, 10, 0.01) + 0.003
    found = Trace(times, 3 - 2 * times).resampled(0.1)
    np.testing.assert_allclose(found.times, np.arange(1, 100) * 0.1, rtol=1e-12)
    np.testing.assert_allclose(found.values, 3 - 2 * found.times, atol=1e-12)


def test_an_average_of_a_parabola_is_high_by_what_is_promised() -> None:
    times = np.arange(0, 4, 1e-4)
    found = Trace(times, times**2).resampled(0.1)
    # The line through samples that are h apart adds h^2/6 of it on average: 2e-9.
    np.testing.assert_allclose(found.values - found.times**2, 2 * 0.1**2 / 24, atol=3e-9)


def test_a_frequency_above_the_new_samples_is_not_folded_down() -> None:
    every, interval = 0.001, 0.1
    times = np.arange(0, 20, every)
    frequency = 9.7  # per ms; every 100th sample has it as a slow wave of the whole amplitude, 0.3 per ms
    found = Trace(times, np.sin(2 * np.pi * frequency * times)).resampled(interval)
    # The mean over an interval: the sinc function at 0.97.
    assert np.abs(found.values).max() == pytest.approx(np.sinc(frequency * interval), rel=1e-2)


def test_gaps_and_intervals_that_average_nothing_are_refused() -> None:
    times = np.delete(np.arange(100) * 0.01, [50, 51])
    with pytest.raises(WrongArgument, match=r"from 0\.49 to 0\.52 ms \(after sample 49"):
        Trace(times, times).resampled(0.1)
    even = Trace.sampled(np.arange(100), 0.01)
    for interval in (0.01, 0.005, 0.0, -1.0, np.nan, np.inf):
        with pytest.raises(WrongArgument, match="apart"):
            even.resampled(interval)
    with pytest.raises(WrongArgument, match="shorter"):
        even.resampled(5.0)


def test_a_trace_is_shifted() -> None:
    same(Trace.sampled([1, 2], 0.5).shifted(10), [10, 10.5], [1, 2])
