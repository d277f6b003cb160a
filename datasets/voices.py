"""The speakers of synthetic speech: natural-sounding variants of espeak-ng, times English accents."""

import numpy as np

ACCENTS = (
    *("gmw/en", "gmw/en-US", "gmw/en-US-nyc", "gmw/en-GB-scotland"),
    *("gmw/en-GB-x-rp", "gmw/en-GB-x-gbclan", "gmw/en-GB-x-gbcwmd", "gmw/en-029"),
)
# Those of espeak-ng 1.51 and 1.52, without robots, whispers, croaks, announcers, effects and formant tests.
VARIANTS = (
    *("Alex", "Alicia", "Andrea", "Andy", "Annie", "AnxiousAndy", "Denis", "Diogo", "Gene", "Gene2", "Henrique"),
    *("Hugo", "Jacky", "Lee", "Marco", "Mario", "Michael", "Mike", "Mr serious", "Nguyen", "RicishayMax", "adam"),
    *("anika", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "david", "ed", "edward", "edward2"),
    *("f1", "f2", "f3", "f4", "f5", "grandma", "grandpa", "gustave", "iven", "iven2", "iven3"),
    *("iven4", "john", "kaukovalta", "linda", "m1", "m2", "m3", "m4", "m5", "m6", "m7"),
    *("m8", "marcelo", "max", "michel", "miguel", "norbert", "pablo", "paul", "pedro", "quincy", "rob"),
    *("robert", "sandro", "shelby", "steph", "steph2", "steph3", "travis", "victor", "zac"),
)


def speakers(rng: np.random.Generator, *sizes: int) -> list[list[str]]:
    """Deal the variants to parts of a corpus, each variant to one part.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the order.
    *sizes : int
        Variants of each part; together at most 75.

    Returns
    -------
    list of list of str
        Names of each part.
    """
    order = [VARIANTS[index] for index in rng.permutation(len(VARIANTS))]
    ends = np.cumsum(sizes)
    return [order[end - size : end] for end, size in zip(ends, sizes, strict=True)]
