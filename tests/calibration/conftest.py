"""Makes `small_dataset` known to the tests of this folder and of those below."""
