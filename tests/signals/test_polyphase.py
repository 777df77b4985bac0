import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from edge_agent.signals.dsp.polyphase import decimate


@settings(max_examples=60, deadline=None)
@given(
    factor=st.integers(1, 60), half=st.integers(0, 400), spare=st.integers(0, 3000), seed=st.integers(0, 99)
)
def test_it_is_the_filter_of_which_every_nth_output_is_kept(factor, half, spare, seed):
    random = np.random.default_rng(seed)
    taps = random.normal(size=half + 1)
    taps = np.concatenate([taps, taps[-2::-1]])
    samples = random.normal(size=taps.size + spare) + 1j * random.normal(size=taps.size + spare)
    usual = signal.fftconvolve(samples, taps, mode="valid")[::factor]
    np.testing.assert_allclose(decimate(samples, taps, factor), usual, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(factor=st.sampled_from([2, 7, 10, 50]), skipped=st.integers(1, 900), length=st.integers(1300, 20000))
def test_an_output_is_the_same_wherever_its_samples_stand(factor, skipped, length):
    random = np.random.default_rng(length)
    taps = signal.firwin(24 * factor + 1, 0.86 / factor).astype(np.float32)
    samples = random.normal(size=skipped * factor + length).astype(np.float32)
    later = decimate(samples[skipped * factor :], taps, factor)
    np.testing.assert_array_equal(later, decimate(samples, taps, factor)[skipped:])
